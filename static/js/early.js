// What was tapped or typed before htmx had wired the page is sent once it has.
{
  const changed = (field) => field.type === "radio"
    ? field.checked !== field.defaultChecked
    : field.matches(".typed, [type=time]") && field.value !== field.defaultValue

  document.addEventListener("htmx:after:process", ({ target }) => {
    if (target !== document.body) return
    for (const form of document.querySelectorAll(".sheet form[hx-post]")) {
      if ([...form.elements].some(changed)) form.dispatchEvent(new Event("resend"))
    }
  })
}
