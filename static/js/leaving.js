// Going on without a connection would end at the browser's own page, so the way is tried
// first. If there is none, #cut-off says so and offers another try; nothing on the page goes.
const leaving = {}
{
  const PATIENCE = 20000
  let going, busy = false

  const cutOff = (hidden) => { document.getElementById("cut-off").hidden = hidden }

  const go = async () => {
    if (busy) return
    busy = true
    cutOff(true)
    try {
      await going()
    } catch {
      cutOff(false)
    }
    busy = false
  }
  leaving.by = (way) => {
    going = way
    go()
  }

  const ask = leaving.ask = async (url, options) => {
    if (!navigator.onLine) throw new TypeError("no connection")
    return fetch(url, { ...options, signal: AbortSignal.timeout(PATIENCE) })
  }

  // A page that lies on this phone opens with or without a connection.
  const kept = async (url) => window.caches && (await navigator.serviceWorker?.getRegistration())?.active
    && await caches.match(url, { cacheName: "pages", ignoreVary: true })

  const follow = async (url) => {
    if (!await kept(url)) await ask(url)
    location.assign(url)
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest(".again")) return go()
    const link = event.target.closest(".slim a, .bar > a")
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return
    event.preventDefault()
    leaving.by(() => follow(link.href))
  })
}
