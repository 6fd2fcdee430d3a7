// What is tapped or typed is written down on this phone before anything else happens to it:
// an append-only log per visit in IndexedDB. An entry is on disk before it is called kept.
const mingcha = {}
{
  let opening

  const shape = ({ target: { result: db } }) => {
    const events = db.createObjectStore("events", { keyPath: "id" })
    // No device gives a number twice; and by it a visit's entries are found.
    events.createIndex("number", ["visit", "device", "seq"], { unique: true })
    db.createObjectStore("facts") // by name: this device, the visits' tokens and receipts
    db.createObjectStore("photos", { keyPath: "id" }).createIndex("visit", "visit")
    db.createObjectStore("chunks", { keyPath: ["photo", "n"] })
    db.createObjectStore("raw", { keyPath: "id" }).createIndex("visit", "visit") // as the camera gave them
  }

  const open = () => opening ??= new Promise((resolve, reject) => {
    const forget = () => { opening = undefined }
    const request = indexedDB.open("mingcha", 1)
    request.onupgradeneeded = shape
    request.onerror = () => { forget(); reject(request.error) }
    request.onsuccess = () => {
      const db = request.result
      db.onclose = forget // the browser ended it; the next entry opens it anew
      db.onversionchange = () => { db.close(); forget() }
      resolve(db)
    }
  })

  // Runs `work` on a store, or on several by name, and gives the result of the request it
  // returns, once all that it did is on disk.
  const within = async (stores, mode, work, again = true) => {
    const db = await open()
    let transaction
    try {
      transaction = db.transaction(stores, mode, { durability: "strict" })
    } catch (error) { // closed under us
      opening = undefined
      if (again) return within(stores, mode, work, false)
      throw error
    }
    return new Promise((resolve, reject) => {
      const request = work(...[].concat(stores).map((name) => transaction.objectStore(name)))
      transaction.oncomplete = () => resolve(request?.result)
      transaction.onabort = () => reject(transaction.error ?? new DOMException("", "AbortError"))
    })
  }

  // Who is signed in on this page. Several may use one phone: each has facts of their own, and
  // sees and sends their own entries, and those that the server has.
  const person = document.body.dataset.person ?? ""
  const own = (entry) => entry.acked || entry.person === person
  const fact = (name) => within("facts", "readonly", (facts) => facts.get(`${name} ${person}`))
  const keepFact = (name, value) => within("facts", "readwrite", (facts) => facts.put(value, `${name} ${person}`))

  const hex = (bytes) => Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("")
  const sha256 = async (text) => hex(await crypto.subtle.digest("SHA-256",
    typeof text === "string" ? new TextEncoder().encode(text) : text))

  // UUIDv7: the time in milliseconds, then chance.
  const newId = () => {
    const bytes = crypto.getRandomValues(new Uint8Array(16))
    new DataView(bytes.buffer).setBigUint64(0, BigInt(Math.floor(Date.now())) << 16n | BigInt(bytes[6] << 8 | bytes[7]))
    bytes[6] = bytes[6] & 0x0f | 0x70
    bytes[8] = bytes[8] & 0x3f | 0x80
    return hex(bytes).replace(/(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-")
  }

  // One name for what a person writes in this browser's storage, made inside the transaction
  // that looks for it.
  const device = () => new Promise((resolve, reject) => {
    const made = hex(crypto.getRandomValues(new Uint8Array(16)))
    let found
    within("facts", "readwrite", (facts) => {
      const asked = facts.get(`device ${person}`)
      asked.onsuccess = () => {
        found = asked.result ?? made
        if (!asked.result) facts.put(made, `device ${person}`)
      }
    }).then(() => resolve(found), reject)
  })

  const rows = async (visit) => (await within("events", "readonly",
    (events) => events.index("number").getAll(IDBKeyRange.bound([visit], [visit, []])))).filter(own)
  // With a photo: its entry and its bytes, or neither.
  const add = (entry, photo) => within(["events", "photos", "chunks", "raw"], "readwrite", (events, photos, chunks, raw) => {
    events.add({ ...entry, person })
    if (!photo) return
    photos.put(photo.row)
    for (const chunk of photo.chunks) chunks.put(chunk)
    raw.delete(photo.row.id)
  })
  const put = (entries) => within("events", "readwrite", (events) => { for (const entry of entries) events.put({ person, ...entry }) })

  // As `put`, under names that may be others than before. What has such a number under such a
  // name makes room, under one of its own until the server says which; gives these entries.
  const refile = async (entries) => {
    const moved = []
    await within("events", "readwrite", (events) => {
      for (const { id } of entries) events.delete(id)
      for (const entry of entries) {
        events.index("number").get([entry.visit, entry.device, entry.seq]).onsuccess = ({ target: { result: there } }) => {
          if (there) {
            moved.push({ ...there, device: `${there.device.split("~")[0]}~${there.id}` })
            events.put(moved.at(-1))
          }
          events.put({ person, ...entry })
        }
      }
    })
    return moved
  }

  Object.assign(mingcha, { person, within, fact, keepFact, device, rows, add, put, refile, sha256, newId })
}
