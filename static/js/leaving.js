// Going on without a connection would end at the browser's own page, so the way is tried
// first. If there is none, #cut-off says so and offers another try; nothing on the page goes.
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

  const ask = async (url, options) => {
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

  const send = async (form) => {
    const answer = await ask(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) })
    // Handed in, now or by an earlier try whose answer was lost on the way: read the outcome.
    if (answer.redirected || answer.status === 409) return location.assign(form.action)
    const drawn = new DOMParser().parseFromString(await answer.text(), "text/html")
    document.querySelector("main").replaceChildren(...drawn.querySelector("main").childNodes)
    document.querySelector("main .notice--problem")?.scrollIntoView({ block: "center" })
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest(".again")) return go()
    const link = event.target.closest(".slim a, .bar > a")
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return
    event.preventDefault()
    going = () => follow(link.href)
    go()
  })
  document.addEventListener("submit", (event) => {
    if (!event.target.matches(".handing-in")) return
    event.preventDefault()
    going = () => send(event.target)
    go()
  })
}
