// A tap is the moment: its time is taken from this phone's clock as the finger comes down
// and shown at once; a slow line delays only the saving. A hasty second tap is no undo.
{
  const HASTY = 700
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
      ? new Date().toLocaleTimeString("en-GB", { timeZone: form.dataset.zone }) : button.dataset.value
    form.querySelector("button").dataset.value = set ? "clear" : "now"
  }, true)

  // The line just written is on its way: make room for the next.
  document.addEventListener("htmx:after:request", ({ target, detail }) => {
    if (target.matches(".remember") && detail.ctx.response.status < 400) target.elements.text.value = ""
  })
}
