// A tap is the moment: its time is taken from this phone's clock as the finger comes down
// and shown at once; a slow line delays only the saving. A hasty second tap is none.
{
  const HASTY = 700
  const local = (at, form) => new Date(at).toLocaleTimeString("en-GB", { timeZone: form.dataset.zone })
  const tapped = new WeakMap()

  document.addEventListener("submit", (event) => {
    const form = event.target
    if (!form.matches(".moment, .remember")) return
    const button = event.submitter ?? form.querySelector("button")
    const last = tapped.get(button)
    tapped.set(button, event.timeStamp) // no clock that somebody sets
    if (event.timeStamp - last < HASTY) {
      event.preventDefault()
      event.stopImmediatePropagation()
      return
    }
    if (form.matches(".remember")) return
    form.elements.at.value = new Date().toISOString()
    form.elements.value.value = button.dataset.value
    const set = button.dataset.value !== "clear"
    const shown = form.querySelector("time")
    form.querySelector("button").setAttribute("aria-pressed", set)
    shown.textContent = !set ? "" : button.dataset.value === "now"
      ? local(new Date(), form) : button.dataset.value
    form.querySelector("button").dataset.value = set ? "clear" : "now"
  }, true)

  // As the log has it, whoever wrote it.
  mingcha.drawMoment = (name, at, event, log) => {
    const form = document.querySelector(`#mark-${name} form`)
    if (!form) return
    const button = form.querySelector("button")
    button.setAttribute("aria-pressed", Boolean(at))
    button.dataset.value = at ? "clear" : "now"
    form.querySelector("time").textContent = at ? local(at, form) : ""
    const before = log.slots.get(`mark:mark/${name}`).find(({ id }) => event.base?.includes(id))
    const undone = document.getElementById(`undone-${name}`)
    undone.textContent = ""
    if (at || !before?.text) return
    const again = Object.assign(document.createElement("button"), { className: "button button--quiet" })
    again.dataset.value = local(before.text, form)
    again.textContent = document.getElementById("saved").dataset.again.replace("{time}", again.dataset.value)
    undone.append(again)
  }

  mingcha.drawMemories = (log) => {
    const list = document.getElementById("remembered")
    if (!list) return
    const kept = [...log.slots].flatMap(([slot, events]) => slot.startsWith("remember:") ? events : [])
    if (kept.length < list.children.length) return // the server knows of more, which is on its way
    list.replaceChildren(...kept.sort((a, b) => b.lamport - a.lamport).map(({ item, wall, text }) => {
      const line = document.createElement("li")
      const stage = document.querySelector(`.places [value="${item.slice(6)}"] + span`).textContent
      const at = new Date(wall).toLocaleTimeString("en-GB", { timeZone: list.closest("[data-zone]").dataset.zone, hour: "2-digit", minute: "2-digit" })
      line.append(Object.assign(document.createElement("time"), { textContent: at }), " ", Object.assign(document.createElement("b"), { textContent: stage }), ` ${text}`)
      return line
    }))
  }

  // A line half typed is there again after the page was left.
  const line = document.querySelector(".remember [name=text]")
  const draft = `line ${mingcha.person} ${document.querySelector("[data-visit]")?.dataset.visit}`
  if (line) line.value ||= localStorage.getItem(draft) ?? ""
  line?.addEventListener("input", () => localStorage.setItem(draft, line.value))

  // The line just written is on its way: make room for the next, which may have been begun.
  document.addEventListener("htmx:after:request", ({ target, detail: { ctx } }) => {
    const sent = ctx.request.body?.get("text")
    if (!target.matches(".remember") || ctx.response.status >= 400) return
    if (line.value.startsWith(sent)) line.value = line.value.slice(sent.length)
    if (line.value) localStorage.setItem(draft, line.value)
    else localStorage.removeItem(draft)
  })
}
