// When the person came to an item: the first touch of it, or the focus, since they were
// elsewhere or since it was last answered. The log takes it with the answer.
{
  let item, came, told

  const come = ({ type, target }) => {
    const at = target.closest?.(".item")?.id.slice(5)
    if (at === item && !told || !at && type === "focusin") return // a tap on words focuses the page
    item = at
    came = performance.now()
    told = false
  }
  for (const name of ["pointerdown", "focusin"]) document.addEventListener(name, come, true)

  // Whoever goes on writing has come when they last stopped.
  mingcha.began = (key) => {
    if (key !== item) return {}
    const began = Math.round(came)
    came = performance.now()
    told = true
    return { began }
  }
}
