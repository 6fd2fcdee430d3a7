// Signing out while something is only on this phone: first it is said how much of which visit,
// and what can be done. Whatever is left here stays, and goes when its person is back.
{
  const box = document.getElementById("held")
  const form = document.querySelector("form[action='/sign-out']")

  const names = async () => {
    const response = await fetch("/assignments").catch(() => undefined)
    const page = new DOMParser().parseFromString(await response?.text() ?? "", "text/html")
    return (visit) => page.querySelector(`[href="/assignments/${visit}"] .card__name`)?.textContent ?? box.dataset.visit
  }

  const tell = async (found, still) => {
    const name = await names()
    box.querySelector("ul").replaceChildren(...[...found].map(([visit, { n }]) => {
      const line = document.createElement("li")
      const link = Object.assign(document.createElement("a"), { href: `/visits/${visit}/fill`, textContent: name(visit) })
      line.append(link, ` ${box.dataset.count.replace("{n}", n)}`)
      return line
    }))
    box.querySelector(".held__still").hidden = !still
    box.hidden = false
    box.focus()
  }

  const deeds = {
    send: async () => {
      await held.send(() => {})
      const left = await held.find()
      if (left.size) await tell(left, true)
      else form.submit()
    },
    save: async () => {
      await held.load()
      for (const visit of (await held.find()).keys()) await mingcha.rescue(visit)
    },
    leave: () => form.submit(),
  }

  form?.addEventListener("submit", async (event) => {
    event.preventDefault()
    const found = await held.find().catch(() => new Map())
    if (found.size) tell(found)
    else form.submit()
  })
  box?.addEventListener("click", async ({ target }) => {
    const deed = deeds[target.closest("button")?.value]
    if (!deed) return
    target.disabled = true
    await Promise.resolve(deed()).catch(() => { box.querySelector(".held__still").hidden = false })
    target.disabled = false
  })
}
