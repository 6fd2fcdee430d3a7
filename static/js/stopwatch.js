// A stop-watch beside a duration: start, stop, and the minutes and seconds are typed for you.
// It goes by the clock, so a locked phone or a reload does not stop it.
{
  const name = (form) => `watch ${form.action} ${form.querySelector("[name=item]").value}`
  const begun = (form) => Number(localStorage.getItem(name(form)))
  const write = (form, seconds) => {
    form.elements.minutes.value = Math.floor(seconds / 60)
    form.elements.seconds.value = seconds % 60
  }
  const show = (button) => {
    button.dataset.start ??= button.textContent
    button.textContent = begun(button.form) ? button.dataset.stop : button.dataset.start
    button.classList.toggle("button--main", begun(button.form) > 0)
  }
  const seconds = (form) => Math.round((Date.now() - begun(form)) / 1000)

  mingcha.showWatches = (part) => {
    for (const button of part.querySelectorAll("form[hx-post] .watch")) {
      button.hidden = false
      show(button)
    }
  }
  mingcha.showWatches(document)
  const typed = (form) => {
    for (const name of ["minutes", "seconds"]) form.elements[name].dispatchEvent(new Event("input", { bubbles: true }))
    form.elements.seconds.dispatchEvent(new Event("change", { bubbles: true }))
  }
  document.addEventListener("click", (event) => {
    const { target } = event
    // Without what was typed the marks count again.
    if (target.matches(".by-marks")) {
      event.preventDefault()
      target.form.elements.minutes.value = target.form.elements.seconds.value = ""
      typed(target.form)
    }
    if (!target.matches(".watch")) return
    const form = target.form
    if (begun(form)) {
      write(form, seconds(form))
      localStorage.removeItem(name(form))
      typed(form)
    } else localStorage.setItem(name(form), Date.now())
    show(target)
  })
  setInterval(() => {
    for (const button of document.querySelectorAll(".watch.button--main")) {
      const passed = seconds(button.form)
      button.textContent = `${button.dataset.stop} ${Math.floor(passed / 60)}:${String(passed % 60).padStart(2, "0")}`
    }
  }, 1000)
}
