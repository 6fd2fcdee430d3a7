// A gate's answer shows or folds away its questions at once, as the server will draw them.
mingcha.drawGates = () => {
  const shut = new Set()
  for (const form of document.querySelectorAll("form[data-gate]")) {
    if (form.elements.value.value === form.dataset.gate) shut.add(form.querySelector("[name=item]").value)
  }
  for (const line of document.querySelectorAll("[data-leap]")) line.hidden = !shut.has(line.dataset.leap)
  for (const item of document.querySelectorAll("[data-gates]")) {
    item.hidden = item.dataset.gates.split(" ").some((gate) => shut.has(gate))
  }
}
document.addEventListener("change", ({ target }) => target.form?.dataset.gate && mingcha.drawGates())
