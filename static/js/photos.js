// Photos: on disk as the camera gave them before anything else is done with them, then made
// smaller and rid of place and time.
{
  const LONGEST = 2048, SMALL = 160, QUALITY = 0.8
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
  const develop = (raw) => turn = turn.catch(() => {}).then(() => alone(async () => {
    if (await mingcha.within("raw", "readonly", (store) => store.getKey(raw.id))) await print(raw)
  }))

  const print = async ({ id, visit, item, bytes: raw }) => {
    const { bytes, thumb } = await developed(raw)
    const photo = { id, sha: await mingcha.sha256(bytes), size: bytes.byteLength }
    const row = { ...photo, visit, item, thumb, sent: false }
    const chunks = pieces(bytes).map((data, n) => ({ photo: id, n, data }))
    await mingcha.keep({ kind: "photo", item, photo }, { row, chunks })
    rows.set(id, row)
    waiting()
    sender.now()
  }

  mingcha.takePhoto = async (input, file) => {
    const item = input.form.querySelector("[name=item]").value
    const raw = { id: mingcha.newId(), visit: page.dataset.visit, item, bytes: await file.arrayBuffer() }
    await mingcha.within("raw", "readwrite", (store) => store.put(raw))
    await develop(raw)
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
    for (const slot of log.slots.keys()) {
      const event = slot.startsWith("photo:") && log.current(slot)
      if (event) taken.set(event.item, [...taken.get(event.item) ?? [], ...event.kind === "photo" ? [event] : []])
    }
    for (const [key, events] of taken) {
      const list = (mingcha.find?.(`item-${key}`) ?? document.getElementById(`item-${key}`))?.querySelector(".shots")
      const state = events.map(({ photo }) => `${photo.id}${rows.get(photo.id)?.sent}`).join() + document.documentElement.className
      if (!list || list.dataset.state === state) continue
      list.dataset.state = state
      list.replaceChildren(...events.map(line))
    }
  }

  // What an earlier page left: kept and not developed, or not sent.
  const resume = async () => {
    const of = (store) => mingcha.within(store, "readonly", (found) => found.index("visit").getAll(page.dataset.visit))
    await sender.load()
    waiting()
    for (const raw of await of("raw")) await develop(raw)
    sender.now()
  }
  mingcha.resumePhotos = resume
  resume()
}
