// The pages and assets that lie on this phone, for pages and for the service worker alike.
// A page is kept only with everything it names, and only for the person whose it is: the pages
// of one person at a time. What was filled in lies elsewhere (journal.js) and is never touched.
const keeping = {}
{
  const PAGES = "pages", ASSETS = "assets"
  const READER = "X-Reader"
  const VISITS = /^\/(assignments(\/[0-9a-f-]{36})?|visits\/[0-9a-f-]{36}\/(fill|onsite))$/
  const find = { ignoreVary: true, ignoreSearch: true }

  const named = (html) => [...new Set(html.match(/\/static\/[\w.-]+/g) ?? [])]
  const reader = (response) => response.headers.get(READER)
  const isPage = (path) => VISITS.test(path)
  const pagesOf = (visit) => [`/visits/${visit}/fill`, `/visits/${visit}/onsite`, `/assignments/${visit}`, "/assignments"]

  const asset = async (path) => {
    const cache = await caches.open(ASSETS)
    if (await cache.match(path, find)) return
    const response = await fetch(path)
    if (!response.ok) throw new Error(`${response.status} ${path}`)
    await cache.put(path, response)
  }

  // Only what is ours, whole, and somebody's: no error, no way to the sign-in, no portal's page.
  const good = (response) => response.ok && !response.redirected && Boolean(reader(response))
    && response.headers.get("content-type")?.startsWith("text/html")

  // Whoever reads now, the pages of anybody else go. Nobody: all of them.
  const belong = async (person) => {
    const cache = await caches.open(PAGES)
    for (const key of await cache.keys()) {
      const kept = await cache.match(key)
      if (kept && reader(kept) !== person) await cache.delete(key)
    }
  }

  // While a page is on its way here, nothing is swept: its assets come before it does.
  const locked = (options, work) => navigator.locks ? navigator.locks.request("keeping", options, work) : work(true)
  const keep = (path, response) => locked({ mode: "shared" }, async () => {
    if (!good(response)) throw new Error(`not to be kept: ${path}`)
    await Promise.all(named(await response.clone().text()).map(asset))
    await belong(reader(response))
    await (await caches.open(PAGES)).put(path, response)
  })

  const kept = async (path) => (await caches.open(PAGES)).match(path, find)

  // Whether a page can be drawn from this phone alone.
  const whole = async (path, person) => {
    const page = await kept(path)
    if (!page || reader(page) !== person) return false
    const assets = await caches.open(ASSETS)
    const found = await Promise.all(named(await page.text()).map((name) => assets.match(name, find)))
    return found.every(Boolean)
  }

  // Assets that neither this version nor a kept page names; the next version tries again.
  const sweep = (carried) => locked({ ifAvailable: true }, async (alone) => {
    if (!alone) return
    const pages = await caches.open(PAGES), assets = await caches.open(ASSETS)
    const texts = await Promise.all((await pages.keys()).map(async (key) => (await pages.match(key)).text()))
    const wanted = new Set([...carried, ...texts.flatMap(named)])
    for (const key of await assets.keys()) {
      const { pathname } = new URL(key.url)
      if (pathname.startsWith("/static/") && !wanted.has(pathname)) await assets.delete(key)
    }
  })

  Object.assign(keeping, { PAGES, ASSETS, find, named, reader, isPage, pagesOf, asset, good, belong, keep, kept, whole, sweep })
}
