// Photos that lie on disk as the camera gave them (outbox.js) are made smaller and rid of place
// and time.
{
  const LONGEST = 2048, SMALL = 160, QUALITY = 0.8
  const LARGEST = 10 * 1024 * 1024, MOST = 40 // what the server takes
  const page = document.querySelector("[data-visit]")
  const words = document.getElementById("saved").dataset

  // ---- developing

  const scaled = async (bitmap, longest) => {
    const share = Math.min(1, longest / Math.max(bitmap.width, bitmap.height))
    const canvas = document.createElement("canvas")
    canvas.width = Math.max(1, Math.round(bitmap.width * share))
    canvas.height = Math.max(1, Math.round(bitmap.height * share))
    canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height)
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY))
    return blob.arrayBuffer()
  }

  // What this browser cannot read goes as it is; the server keeps it and shows it to nobody.
  const developed = async (bytes) => {
    try {
      const bitmap = await createImageBitmap(new Blob([bytes]), { imageOrientation: "from-image" })
      const made = { bytes: await scaled(bitmap, LONGEST), thumb: await scaled(bitmap, SMALL) }
      bitmap.close()
      return made
    } catch {
      return { bytes }
    }
  }

  const pieces = (bytes) => Array.from({ length: mingcha.piecesOf(bytes.byteLength) },
    (_, n) => bytes.slice(n * mingcha.CHUNK, (n + 1) * mingcha.CHUNK))

  // One after the other, whoever asks: each is one entry, and pictures take much memory.
  let turn = Promise.resolve()
  const alone = (work) => navigator.locks ? navigator.locks.request(`develop ${page.dataset.visit}`, work) : work()
  const develop = (id) => turn = turn.catch(() => {}).then(() => alone(async () => {
    const raw = await mingcha.within("raw", "readonly", (store) => store.get(id))
    if (raw) await print(raw)
  }))

  // One that is not kept is told.
  const shots = (key) => (mingcha.find?.(`item-${key}`) ?? document.getElementById(`item-${key}`))?.querySelector(".shots")
  mingcha.lack = (key, why = words.unsent) => {
    const line = document.createElement("li")
    line.append(Object.assign(document.createElement("span"), { role: "alert", textContent: why }))
    shots(key)?.append(line)
  }
  const events = (log) => [...log.slots.keys()].flatMap((slot) => slot.startsWith("photo:") ? log.current(slot) ?? [] : [])
  const fits = ({ size }) => size <= LARGEST
    && events(mingcha.log).filter(({ kind }) => kind === "photo").length < MOST

  const print = async ({ id, visit, item, bytes: raw }) => {
    const { bytes, thumb } = await developed(raw)
    const photo = { id, sha: await mingcha.sha256(bytes), size: bytes.byteLength }
    if (!fits(photo)) {
      await mingcha.within("raw", "readwrite", (store) => store.delete(id))
      return mingcha.lack(item, `${words.unsent}: ${words.room}`)
    }
    const row = { ...photo, visit, item, thumb, sent: false }
    const chunks = pieces(bytes).map((data, n) => ({ photo: id, n, data }))
    await mingcha.keep({ kind: "photo", item, photo }, { row, chunks })
    rows.set(id, row)
    waiting()
    sender.now()
  }

  // ---- sending

  const waiting = () => {
    mingcha.log.photosUnsent = [...rows.values()].filter(({ sent }) => !sent).map(({ id }) => id)
    mingcha.draw(mingcha.log, mingcha.sender)
  }

  const sender = new mingcha.PhotoSender(mingcha.log, waiting)
  sender.watch()
  const { rows } = sender

  // ---- drawing

  const shown = new Map() // photo → the address of its thumbnail
  const picture = (id) => {
    const { thumb } = rows.get(id) ?? {}
    if (thumb && !shown.has(id)) shown.set(id, URL.createObjectURL(new Blob([thumb], { type: "image/jpeg" })))
    return shown.get(id)
  }

  const line = ({ item, photo }) => {
    const element = document.createElement("li")
    const address = picture(photo.id)
    element.append(address ? Object.assign(new Image(), { src: address, alt: words.photo }) : words.photo)
    element.append(Object.assign(document.createElement("span"), { textContent: rows.get(photo.id)?.sent === false ? words.kept : words.received }))
    if (document.documentElement.classList.contains("given")) return element
    const away = Object.assign(document.createElement("button"), { type: "button", className: "button button--quiet", textContent: words.remove })
    away.addEventListener("click", () => mingcha.keep({ kind: "photo_remove", item, photo }))
    element.append(away)
    return element
  }

  mingcha.drawPhotos = (log) => {
    const taken = new Map()
    for (const event of events(log)) {
      taken.set(event.item, [...taken.get(event.item) ?? [], ...event.kind === "photo" ? [event] : []])
    }
    for (const [key, several] of taken) {
      const list = shots(key)
      const state = several.map(({ photo }) => `${photo.id}${rows.get(photo.id)?.sent}`).join() + document.documentElement.className
      if (!list || list.dataset.state === state) continue
      list.dataset.state = state
      list.replaceChildren(...several.map(line), ...list.querySelectorAll(":has([role])"))
    }
  }

  // What an earlier page left: kept and not developed, or not sent.
  const resume = async () => {
    await sender.load()
    waiting()
    const ids = await mingcha.within("raw", "readonly", (raw) => raw.index("visit").getAllKeys(page.dataset.visit))
    await Promise.allSettled(ids.map(develop))
    sender.now()
  }
  mingcha.resumePhotos = resume
  const { heard } = mingcha
  mingcha.heard = async (visit) => {
    await sender.load() // another tab may have taken one
    waiting()
    return heard(visit)
  }
  resume()
}
