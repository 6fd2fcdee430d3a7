// What is being typed into a form that saves itself is sent before the page is left.
document.addEventListener("visibilitychange", () => {
  const field = document.activeElement
  if (document.visibilityState === "visible" || !field.form?.matches('[hx-trigger*="delay"]')) return
  field.dispatchEvent(new Event("change", { bubbles: true }))
})
