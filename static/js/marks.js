// A tap is the moment: its time is taken from this phone's clock as the finger comes down
// and shown at once; a slow line delays only the saving. A hasty second tap is no undo.
{
  const HASTY = 700
  const local = (at, form) => new Date(at).toLocaleTimeString("en-GB", { timeZone: form.dataset.zone })
  const tapped = new WeakMap()

  document.addEventListener("submit", (event) => {
    const form = event.target
    if (!form.matches(".moment")) return
    const button = event.submitter ?? form.querySelector("button")
    const last = tapped.get(button) ?? 0
    tapped.set(button, Date.now())
    if (Date.now() - last < HASTY) {
      event.preventDefault()
      event.stopImmediatePropagation()
      return
    }
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

  // The line just written is on its way: make room for the next.
  document.addEventListener("htmx:after:request", ({ target, detail }) => {
    if (target.matches(".remember") && detail.ctx.response.status < 400) target.elements.text.value = ""
  })
}
