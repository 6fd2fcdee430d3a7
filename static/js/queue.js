// The review queue without a mouse: j and k walk the rows (Enter opens the one in focus);
// on a visit's page whatever carries data-key answers to that key.
const rows = () => [...document.querySelectorAll(".queue__name a")]

function step(by) {
  const links = rows()
  const here = links.indexOf(document.activeElement)
  const next = here < 0 ? (by > 0 ? 0 : links.length - 1) : here + by
  links[next]?.focus()
}

function use(element) {
  if (!(element instanceof HTMLDetailsElement)) return element.click()
  element.open = true
  element.querySelector("textarea, input:not([type=hidden])")?.focus()
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return
  if (event.target.closest("input, select, textarea")) {
    if (event.key === "Escape") event.target.blur()
    return
  }
  if (event.key === "j") step(1)
  else if (event.key === "k") step(-1)
  else {
    const wanted = [...document.querySelectorAll("[data-key]")].find((e) => e.dataset.key === event.key)
    if (!wanted) return
    use(wanted)
  }
  event.preventDefault()
})
