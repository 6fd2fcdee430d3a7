// What is only on this phone goes from any page of its shopper, not only from the visit's own,
// and where visits are listed it is said of which.
{
  const { count, given } = document.getElementById("held")?.dataset ?? {}
  const lines = [...document.querySelectorAll("[data-here]")]
  const handedIn = new Set()
  const AGAIN = 30_000

  let timer
  const say = async () => {
    const found = await held.find()
    clearTimeout(timer)
    if (found.size) timer = setTimeout(go, AGAIN)
    for (const line of lines) {
      const here = found.get(line.dataset.here)
      line.hidden = !here
      if (here) line.textContent = here.given ? given : count.replace("{n}", here.n)
      if (here?.given) handedIn.add(line.dataset.here)
      else if (!here && handedIn.has(line.dataset.here)) return location.reload() // it stands elsewhere now
    }
  }
  const go = () => say().then(() => navigator.onLine && held.send(say)).catch(() => {})

  if (count && window.indexedDB) {
    go()
    addEventListener("online", go)
    document.addEventListener("visibilitychange", () => document.hidden || go())
  }
}
