// A server that was set back to an earlier state has forgotten some of what it acknowledged;
// then this phone sends again all that it holds of the visit, what others wrote too.
{
  const HERE = ["stored", "dup", "late", "news"] // as events of the visit; not kept apart
  const doubted = new WeakSet()
  const ours = (entry) => entry.device !== "server" // what was written on our pages is on no phone
  const here = (log) => [...log.entries.values()].filter((entry) => ours(entry) && HERE.includes(entry.acked))

  // Of each device the last event that the server has said it has: without them it has
  // forgotten something, since what is restored is everything up to some moment.
  mingcha.seen = (log) => {
    const last = {}
    for (const entry of here(log)) if (entry.seq > (last[entry.device]?.seq ?? 0)) last[entry.device] = entry
    return Object.values(last).map(({ id }) => id)
  }

  // Besides, of a server that has been told something since: an event of which it has not
  // reached the number, a handing in that waits for what nobody has unsent. Each once.
  const doubts = ({ have, news, missing }, log) => {
    if (news?.length) return false
    const waiting = missing?.events && !log.unsent.length
    const found = here(log).filter((entry) => !doubted.has(entry)
      && (waiting || entry.acked !== "late" && entry.seq > (have[entry.device] ?? 0)))
    for (const entry of found) doubted.add(entry)
    return found.length > 0
  }

  // What has to go again; `told`: what was acknowledged by this very reply.
  mingcha.forgotten = (log, reply, told) => !reply.forgotten && !doubts(reply, log) ? []
    : [...log.entries.values()].filter((entry) => ours(entry) && !told.includes(entry))

  // Photos that are here after all are not sent, only asked for.
  mingcha.photosAgain = async (visit) => {
    await mingcha.within("photos", "readwrite", (photos) => {
      photos.index("visit").openCursor(visit).onsuccess = ({ target: { result: cursor } }) => {
        if (!cursor) return
        if (cursor.value.sent) cursor.update({ ...cursor.value, sent: false })
        cursor.continue()
      }
    })
    await mingcha.resumePhotos?.()
  }
}
