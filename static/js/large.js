// A large checklist: one part is in the page, the others wait in templates or beside the page.
// Whatever names something in another part brings that part in; what a part was left with
// stays with it. Drawing takes what changed: a thousand items are too many for each tap.
{
  const PATIENCE = 1000
  const sheet = document.querySelector(".sheet")
  const relink = (link) => link.setAttribute("href", link.getAttribute("href").replace(/^.*#/, "#"))
  const links = [...document.querySelectorAll("#stages a")]
  ;[...links, ...mingcha.all(".ways a")].forEach(relink)

  const first = mingcha.stages[0] // as the server drew it
  mingcha.stages = links.map(({ hash }) => mingcha.stages.find(({ id }) => `#${id}` === hash))
  const parts = new Map() // an id → the part that it is in
  for (const part of mingcha.stages) for (const { id } of [part, ...part.querySelectorAll(".item")]) parts.set(id, part)
  mingcha.find = (id) => parts.get(id)?.querySelector(`#${CSS.escape(id)}`)

  // ---- one part at a time

  let live = first
  const touched = new Set() // forms that htmx does not know yet
  const wire = (part) => {
    htmx.process(part)
    mingcha.showWatches(part)
    for (const note of part.querySelectorAll(".note[open]")) mingcha.wire(note)
    for (const form of touched) form.dispatchEvent(new Event("resend"))
    touched.clear()
  }
  for (const name of ["change", "input"]) document.addEventListener(name, ({ target: { form } }) => {
    if (form?.matches(".sheet form[hx-post]:not([data-htmx-powered])")) touched.add(form)
  })

  // A part that was left goes when nothing of it has to be sent any more.
  const putAway = (part) => setTimeout(() => {
    if (part === live || !part.isConnected) return
    if (part.querySelector(".item--saving, .item--unsent")) return putAway(part)
    part.remove()
  }, PATIENCE)

  const leave = (part) => {
    mingcha.flush()
    part.hidden = true
    putAway(part)
  }

  const show = (part) => {
    if (!part || part === live) return false
    leave(live)
    live = part
    part.hidden = false
    sheet.prepend(part)
    document.getElementById("stage-now").textContent = part.querySelector("h2").lastChild.textContent.trim()
    requestAnimationFrame(() => setTimeout(wire, 0, part)) // seen first
    return true
  }

  // Something of another part is about to be sent from there.
  mingcha.reach = (id) => {
    const part = parts.get(id)
    if (!part || part.isConnected) return
    part.hidden = true
    sheet.append(part)
    wire(part)
    putAway(part)
  }

  // ---- what an address names

  const named = (hash) => parts.get(decodeURIComponent(hash.slice(1)))
  document.addEventListener("click", ({ target, ctrlKey, metaKey, shiftKey }) => {
    const link = target.closest("a[href^='#']")
    if (link && !ctrlKey && !metaKey && !shiftKey) show(named(link.hash))
  })
  // The element was not there when the browser looked for it: once more.
  const arrive = (part) => {
    if (show(part) && location.hash) location.replace(location.hash)
    if (`#${part?.id}` === location.hash) {
      const heading = part.querySelector("h2")
      heading.tabIndex = -1
      heading.focus({ preventScroll: true })
    }
  }
  addEventListener("hashchange", () => arrive(location.hash ? named(location.hash) : first))
  const asked = location.hash || `#${new URLSearchParams(location.search).get("at")}`
  if (named(asked) && named(asked) !== first) arrive(named(asked))

  // ---- what is to be drawn

  const row = (form) => {
    const { start, stop } = form.querySelector(".timed")?.dataset ?? {}
    const { value } = form.querySelector("[name=item]")
    return { item: form.closest(".item"), slots: [`answer:${value}`, `note:${value}`], marks: start ? [start, stop] : [] }
  }
  const rowsOf = new Map(mingcha.stages.map((part) => [part, [...part.querySelectorAll("form[data-kind]")].map(row)]))
  const rows = [...rowsOf.values()].flat()
  mingcha.counted = (part) => rowsOf.get(part).flatMap(({ item }) => item.matches("[data-optional], [hidden]") ? [] : [item])

  const stale = new Set()
  for (const name of ["change", "input", "focusout", "htmx:finally:request"]) {
    document.addEventListener(name, ({ target }) => stale.add(target.closest?.(".item")), true)
  }
  const says = ({ slots, marks }, log, times) => {
    let said = ""
    for (const slot of slots) for (const { id } of log?.slots.get(slot) ?? []) said += id + log.entries.get(id).acked
    for (const name of marks) said += ` ${times[name]}`
    return said
  }
  // What the log says nothing of is there as the server drew it.
  const drawn = JSON.parse(sheet.dataset.marks ?? "{}")
  for (const row of rows) row.said = says(row, undefined, drawn)
  mingcha.changed = (log, times) => rows.flatMap((row) => {
    const said = says(row, log, times)
    if (row.said === said && !stale.has(row.item)) return []
    row.said = said
    stale.delete(row.item)
    return [row.item]
  })
}
