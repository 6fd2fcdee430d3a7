// Loaded before the page is drawn, so that a dimmed screen never flashes.
{
  const apply = () => {
    document.documentElement.classList.toggle("dim", localStorage.getItem("dim") === "1")
  }
  apply()
  document.addEventListener("click", ({ target }) => {
    if (!target.closest(".dimmer")) return
    localStorage.setItem("dim", localStorage.getItem("dim") === "1" ? "0" : "1")
    apply()
  })
}
