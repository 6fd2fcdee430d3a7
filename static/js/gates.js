// A gate's answer shows or folds away its questions at once, as the server will draw them.
{
  const gates = mingcha.all("form[data-gate]"), leaps = mingcha.all("[data-leap]"), gated = mingcha.all("[data-gates]")
  mingcha.drawGates = () => {
    const shut = new Set()
    for (const form of gates) {
      if (form.elements.value.value === form.dataset.gate) shut.add(form.querySelector("[name=item]").value)
    }
    for (const line of leaps) line.hidden = !shut.has(line.dataset.leap)
    for (const item of gated) {
      item.hidden = item.dataset.gates.split(" ").some((gate) => shut.has(gate))
    }
  }
  document.addEventListener("change", ({ target }) => target.form?.dataset.gate && mingcha.drawGates())
}
