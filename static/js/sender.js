// Sends what is on this phone, one batch after the other, and believes nothing but an
// acknowledgement of the very bytes it sent: a portal, a proxy or a cache says "200" too.
{
  const MOST = 200, LARGEST = 200_000, PATIENCE = 20_000, ASLEEP = 60_000
  const encoder = new TextEncoder()

  class Sender {
    constructor(log, changed, name = "send") {
      Object.assign(this, { log, changed, name, wait: 1000, size: MOST, timer: undefined, busy: false, state: "idle" })
    }

    watch() {
      for (const name of ["online", "focus"]) addEventListener(name, () => this.now())
      document.addEventListener("visibilitychange", () => this.now())
      setInterval(() => this.busy || this.timer || this.now(), 20_000)
    }

    now() {
      clearTimeout(this.timer)
      this.timer = undefined
      if (this.busy) this.again = true
      else this.run()
    }

    later() {
      this.timer = setTimeout(() => this.now(), this.wait * (0.5 + Math.random()))
      this.wait = Math.min(this.wait * 2, 60_000)
    }

    // One sender for a visit, whatever the number of tabs. Without locks, and where the other
    // tab has fallen asleep over it, two may send the same, which does no harm.
    async alone() {
      let begun
      const work = () => begun = this.deliver()
      if (!navigator.locks) return work()
      return navigator.locks.request(`${this.name} ${this.log.visit}`, { signal: AbortSignal.timeout(ASLEEP) }, work).catch(() => begun ?? work())
    }

    async run() {
      this.busy = true
      try {
        await this.alone()
        this.wait = 1000
        this.state = "idle"
      } catch (error) {
        this.state = error.message === "401" ? "signed-out" : navigator.onLine ? "failed" : "offline"
        if (error.message === "413" || error.name === "TimeoutError") this.size = Math.max(1, this.tried >> 1)
        this.later()
      }
      this.busy = false
      this.changed(this)
      if (this.again) { this.again = false; this.now() }
    }

    async deliver() {
      for (const entry of await mingcha.rows(this.log.visit)) this.log.take(entry) // another tab's
      let more = true
      while (more) {
        const batch = this.batch()
        this.tried = batch.length
        const reply = await this.post(batch)
        this.size = Math.min(MOST, this.size * 2)
        const news = await this.believe(batch, reply)
        this.changed(this)
        const anew = await mingcha.callRoll?.(this.log, reply)
        more = this.log.unsent.length > 0 || news.length > 0 || anew
      }
    }

    batch() {
      const entries = []
      let size = 0
      for (const entry of this.log.unsent) {
        size += entry.body.length * 3
        if (entries.length >= this.size || entries.length && size > LARGEST) break
        entries.push(entry)
      }
      return entries
    }

    async post(entries) {
      const nonce = mingcha.newId()
      const roll = entries.length ? undefined : await mingcha.rollOf?.(this.log)
      const sent = encoder.encode(JSON.stringify({ nonce, events: entries.map(({ body }) => body), have: this.log.held, seen: mingcha.seen?.(this.log), roll }))
      const response = await fetch(`/api/v1/visits/${this.log.visit}/events`, {
        method: "POST", body: sent, redirect: "error", cache: "no-store", credentials: "omit",
        signal: AbortSignal.timeout(PATIENCE), keepalive: sent.length < 60_000,
        headers: { "Authorization": `Visit ${await this.token()}`, "Content-Type": "application/json", "X-Body-SHA256": await mingcha.sha256(sent) },
      })
      if (response.status === 401) await mingcha.keepFact(`token ${this.log.visit}`, "")
      const json = response.headers.get("content-type")?.startsWith("application/json")
      if (response.status !== 200 || !json) throw new Error(String(response.status))
      const reply = await response.json()
      if (reply.nonce !== nonce) throw new Error("not an answer to this")
      return reply
    }

    async token() {
      return await mingcha.fact(`token ${this.log.visit}`)
        || mingcha.askToken(this.log.visit, [...this.log.entries.values()])
    }

    async believe(entries, reply) {
      const standing = new Map(reply.acks.map(({ h, st }) => [h, st]))
      const told = entries.filter((entry) => standing.has(entry.hash))
      if (told.length < entries.length) throw new Error("not an answer to all")
      const again = mingcha.forgotten?.(this.log, reply, told) ?? []
      for (const entry of told) this.log.mark(entry, standing.get(entry.hash))
      for (const entry of again) this.log.mark(entry, "")
      await mingcha.put([...told, ...again])
      if (again.length) await mingcha.photosAgain(this.log.visit)
      else if (reply.missing?.photos) await mingcha.photosAgain?.(this.log.visit, reply.missing.photos)
      if (told.length) mingcha.tellTabs?.(this.log.visit)
      const news = await this.hear(reply)
      mingcha.reckon?.(this.log, reply, news)
      return news
    }

    async hear(reply) {
      const { status, missing, receipt } = reply
      if (status) Object.assign(this.log, { missing, receipt })
      if (receipt) {
        await mingcha.keepFact(`receipt ${this.log.visit}`, receipt)
        await mingcha.dropPhotos?.(this.log)
      }
      const news = []
      for (const [device, body] of reply.news ?? []) {
        const { id, visit, seq, kind } = JSON.parse(body)
        if (this.log.entries.get(id)?.device === device) continue
        news.push({ id, visit, device, seq, kind, body, hash: await mingcha.sha256(body), acked: "news" })
      }
      await this.log.refile(news)
      return news
    }
  }

  mingcha.Sender = Sender
}
