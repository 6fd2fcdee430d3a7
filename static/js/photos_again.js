// Photos of which the server no longer knows that it had them. Those that it has after all are
// not sent, only asked for. And those that nobody waits for any more.
{
  const change = async (visit, changed) => {
    let found = 0
    await mingcha.within("photos", "readwrite", (photos) => {
      photos.index("visit").openCursor(visit).onsuccess = ({ target: { result: cursor } }) => {
        if (!cursor) return
        const { value } = cursor
        if (changed(value)) {
          cursor.update({ ...value, sent: !value.sent })
          found++
        }
        cursor.continue()
      }
    })
    if (found) await mingcha.resumePhotos?.()
  }

  // `ids`: those that a handing in waits for; each once, whatever is said of it after that.
  const asked = new Set()
  mingcha.photosAgain = (visit, ids) => change(visit, ({ id, sent }) => {
    if (!sent || ids && (!ids.includes(id) || asked.has(id))) return false
    if (ids) asked.add(id)
    return true
  })

  // Taken away again before it was sent, and the visit has been sealed without it.
  mingcha.dropPhotos = (log) => change(log.visit, ({ id, sent }) => {
    const event = log.current(`photo:${id}`)
    return !sent && event?.kind === "photo_remove" && Boolean(log.entries.get(event.id).acked)
  })
}
