// Signing out while something is only on this phone: first it is said how much of which visit,
// and what can be done. Whatever is left here stays, and goes when its person is back.
{
  const box = document.getElementById("held")
  const form = document.querySelector("form[action='/sign-out']")
  const { person } = document.body.dataset

  // Without making a database where there is none.
  const opened = () => new Promise((resolve) => {
    const request = indexedDB.open("mingcha")
    request.onupgradeneeded = () => request.transaction.abort()
    request.onerror = () => resolve()
    request.onsuccess = () => resolve(request.result)
  })
  const every = (db, store) => new Promise((resolve, reject) => {
    const request = db.transaction(store).objectStore(store).getAll()
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })

  // By visit, how many entries and photos of this person no server has.
  const held = async () => {
    const db = await opened(), found = new Map()
    if (!db) return found
    const own = (await every(db, "events")).filter((entry) => entry.person === person)
    const visits = new Set(own.map(({ visit }) => visit))
    const photos = (await every(db, "photos")).filter(({ visit, sent }) => !sent && visits.has(visit))
    db.close()
    for (const { visit } of [...own.filter(({ acked }) => !acked), ...photos]) found.set(visit, (found.get(visit) ?? 0) + 1)
    return found
  }

  const names = async () => {
    const response = await fetch("/assignments").catch(() => undefined)
    const page = new DOMParser().parseFromString(await response?.text() ?? "", "text/html")
    return (visit) => page.querySelector(`[href="/assignments/${visit}"] .card__name`)?.textContent ?? box.dataset.visit
  }

  const tell = async (found, still) => {
    const name = await names()
    box.querySelector("ul").replaceChildren(...[...found].map(([visit, n]) => {
      const line = document.createElement("li")
      const link = Object.assign(document.createElement("a"), { href: `/visits/${visit}/fill`, textContent: name(visit) })
      line.append(link, ` ${box.dataset.count.replace("{n}", n)}`)
      return line
    }))
    box.querySelector(".held__still").hidden = !still
    box.hidden = false
    box.focus()
  }

  const script = (src) => new Promise((resolve, reject) => {
    document.head.append(Object.assign(document.createElement("script"), { src, onload: resolve, onerror: reject }))
  })
  let loading
  const load = () => loading ??= (async () => {
    if (typeof mingcha === "undefined") await script(box.dataset.journal)
    await script(box.dataset.sending)
  })()

  const deeds = {
    send: async () => {
      await load()
      for (const visit of (await held()).keys()) await new mingcha.Sender(await mingcha.openLog(visit), () => {}).run()
      const left = await held()
      if (left.size) await tell(left, true)
      else form.submit()
    },
    save: async () => {
      await load()
      for (const visit of (await held()).keys()) await mingcha.rescue(visit)
    },
    leave: () => form.submit(),
  }

  form?.addEventListener("submit", async (event) => {
    event.preventDefault()
    const found = await held().catch(() => new Map())
    if (found.size) tell(found)
    else form.submit()
  })
  box?.addEventListener("click", async ({ target }) => {
    const deed = deeds[target.closest("button")?.value]
    if (!deed) return
    target.disabled = true
    await Promise.resolve(deed()).catch(() => { loading = undefined; box.querySelector(".held__still").hidden = false })
    target.disabled = false
  })
}
