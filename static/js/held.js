// What is only on this phone, of all visits of the person who is signed in, and how it goes.
const held = {}
{
  const box = document.getElementById("held")
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

  // By visit, how many entries and photos of this person no server has, and whether handing it
  // in is one of them.
  held.find = async () => {
    const db = await opened(), found = new Map()
    if (!db) return found
    const own = (await every(db, "events")).filter((entry) => entry.person === person)
    const visits = new Set(own.map(({ visit }) => visit))
    const photos = (await every(db, "photos")).filter(({ visit, sent }) => !sent && visits.has(visit))
    db.close()
    for (const { visit, kind } of [...own.filter(({ acked }) => !acked), ...photos]) {
      const { n = 0, given = false } = found.get(visit) ?? {}
      found.set(visit, { n: n + 1, given: given || kind === "submit" })
    }
    return found
  }

  const script = (src) => new Promise((resolve, reject) => {
    document.head.append(Object.assign(document.createElement("script"), { src, onload: resolve, onerror: reject }))
  })
  let loading
  held.load = () => loading ??= (async () => {
    if (typeof mingcha === "undefined") await script(box.dataset.journal)
    await script(box.dataset.sending)
  })().catch((error) => { loading = undefined; throw error })

  // One round for each visit that has something here; `changed` hears of whatever has gone.
  const senders = new Map()
  const sendersOf = async (visit, changed) => {
    const log = await mingcha.openLog(visit)
    return [new mingcha.Sender(log, changed), new mingcha.PhotoSender(log, changed)]
  }
  held.send = async (changed) => {
    const found = await held.find()
    if (!found.size) return
    await held.load()
    for (const visit of found.keys()) {
      if (!senders.has(visit)) senders.set(visit, await sendersOf(visit, changed))
      const [entries, photos] = senders.get(visit)
      if (!entries.busy) await entries.run()
      await photos.load()
      if (!photos.busy) await photos.run()
    }
  }
}
