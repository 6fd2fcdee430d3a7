// The service worker. It opens pages of visits where there is no connection, and answers
// nothing but GET: what is sent goes past it. A new version waits until no page is open.
// `CARRIED`, put before this by the server: the assets that every phone has.
{
  const PATIENCE = 2000, STAND_IN = "/offline", MANIFEST = "/notes.webmanifest"
  const after = (time) => new Promise((resolve) => { setTimeout(resolve, time) })

  const carried = async (path) => (await caches.open(keeping.ASSETS)).match(path, keeping.find)

  addEventListener("install", (event) => event.waitUntil((async () => {
    const page = await fetch(STAND_IN, { cache: "no-store" })
    if (!page.ok) throw new Error(String(page.status))
    await Promise.all([MANIFEST, ...CARRIED, ...keeping.named(await page.clone().text())].map(keeping.asset))
    await (await caches.open(keeping.ASSETS)).put(STAND_IN, page)
  })()))

  addEventListener("activate", (event) => event.waitUntil((async () => {
    const page = await carried(STAND_IN)
    await keeping.sweep([...CARRIED, ...keeping.named(await page.text())])
  })()))

  const asset = async (request, { pathname }) => {
    const cache = await caches.open(keeping.ASSETS)
    const kept = await cache.match(pathname, keeping.find)
    if (kept) return kept
    const response = await fetch(request)
    if (response.ok) await cache.put(pathname, response.clone())
    return response
  }

  // Every page that comes says who reads now.
  const look = async (path, response) => {
    const reader = keeping.reader(response)
    if (response.type === "opaqueredirect" || reader === null) return
    if (reader || path === "/sign-in") await keeping.belong(reader)
    if (keeping.isPage(path) && keeping.good(response)) await keeping.keep(path, response)
  }

  // A server that fails, or somebody else's answer, as portals give: no page of ours.
  const ours = (response) => {
    if (response.status >= 500 || response.type === "basic" && keeping.reader(response) === null) throw response
    return response
  }

  const navigate = async (event, { pathname, search }) => {
    const coming = fetch(event.request)
    const looking = coming.then((response) => look(search ? "" : pathname, response.clone()))
    event.waitUntil(looking.catch(() => {}))
    const kept = keeping.isPage(pathname) ? await keeping.kept(pathname) : undefined
    if (!kept) return coming.catch(() => carried(STAND_IN))
    return Promise.race([coming.then(ours), after(PATIENCE).then(() => kept)]).catch(() => kept)
  }

  addEventListener("fetch", (event) => {
    const { request } = event, url = new URL(request.url)
    if (request.method !== "GET" || url.origin !== location.origin) return
    if (url.pathname.startsWith("/static/")) event.respondWith(asset(request, url))
    else if (url.pathname === MANIFEST) event.respondWith(fetch(request).catch(() => carried(MANIFEST)))
    else if (request.mode === "navigate") event.respondWith(navigate(event, url))
  })
}
