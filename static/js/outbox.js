// The htmx extension: a form inside [data-visit] stays an ordinary htmx form, but what it
// would send is written down on this phone, drawn from there, and sent in its own time.
// Where nothing can be kept here, the forms go on by themselves.
{
  const root = document.querySelector("[data-visit]")
  const able = root && isSecureContext && window.indexedDB && crypto.subtle
  let sender

  const others = new BroadcastChannel("mingcha")
  const refused = ({ message }) => new Response(message, { status: 422 })

  const start = async () => {
    const log = await mingcha.openLog(root.dataset.visit, root.dataset.checklist)
    mingcha.log = log
    sender = new mingcha.Sender(log, () => mingcha.draw(log, sender))
    others.onmessage = async ({ data }) => {
      if (data !== log.visit) return
      for (const entry of await mingcha.rows(log.visit)) log.take(entry)
      mingcha.draw(log, sender)
    }
    mingcha.draw(log, sender)
    sender.now()
    return log
  }
  const ready = able ? start().catch(() => undefined) : Promise.resolve()
  mingcha.ready = ready

  // Keeps what a person did. Throws when this phone could not; gives `{refused}` for what
  // the question does not take.
  mingcha.keep = async (deed) => {
    const log = await ready
    if (deed.refused === undefined && await mingcha.record(log, deed)) others.postMessage(log.visit)
    mingcha.draw(log, sender)
    sender.now()
    return deed
  }

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
