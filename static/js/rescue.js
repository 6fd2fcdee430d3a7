// A backup file of all that this phone holds of a visit, as it was written down: for when it
// cannot be sent. An auditor brings it in; what the server already has is then known again.
{
  const base64 = (buffer) => {
    const bytes = new Uint8Array(buffer), parts = []
    for (let at = 0; at < bytes.length; at += 0x8000) parts.push(String.fromCharCode(...bytes.subarray(at, at + 0x8000)))
    return btoa(parts.join(""))
  }

  // Photos that have not been received, with their bytes.
  const photos = async (visit) => {
    const rows = await mingcha.within("photos", "readonly", (photos) => photos.index("visit").getAll(visit))
    return Promise.all(rows.filter(({ sent }) => !sent).map(async ({ id, sha, size }) => {
      const chunks = await mingcha.within("chunks", "readonly", (chunks) => chunks.getAll(IDBKeyRange.bound([id], [id, []])))
      return { id, sha, size, data: chunks.map(({ data }) => base64(data)) }
    }))
  }

  const share = async (file) => {
    if (!navigator.canShare?.({ files: [file] })) return false
    try {
      await navigator.share({ files: [file] })
    } catch (error) {
      return error.name === "AbortError" // the person thought better of it
    }
    return true
  }

  mingcha.rescue = async (visit) => {
    const entries = (await mingcha.rows(visit)).map(({ body, hash }) => ({ body, hash }))
    const saved = { mingcha: "backup", v: 1, visit, saved_at: new Date().toISOString(), entries, photos: await photos(visit) }
    const name = `backup-${visit.slice(-8)}-${saved.saved_at.slice(0, 16).replace(/\D/g, "")}.json`
    const file = new File([JSON.stringify(saved)], name, { type: "application/json" })
    if (await share(file)) return
    const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(file), download: name })
    link.click()
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
  }

}
