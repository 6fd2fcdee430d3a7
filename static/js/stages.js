// The bar names the stage being read; its list closes once it has been used.
{
  const list = document.querySelector(".jump")
  const now = document.getElementById("stage-now")
  const close = (back) => {
    list.open = false
    if (back) list.querySelector("summary").focus()
  }
  document.addEventListener("click", ({ target }) => {
    if (list.open && (target.closest(".jump a") || !list.contains(target))) close()
  })
  list.addEventListener("keydown", ({ key }) => key === "Escape" && close(true))

  const watch = new IntersectionObserver((seen) => {
    for (const { isIntersecting, target } of seen) {
      if (isIntersecting) now.textContent = target.querySelector("h2").lastChild.textContent.trim()
    }
  }, { rootMargin: "-45% 0px -55% 0px" })
  for (const stage of document.querySelectorAll(".stage")) watch.observe(stage)
}
