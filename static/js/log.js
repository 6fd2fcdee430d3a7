// A visit's log in memory: what it says now, and what this phone adds to it.
// The rules are those of audit/domain/event.py.
{
  const boot = mingcha.newId()
  const LAST = Date.UTC(9999, 11, 31) // a clock may be anywhere; later dates are no dates to others

  const slotOf = (event) => event.photo ? `photo:${event.photo.id}`
    : `${event.kind === "clear" ? "answer" : event.kind}:${event.item}`
  const family = (device) => device.split("~")[0]
  const order = (a, b) => a < b ? -1 : a > b ? 1 : 0
  const rank = (a, b) => a.lamport - b.lamport || order(family(a.device), family(b.device)) || a.seq - b.seq || order(a.id, b.id)
  // What came too late is no part of the visit, nor what the server alone had and has lost.
  const counts = ({ acked }) => acked !== "late" && acked !== "gone"
  const said = ({ kind, answer, text }) => JSON.stringify([kind, answer?.state, answer?.value ?? null, text || ""])

  class Log {
    constructor(visit, checklist, device, entries) {
      Object.assign(this, { visit, checklist, device, entries: new Map(), slots: new Map(), lamport: 0, last: undefined, given: {}, lacking: {}, elsewhere: [] })
      for (const entry of entries) this.take(entry)
    }

    take(entry) {
      const known = this.entries.get(entry.id)
      if (known) return this.mark(known, entry.acked || known.acked, entry.device)
      this.entries.set(entry.id, entry)
      this.place(entry)
    }

    // What the server says of an entry, and under which name it files it.
    mark(entry, acked, device = entry.device) {
      const same = device === entry.device && counts(entry) === counts({ acked })
      Object.assign(entry, { acked, device })
      if (!same) this.place(entry)
    }

    place(entry) {
      const event = { ...JSON.parse(entry.body), device: entry.device, hash: entry.hash }
      this.lamport = Math.max(this.lamport, event.lamport)
      if (event.device === this.device && event.seq > (this.last?.seq ?? 0)) this.last = event
      const slot = slotOf(event)
      const others = (this.slots.get(slot) ?? []).filter(({ id }) => id !== event.id)
      if (counts(entry)) this.slots.set(slot, [...others, event].sort(rank))
      else if (others.length) this.slots.set(slot, others)
      else this.slots.delete(slot)
    }

    // Entries as they stand by now, on disk and here; an own one under another name was written
    // by a copy of this phone.
    async refile(entries) {
      if (!entries.length) return
      const changed = [...entries, ...await mingcha.refile(entries)]
      for (const entry of changed) {
        const known = this.entries.get(entry.id)
        if (known) this.mark(known, entry.acked, entry.device)
        else this.take(entry)
      }
      if (changed.some(({ device }) => device.startsWith(`${this.device}~`))) await this.rename()
    }

    // A copy of this phone has given the same numbers: go on under a new name.
    async rename() {
      await mingcha.keepFact("device", mingcha.newId().replaceAll("-", ""))
      Object.assign(this, await mingcha.openLog(this.visit, this.checklist))
    }

    // The events of a slot that none of it was made on top of: one is the value, several
    // are a conflict, of which the last counts for now.
    heads(slot) {
      const events = this.slots.get(slot) ?? []
      const replaced = new Set(events.flatMap((event) => event.base ?? []))
      return events.filter((event) => !replaced.has(event.id))
    }

    current(slot) { return this.heads(slot).at(-1) }
    get unsent() { return [...this.entries.values()].filter((entry) => !entry.acked).sort((a, b) => a.seq - b.seq) }

    // By device, something about the numbers of its events.
    byDevice(tell) {
      const numbers = {}
      for (const { device, seq } of this.entries.values()) (numbers[device] ??= new Set()).add(seq)
      return Object.fromEntries(Object.entries(numbers).map(([device, seqs]) => [device, tell(seqs, device)]))
    }
    // The seq up to which there is every event, or nothing that the server would give: what a
    // copy of a phone sent under the same numbers is filed under a name (`…~1`) that only
    // grows at its end. Less where the server has named what is lacking here.
    get held() {
      return this.byDevice((seqs, device) => {
        let last = device.includes("~") ? Math.max(...seqs) : 0
        while (seqs.has(last + 1)) last++
        return Math.min(Math.max(last, this.given[device] ?? 0), (this.lacking[device] ?? Infinity) - 1)
      })
    }

    // Whether the visit already says this.
    knows(deed) {
      const heads = this.heads(slotOf(deed))
      if (heads.length > 1 || !["answer", "clear", "note", "mark"].includes(deed.kind)) return false
      if (heads.length) return said(heads[0]) === said(deed)
      return deed.kind === "clear" || deed.kind !== "answer" && !deed.text
    }

    async write(deed) {
      if (deed.kind === "submit") deed = { ...deed, manifest: await mingcha.manifest(this) }
      const base = this.heads(slotOf(deed)).map(({ id }) => id)
      const event = {
        id: mingcha.newId(), visit: this.visit, device: this.device,
        seq: (this.last?.seq ?? 0) + 1, lamport: this.lamport + 1,
        kind: deed.kind, item: deed.item, checklist: this.checklist, wall: new Date(Math.min(Date.now(), LAST)).toISOString(),
        ...deed, base, monotonic: Math.round(performance.now()), boot, ...mingcha.began?.(deed.item),
        zone_minutes: -new Date().getTimezoneOffset(), prev: this.last?.hash ?? "",
      }
      const body = JSON.stringify(event)
      return { id: event.id, visit: event.visit, device: event.device, seq: event.seq, kind: event.kind, body, hash: await mingcha.sha256(body), acked: "" }
    }
  }

  // Adds what a person did, one after the other; gives the entry, or none where the visit
  // already says so. Another tab of this phone may have taken the number: then anew.
  let turn = Promise.resolve()
  const record = (log, deed, photo) => turn = turn.catch(() => {}).then(async () => {
    for (let tries = 0; ; tries++) {
      if (log.knows(deed)) return
      const entry = await log.write(deed)
      try {
        await mingcha.add(entry, photo)
      } catch (error) {
        if (error.name !== "ConstraintError" || tries > 9) throw error
        for (const row of await mingcha.rows(log.visit)) log.take(row)
        continue
      }
      log.take(entry)
      return entry
    }
  })

  const openLog = async (visit, checklist) =>
    new Log(visit, checklist, await mingcha.device(), await mingcha.rows(visit))

  Object.assign(mingcha, { openLog, record })
}
