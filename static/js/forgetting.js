// What is received in full goes from this phone a week later, by the server's clock: the server
// says of which visits. Never anything that has not been received.
{
  const { person } = mingcha
  const all = (visit) => IDBKeyRange.bound([visit], [visit, []])
  const FACTS = ["receipt", "token", "told", "ready"]

  const copied = (visit) => mingcha.within("events", "readonly", (events) => events.index("number").count(all(visit)))

  // One transaction, so that nothing comes in between; its requests are answered in order.
  const forget = (visit) => mingcha.within(["events", "photos", "chunks", "raw", "facts"], "readwrite", (events, photos, chunks, raw, facts) => {
    const asked = [events.index("number").getAll(all(visit)), photos.index("visit").getAll(visit), raw.index("visit").count(visit)]
    asked.at(-1).onsuccess = () => {
      const [rows, taken, undeveloped] = asked.map(({ result }) => result)
      if (undeveloped || rows.some(({ acked }) => !acked) || taken.some(({ sent }) => !sent)) return
      for (const { id } of rows) events.delete(id)
      for (const { id } of taken) {
        photos.delete(id)
        chunks.delete(IDBKeyRange.bound([id], [id, []]))
      }
      for (const name of FACTS) facts.delete(`${name} ${visit} ${person}`)
    }
  })

  const leavePages = async (visit) => {
    const pages = await caches.open(keeping.PAGES)
    for (const path of keeping.pagesOf(visit)) if (path.includes(visit)) await pages.delete(path, keeping.find)
  }

  // Of which visits it is over. The page may have been kept for days, and the server set back to
  // a backup since: it is asked at this moment, past every cache.
  const PATIENCE = 20_000
  let asked
  const over = () => asked ??= fetch("/assignments", { cache: "no-store", redirect: "error", signal: AbortSignal.timeout(PATIENCE) })
    .then(async (response) => {
      if (!keeping.good(response) || keeping.reader(response) !== person) return new Set()
      const page = new DOMParser().parseFromString(await response.text(), "text/html")
      return new Set([...page.querySelectorAll("[data-over]")].map(({ dataset }) => dataset.visit))
    }).catch(() => new Set())

  const look = async (line) => {
    const { visit } = line.dataset
    if (!await copied(visit)) return
    if ("over" in line.dataset && (await over()).has(visit)) {
      await forget(visit)
      if (window.caches && !await copied(visit)) await leavePages(visit)
    }
    line.hidden = "over" in line.dataset
    line.dataset.looked = true
  }

  // Without making a database where there is none.
  const lines = [...document.querySelectorAll(".card__kept")]
  const known = async () => !indexedDB.databases || (await indexedDB.databases()).some(({ name }) => name === "mingcha")
  if (lines.length && window.indexedDB) known().then((found) => found && lines.forEach((line) => look(line).catch(() => {})))
}
