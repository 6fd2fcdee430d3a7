// Sends the photos of a visit that are on this phone, in pieces that can be taken up again.
{
  const CHUNK = 256 * 1024, PATIENCE = 120_000
  const piecesOf = (size) => Math.max(1, Math.ceil(size / CHUNK))

  class PhotoSender extends mingcha.Sender {
    constructor(log, changed) {
      super(log, changed, "photos")
      this.rows = new Map()
    }

    async load() {
      const found = await mingcha.within("photos", "readonly", (photos) => photos.index("visit").getAll(this.log.visit))
      for (const row of found) this.rows.set(row.id, row)
    }

    async deliver() {
      let failed
      for (const row of this.rows.values()) {
        if (!row.sent) await this.send(row).catch((error) => {
          if (!/^(5|4(?!01|29))\d\d$/.test(error.message)) throw error
          failed = error // one that the server does not take just now holds up no other
        })
      }
      if (failed) throw failed
    }

    async send(row) {
      let known = await this.ask("GET", row, `?sha=${row.sha}`)
      const of = piecesOf(row.size)
      for (let n = 0; n < of && !known.complete; n++) {
        if (known.have.includes(n)) continue
        const { data } = await mingcha.within("chunks", "readonly", (chunks) => chunks.get([row.id, n]))
        known = await this.ask("PUT", row, `/chunks/${n}?of=${of}&size=${row.size}&sha=${row.sha}`, data)
      }
      if (!known.complete) throw new Error("not complete")
      const sent = { ...row, sent: true }
      await mingcha.within("photos", "readwrite", (photos) => photos.put(sent))
      this.rows.set(row.id, sent)
      await this.hear(known)
      this.changed(this)
    }

    async ask(method, row, rest, body) {
      const headers = { "Authorization": `Visit ${await this.token()}` }
      if (body) headers["X-Body-SHA256"] = await mingcha.sha256(body)
      const response = await fetch(`/api/v1/visits/${row.visit}/photos/${row.id}${rest}`, {
        method, body, headers, redirect: "error", cache: "no-store", credentials: "omit", signal: AbortSignal.timeout(PATIENCE),
      })
      if (response.status === 401) await mingcha.keepFact(`token ${row.visit}`, "")
      const json = response.headers.get("content-type")?.startsWith("application/json")
      if (response.status !== 200 || !json) throw new Error(String(response.status))
      return response.json()
    }
  }

  Object.assign(mingcha, { PhotoSender, CHUNK, piecesOf })
}
