// What is not stored never looks stored. Each thing that saves itself (a form, a note) is
// saving, saved, or unsent; its .said line and #saved say so. Unsent things are sent again,
// as they then stand, when the connection returns.
{
  document.documentElement.classList.add("js")
  const RETRY = [401, 403, 408, 429]
  const states = new Map() // element → "saving" | "saved" | "unsent" | "refused"
  const overall = document.getElementById("saved")
  let wait = 2000, timer, back = false

  const count = (state) => [...states.values()].filter((found) => found === state).length
  const words = (name, n) => overall.dataset[name].replace("{n}", n)

  const say = () => {
    const unsent = count("unsent"), refused = count("refused"), saving = count("saving")
    overall.classList.toggle("saved--not", unsent + refused > 0)
    overall.classList.remove("stale")
    if (unsent && !navigator.onLine) overall.textContent = words("offline", unsent)
    else if (unsent && back) overall.textContent = words("back")
    else if (unsent) overall.textContent = words("failed", unsent)
    else if (saving) overall.textContent = words("saving")
    else if (refused) overall.textContent = words("refused", refused)
    else overall.textContent = mingcha.standing?.() ?? words("saved")
  }
  mingcha.say = say

  const set = (element, state) => {
    states.set(element, state)
    const thing = element.closest(".item")
    const all = [...states].filter(([other]) => thing?.contains(other)).map(([, found]) => found)
    const worst = ["unsent", "refused", "saving", "saved"].find((found) => all.includes(found))
    const line = thing?.querySelector(".said")
    line?.classList.remove("stale")
    thing?.classList.toggle("item--saving", worst === "saving")
    thing?.classList.toggle("item--unsent", worst === "unsent" || worst === "refused")
    if (line && worst === "saving") line.textContent = words("saving")
    if (line && (worst === "unsent" || worst === "refused")) line.textContent = words("unsent")
    say()
  }

  const resend = () => {
    clearTimeout(timer)
    for (const [element, state] of states) {
      if (!element.isConnected) states.delete(element)
      else if (state === "unsent") element.dispatchEvent(new Event("resend"))
    }
  }

  const later = () => {
    clearTimeout(timer)
    timer = setTimeout(resend, wait)
    wait = Math.min(wait * 2, 60000)
  }

  const saves = (element) => element.matches?.("[hx-post]")

  document.addEventListener("htmx:before:request", ({ target, detail }) => {
    if (!saves(target)) return
    if (states.get(target) !== "unsent") set(target, "saving")
  })
  document.addEventListener("htmx:finally:request", ({ target, detail }) => {
    if (!saves(target)) return
    const status = detail.ctx.response?.status
    back &&= status < 400
    if (status && status < 400) {
      wait = 2000
      set(target, "saved")
      if (mingcha.log) mingcha.draw(mingcha.log, mingcha.sender)
      if (count("unsent")) resend()
    } else if (status && status < 500 && !RETRY.includes(status)) {
      set(target, "refused")
    } else {
      set(target, "unsent")
      later()
    }
  })
  // Tapped and not yet on its way: what is said of the answer before is not said of this one.
  // The frame that shows the tap only hides it; new words would cost a slow phone another.
  document.addEventListener("change", ({ target }) => {
    const form = target.matches("[type=radio]") && target.closest(".item form[hx-post]")
    if (!form || states.get(form) === "unsent") return
    states.set(form, "saving")
    for (const line of [overall, form.querySelector(".said")]) line?.classList.add("stale")
    requestAnimationFrame(() => setTimeout(() => set(form, states.get(form))))
  }, true)
  // Typed and not yet on its way: not saved either.
  const typing = (field) => field.closest("textarea[hx-post]") ?? (field.matches(".typed") && field.form)
  document.addEventListener("input", ({ target }) => {
    const element = typing(target)
    if (element && states.get(element) !== "unsent") set(element, "saving")
  })
  // What waits for a pause in the typing goes now. A field in which nothing waits says nothing:
  // it may show what was there before somebody wrote elsewhere.
  mingcha.flush = () => {
    const field = document.activeElement
    if (field && ["saving", "unsent"].includes(states.get(typing(field)))) field.dispatchEvent(new Event("change", { bubbles: true }))
  }
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" ? resend() : mingcha.flush())
  addEventListener("online", () => { back = true; say(); resend() })
  addEventListener("offline", say)
  addEventListener("beforeunload", (event) => {
    if (count("unsent") + count("saving")) event.preventDefault()
  })
}
