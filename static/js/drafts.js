// What is being typed waits for a pause before it is kept; a page that goes in between leaves
// it here, and the next one takes it up.
{
  const page = document.querySelector("[data-visit]")
  const prefix = `draft ${document.body.dataset.person ?? ""} ${page?.dataset.visit} `
  const typed = (element) => page && element.matches?.(".stage .typed, .stage textarea")
  const name = (field) => prefix + field.form.querySelector("[name=item]").value + " " + field.name

  document.addEventListener("input", ({ target }) => typed(target) && localStorage.setItem(name(target), target.value))

  mingcha.undraft = (field) => localStorage.removeItem(name(field))

  document.addEventListener("htmx:finally:request", ({ target, detail }) => {
    const status = detail.ctx.response?.status
    if (!page || !status || status >= 400) return
    const form = target.form ?? target
    for (const field of form.querySelectorAll?.(".typed, textarea") ?? []) {
      const sent = detail.ctx.request.body?.get?.(field.name)
      if (sent === localStorage.getItem(name(field))) mingcha.undraft(field)
    }
  })

  const takeUp = (draft) => {
    const [key, field] = draft.slice(prefix.length).split(" ")
    mingcha.reach?.(`item-${key}`)
    const element = document.getElementById(`item-${key}`)?.querySelector(`[name=${field}]`)
    const text = localStorage.getItem(draft)
    if (!element || element.value === text) return localStorage.removeItem(draft)
    if (field === "note") mingcha.wire(element.closest("details"))
    element.closest("details")?.setAttribute("open", "")
    element.value = text
    element.dispatchEvent(new Event("change", { bubbles: true }))
  }

  if (page) document.addEventListener("htmx:after:process", async ({ target }) => {
    if (target !== document.body) return
    await mingcha.ready
    requestAnimationFrame(() => Object.keys(localStorage).filter((key) => key.startsWith(prefix)).forEach(takeUp))
  })
}
