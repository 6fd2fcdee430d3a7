// A form that is on its way is not sent again by a double tap.
{
  const PATIENCE = 5000
  const sent = new WeakSet()
  document.addEventListener("submit", (event) => {
    const { target } = event
    if (event.defaultPrevented || target.method !== "post") return
    if (sent.has(target)) return event.preventDefault()
    sent.add(target)
    setTimeout(() => sent.delete(target), PATIENCE)
  })
  addEventListener("pageshow", ({ persisted }) => persisted && document.querySelectorAll("form").forEach((form) => sent.delete(form)))
}
