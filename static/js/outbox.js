// The htmx extension: a form inside [data-visit] stays an ordinary htmx form, but what it
// would send is written down on this phone, drawn from there, and sent in its own time.
// Where nothing can be kept here, the forms go on by themselves.
{
  const root = document.querySelector("[data-visit]")
  const able = root && isSecureContext && window.indexedDB && crypto.subtle
  let sender

  const REST = 8000, PATIENCE = 8000

  const start = async () => {
    const log = await mingcha.openLog(root.dataset.visit, root.dataset.checklist)
    mingcha.log = log
    sender = new mingcha.Sender(log, () => mingcha.draw(log, sender))
    mingcha.sender = sender
    sender.watch()
    mingcha.heard = async (visit) => {
      if (visit !== log.visit) return
      for (const entry of await mingcha.rows(visit)) log.take(entry)
      mingcha.draw(log, sender)
    }
    mingcha.draw(log, sender)
    // A visit that nobody has begun has nothing to fetch.
    if (log.entries.size || "begun" in root.dataset) sender.now()
    if (!mingcha.drawGates) return log
    if (await begun(log)) soon()
    else setTimeout(soon, REST)
    return log
  }
  const begun = async (log) => [...log.slots.keys()].some((slot) => /^(photo|submit|remember):/.test(slot))
    || await mingcha.within("raw", "readonly", (raw) => raw.count())
  // Some browsers leave the question for their storage unanswered now and then.
  const patience = new Promise((resolve) => setTimeout(resolve, PATIENCE))
  const ready = able ? Promise.race([start().catch(() => undefined), patience]) : Promise.resolve()
  mingcha.ready = ready

  // Keeps what a person did. Throws when this phone could not; gives `{refused}` for what
  // the question does not take.
  mingcha.keep = async (deed, photo) => {
    const log = await ready
    if (deed.refused === undefined && await mingcha.record(log, deed, photo)) mingcha.tellTabs(log.visit)
    mingcha.draw(log, sender)
    sender.now()
    return deed
  }

  // What a page does not begin with (photos, handing in, backups) has a script of its own,
  // fetched when it is wanted, and in any case once the page has come to rest.
  let loading
  const load = () => loading ??= ready.then(() => new Promise((resolve, reject) => {
    const script = Object.assign(document.createElement("script"), { src: root.dataset.later, onload: resolve })
    script.onerror = () => { loading = undefined; reject(new Error("later")) }
    document.head.append(script)
  }))
  const soon = () => load().catch(() => setTimeout(soon, REST))
  mingcha.later = load
  document.addEventListener("pointerdown", ({ target }) => target.closest(".shot, .jump") && load().catch(() => {}))
  document.addEventListener("click", ({ target }) => {
    if (target.closest(".rescue") && mingcha.log) load().then(() => mingcha.rescue(mingcha.log.visit), () => {})
  })
  // Before leaving.js: there is nothing to leave for, unless nothing can be kept here.
  let leave = !able
  document.addEventListener("click", async (event) => {
    const link = event.target.closest(".bar > a")
    if (leave || !link || !mingcha.drawGates) return
    event.preventDefault()
    event.stopImmediatePropagation()
    leave = !await ready
    if (leave) return link.click()
    load().then(() => mingcha.handIn(), () => { document.getElementById("cut-off").hidden = false })
  }, true)
  // Photos are on disk as the camera gave them before anything else is done with them, each by
  // itself.
  document.addEventListener("change", async (event) => {
    const { target } = event
    if (!target.matches(".shot input")) return
    event.stopPropagation() // it is no answer
    const item = target.form.querySelector("[name=item]").value, { visit } = root.dataset
    for (const file of [...target.files]) {
      await file.arrayBuffer().then((bytes) => mingcha.within("raw", "readwrite", (raw) => raw.put({ id: mingcha.newId(), visit, item, bytes })))
        .catch(() => load().then(() => mingcha.lack(item), () => {}))
    }
    target.value = ""
    if (mingcha.resumePhotos) mingcha.resumePhotos()
    else soon()
  }, true)

  htmx.registerExtension("outbox", {
    htmx_config_request: (element, { ctx }) => {
      const { action, method, body } = ctx.request
      if (!able || method !== "POST" || !root.contains(element)) return
      ctx.fetch = async (address, request) => {
        const log = await ready
        if (!log) return fetch(address, request)
        const form = element.form ?? element
        const deed = mingcha.deed(form, action, body, log)
        mingcha.refusal(form, deed.refused)
        await mingcha.keep(deed)
        return new Response("", { status: deed.refused === undefined ? 200 : 422 })
      }
    },
  })
}
