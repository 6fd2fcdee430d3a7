// A note saves itself as it is written. It is made to on being opened: most never are, and
// wiring them all would keep a slow phone busy before the first tap.
{
  const wire = (note) => {
    const text = note.querySelector("textarea")
    if (!text.form.hasAttribute("hx-post") || text.hasAttribute("hx-post")) return
    text.setAttribute("hx-post", text.form.action.replace(/answers$/, "notes/swap"))
    text.setAttribute("hx-trigger", "input delay:400ms, change, resend")
    htmx.process(text)
  }
  mingcha.wire = wire
  document.addEventListener("toggle", ({ target }) => target.matches(".note") && wire(target), true)
  for (const note of document.querySelectorAll(".note[open]")) wire(note)
}
