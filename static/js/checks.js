// What a phone must be able to do before a visit is left to it: each check tries the thing
// itself. A result is pass, warn, fail or skip, and which of the words beside it are shown.
{
  const MB = 1_000_000, ROOM = 200 * MB, SKEW = 5 * 60_000, TRIAL = 5
  const result = (state, which, values) => ({ state, which: which ?? state, values })
  const either = (good, otherwise = "fail") => result(good ? "pass" : otherwise)
  const { inside, iphone, home, privately } = mingcha.browser

  const random = (size) => {
    const bytes = new Uint8Array(size)
    for (let at = 0; at < size; at += 50_000) crypto.getRandomValues(bytes.subarray(at, at + 50_000))
    return bytes
  }
  const same = (a, b) => a.length === b.length && a.every((byte, at) => byte === b[at])

  const storage = () => mingcha.scratch(async (within) => {
    const written = random(MB)
    for (let n = 0; n < TRIAL; n++) await within("readwrite", (store) => store.put(written, n))
    for (let n = 0; n < TRIAL; n++) {
      if (!same(written, await within("readonly", (store) => store.get(n)))) return result("fail")
    }
    await within("readwrite", (store) => store.clear())
    return either(await within("readonly", (store) => store.count()) === 0)
  })

  // Registered by whichever page comes first; ready when it can answer for pages.
  const register = () => navigator.serviceWorker?.register("/sw.js", { scope: "/", updateViaCache: "none" })
  const worker = async () => {
    const found = await register()
    if (!found) return result("fail")
    const active = await Promise.race([navigator.serviceWorker.ready, new Promise((give) => { setTimeout(give, 10_000) })])
    return either(active)
  }

  const room = async () => {
    const { quota, usage } = await navigator.storage.estimate()
    return { ...either(quota - usage >= ROOM), values: { mb: Math.floor((quota - usage) / MB) } }
  }

  const clock = ({ date }) => {
    if (!date) return result("skip")
    const apart = Date.now() - new Date(date)
    return { ...either(Math.abs(apart) < SKEW, "warn"), values: { minutes: Math.round(Math.abs(apart) / 60_000) } }
  }

  const checks = {
    secure: () => either(isSecureContext),
    browser: () => inside ? result("fail", inside) : result("pass"),
    home: () => iphone ? either(home) : undefined,
    private: async () => either(!await privately()),
    worker,
    pages: async ({ visit }) => either((await Promise.all(keeping.pagesOf(visit).map((path) => keeping.whole(path, mingcha.person)))).every(Boolean)),
    token: async ({ visit }) => either(await mingcha.fact(`token ${visit}`)),
    storage,
    persist: async () => either(await navigator.storage.persisted() || await navigator.storage.persist(), "warn"),
    room,
    clock,
  }

  // One after the other, each drawn as it is known. Gives them by name.
  const run = async (list, about, wanted = checks) => {
    const found = {}
    for (const name of Object.keys(wanted)) {
      const line = list.querySelector(`[data-check=${name}]`)
      if (!line) continue
      found[name] = await Promise.resolve().then(() => wanted[name](about)).catch(() => result("fail"))
      if (found[name]) draw(list, line, found[name])
      else delete found[name]
    }
    return found
  }

  const draw = (list, line, { state, which, values = {} }) => {
    line.hidden = false
    line.dataset.state = state
    line.querySelector("b").textContent = list.dataset[state]
    for (const words of line.querySelectorAll("[data-when]")) {
      words.hidden = words.dataset.when !== which
      words.dataset.text ??= words.textContent
      words.textContent = words.dataset.text.replace(/{(\w+)}/g, (_, name) => values[name])
    }
  }

  Object.assign(mingcha, { register, runChecks: run })
}
