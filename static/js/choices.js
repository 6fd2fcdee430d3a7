// An answer is one thing: tapping what is chosen takes it back, typing unties what was
// tapped, tapping empties what was typed. Runs in the capture phase, before the form is read.
{
  const chosen = new WeakMap()
  const current = (form) => chosen.has(form) ? chosen.get(form) : form.querySelector("input[checked]")
  // Drawn anew: what is checked now is what a tap would take back.
  mingcha.chosen = (form) => chosen.set(form, form.querySelector("input[type=radio]:checked"))
  const isChoice = (target) => target.matches?.(".item input[type=radio]")

  const takeBack = (radio) => {
    radio.checked = false
    chosen.set(radio.form, null)
    radio.dispatchEvent(new Event("change", { bubbles: true }))
  }

  document.addEventListener("click", ({ target }) => {
    if (!isChoice(target)) return
    if (current(target.form) === target) takeBack(target)
    else chosen.set(target.form, target)
  }, true)

  // Browsers make nothing of the space bar on a chosen radio.
  document.addEventListener("keydown", (event) => {
    if (event.key !== " " || !isChoice(event.target) || !event.target.checked) return
    event.preventDefault()
    takeBack(event.target)
  }, true)

  document.addEventListener("change", ({ target }) => {
    if (!isChoice(target) || !target.checked) return
    chosen.set(target.form, target)
    for (const typed of target.form.querySelectorAll(".typed")) {
      typed.value = ""
      mingcha.undraft(typed)
    }
  }, true)

  document.addEventListener("input", ({ target }) => {
    if (!target.matches?.(".item .typed") || !target.value) return
    for (const radio of target.form.querySelectorAll("input[type=radio]")) radio.checked = false
    chosen.set(target.form, null)
  }, true)
}
