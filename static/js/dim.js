// Loaded before the page is drawn, so that a dimmed screen never flashes.
{
  const apply = () => {
    const dim = localStorage.getItem("dim") === "1"
    document.documentElement.classList.toggle("dim", dim)
    document.querySelector(".dimmer")?.setAttribute("aria-pressed", dim)
  }
  apply()
  document.addEventListener("DOMContentLoaded", apply)
  document.addEventListener("click", ({ target }) => {
    if (!target.closest(".dimmer")) return
    localStorage.setItem("dim", localStorage.getItem("dim") === "1" ? "0" : "1")
    apply()
  })
}
