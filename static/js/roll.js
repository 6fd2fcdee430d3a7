// The roll of a visit. With nothing left to send this phone says by a digest what it takes to be
// on the server; where that is not so, the server names all that it has, and this phone takes
// that over: under which name an entry is filed, whether it counts, what has to go again, what
// it has not heard of. The rules are those of audit/domain/roll.py.
{
  const APART = ["quarantined", "mismatch"]
  const GONE = "gone" // what was written on our pages; no phone can send it again

  const line = ({ id, device, acked }) => `${id} ${device} ${acked === "late" ? 1 : 0}`
  mingcha.rollOf = (log) => {
    const told = [...log.entries.values()].filter(({ acked }) => acked && acked !== GONE)
    const lines = told.map((entry) => APART.includes(entry.acked) ? entry.hash : line(entry))
    return mingcha.sha256([...new Set([...lines, ...log.elsewhere])].sort().join("\n"))
  }

  const standing = ({ acked, device }, there, apart) => {
    if (there) return there.late ? "late" : ["stored", "dup", "news"].includes(acked) ? acked : "dup"
    if (apart) return APART.includes(acked) ? acked : "quarantined"
    return device === "server" ? GONE : ""
  }

  // Gives whether there is anything in it that was not in the last one.
  mingcha.callRoll = async (log, { roll }) => {
    const said = JSON.stringify(roll), before = log.called
    log.called = said
    if (!roll) return false
    const apart = new Set(roll.apart)
    const here = new Map(Object.entries(roll.events ?? {}).flatMap(([device, several]) =>
      several.map(([seq, id, late]) => [id, { device, seq, late }])))
    const entries = [...log.entries.values()], changed = []
    for (const entry of entries) {
      const there = here.get(entry.id)
      const now = { ...entry, device: there?.device ?? entry.device, acked: standing(entry, there, apart.has(entry.hash)) }
      if (now.device !== entry.device || now.acked !== entry.acked) changed.push(now)
    }
    await log.refile(changed)
    const ours = new Set(entries.map(({ hash }) => hash))
    log.elsewhere = roll.apart?.filter((hash) => !ours.has(hash)) ?? []
    log.lacking = {}
    for (const [id, { device, seq, late }] of here) {
      if (log.entries.has(id)) continue
      if (late) log.elsewhere.push(line({ id, device, acked: "late" }))
      else log.lacking[device] = Math.min(seq, log.lacking[device] ?? seq)
    }
    if (changed.some(({ acked }) => !acked)) await mingcha.photosAgain(log.visit)
    return said !== before
  }
}
