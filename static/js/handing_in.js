// Handing in, with or without a connection: what is open, then one entry that names all that
// the visit is made of. It is sealed when the server has all of it; until then it waits here.
{
  const WEEK = 7 * 86_400_000
  const asking = document.getElementById("handing-in"), handed = document.getElementById("handed-in")
  const missing = (selector) => mingcha.all(`.item:not([hidden])${selector}`)
  const open = () => missing(":has(form[data-kind]):not([data-optional], [data-done])")
  const noteless = () => missing(":has(.wanted:not([hidden]))")

  const list = (part, items) => {
    part.hidden = !items.length
    part.querySelector("small").textContent = items.length
    part.querySelector("ul").replaceChildren(...items.map((item) => {
      const line = document.createElement("li"), link = document.createElement("a")
      const words = item.querySelector("legend, h3")
      link.textContent = (item.matches(".item--gate") ? words.lastChild : words.querySelector("small")).textContent.trim()
      link.href = `#${item.id}`
      line.append(link)
      return line
    }))
  }

  const ask = () => {
    list(asking.querySelector(".handing__open"), open())
    list(asking.querySelector(".handing__notes"), noteless())
    const whole = !open().length && !noteless().length
    asking.querySelector(".handing__whole").hidden = !whole
    asking.querySelector(".check").hidden = whole
    asking.querySelector(".notice").hidden = true
    asking.hidden = false
    asking.scrollIntoView()
    asking.focus({ preventScroll: true })
  }

  let giving = false
  const handIn = async () => {
    const lacking = open().length || noteless().length
    if (lacking && !asking.querySelector("[type=checkbox]").checked) {
      asking.querySelector(".notice").hidden = false
      return
    }
    if (giving || finish(mingcha.log)) return // a double tap
    giving = true
    await mingcha.keep({ kind: "submit", item: "visit" }).finally(() => { giving = false })
  }

  const finish = (log) => {
    const given = log.current("submit:visit"), again = log.current("reopen:visit")
    return given && (!again || again.lamport < given.lamport) ? given : undefined
  }

  const fill = (line, values) => { line.textContent = line.dataset.text.replace(/{(\w+)}/g, (_, name) => values[name]) }

  // The day a week after the receipt, by the server's clock; forgetting.js does it.
  const keptUntil = (receipt) => receipt && new Date(Date.parse(receipt.sealed_at) + WEEK)
    .toLocaleDateString("sv", { timeZone: document.querySelector("[data-visit]").dataset.zone }).replaceAll("-", "\u2011")

  mingcha.drawHandingIn = (log) => {
    const event = finish(log)
    document.documentElement.classList.toggle("given", Boolean(event))
    if (handed.hidden === Boolean(event)) for (const part of mingcha.all("fieldset, .mark input")) part.disabled = Boolean(event)
    handed.hidden = !event
    if (!event) return
    asking.hidden = true
    const { extent, root, photos = [], gaps = {} } = event.manifest
    const all = Object.values(extent).reduce((a, b) => a + b, 0) - Object.values(gaps).flat().length
    const sealed = log.receipt?.event === event.id && log.receipt.root === root
    const apart = sealed && log.receipt.apart || 0
    const here = photos.filter(({ id }) => log.photosUnsent?.includes(id))
    const gone = log.missing?.photos?.length ?? here.length
    const done = all - [...log.entries.values()].filter(({ acked, id }) => !acked && id !== event.id).length
    const values = { all, done, apart, counted: all - apart, pictures: photos.length, photos: photos.length - gone, root: root.slice(0, 8), day: keptUntil(log.receipt) }
    const alone = done === all && !gone // nothing but the handing in itself is still to go
    for (const [name, shown] of [["alone", !sealed && !log.missing && alone], ["waiting", !sealed && !log.missing?.differs && (log.missing || !alone)], ["differs", !sealed && log.missing?.differs], ["sealed", sealed], ["apart", apart], ["kept", sealed]]) {
      const line = handed.querySelector(`.handed__${name}`)
      line.hidden = !shown
      if (line.dataset.text) fill(line, values)
    }
  }

  mingcha.handIn = () => finish(mingcha.log) ? handed.scrollIntoView() : ask()
  asking?.querySelector(".button--main").addEventListener("click", handIn)
}
