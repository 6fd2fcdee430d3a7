// A server that was set back to an earlier state has forgotten some of what it acknowledged;
// then this phone sends again all that it holds of the visit, what others wrote too. It comes
// after the page: from then on every reply is looked at.
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

  // Of some numbers a server gives nothing: what came too late, what it keeps apart. Once
  // nothing of what it gives is new, that was all, and it is not asked for again.
  mingcha.reckon = (log, { have, news = [] }, fresh) => {
    const { given } = log
    for (const [device] of fresh.length ? news : Object.entries(log.lacking)) delete log.lacking[device]
    if (fresh.length) log.given = {}
    else for (const [device, body] of news) given[device] = Math.max(JSON.parse(body).seq, given[device] ?? 0)
    for (const device in given) given[device] = Math.min(given[device], have[device] ?? 0)
  }

  if (mingcha.log?.entries.size) mingcha.sender.now()
}
