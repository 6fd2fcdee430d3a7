// Photos of which the server no longer knows that it had them. Those that it has after all are
// not sent, only asked for.
{
  mingcha.photosAgain = async (visit) => {
    let found = 0
    await mingcha.within("photos", "readwrite", (photos) => {
      photos.index("visit").openCursor(visit).onsuccess = ({ target: { result: cursor } }) => {
        if (!cursor) return
        const { value } = cursor
        if (value.sent) {
          cursor.update({ ...value, sent: false })
          found++
        }
        cursor.continue()
      }
    })
    if (found) await mingcha.resumePhotos?.()
  }
}
