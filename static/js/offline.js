// The page that stands in where there is no connection: which visits are on this phone.
{
  const list = document.getElementById("here"), none = document.getElementById("none")

  const link = (path, text) => Object.assign(document.createElement("a"), { href: path, textContent: text })

  const show = async () => {
    const cache = await caches.open(keeping.PAGES)
    for (const { url } of await cache.keys()) {
      const [, visit] = new URL(url).pathname.match(/^\/visits\/([^/]+)\/fill$/) ?? []
      if (!visit) continue
      const page = await (await keeping.kept(`/visits/${visit}/fill`)).text()
      const name = new DOMParser().parseFromString(page, "text/html").querySelector("h1").textContent
      const line = document.createElement("li")
      line.append(link(`/visits/${visit}/fill`, name), " ")
      if (await keeping.kept(`/visits/${visit}/onsite`)) line.append(link(`/visits/${visit}/onsite`, list.dataset.onsite))
      list.append(line)
    }
    none.hidden = list.children.length > 0
    for (const words of document.querySelectorAll(".here__some")) words.hidden = !none.hidden
  }
  if (window.caches) show()
  // Back: the page that was wanted, unless somebody is already on the way to another.
  let leaving = false
  document.addEventListener("click", ({ target }) => { leaving ||= Boolean(target.closest("a")) })
  addEventListener("online", () => leaving || location.reload())
}
