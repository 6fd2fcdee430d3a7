// Draws what a visit's log on this phone says over the page as the server drew it: answers,
// notes, times, what waits for a note, what does not apply, how far it has come. By the
// rules of audit/domain/fill.py, so that the two draw the same.
{
  const words = document.getElementById("saved")?.dataset ?? {}
  const drawn = new WeakMap() // a control → the event it shows
  const page = document.querySelector("[data-visit]")
  // A large checklist has one part in the page, and the others in templates beside it.
  mingcha.stages = [...document.querySelectorAll(".sheet > *")].map((part) => part.content?.firstElementChild ?? part)
  mingcha.all = (selector) => mingcha.stages.flatMap((stage) => [...stage.querySelectorAll(selector)])
  const marked = mingcha.all(".mark [name=mark]")
  const pad = (number) => String(number).padStart(2, "0")
  const fill = (text, values) => text.replace(/{(\w+)}/g, (_, name) => values[name])

  const clock = (at) => new Date(at).toLocaleTimeString("en-GB", { timeZone: page.dataset.zone })
  const duration = (seconds) => seconds < 60 ? fill(words.seconds, { s: seconds })
    : fill(words.minutes, { m: Math.floor(seconds / 60), s: pad(seconds % 60) })

  // ---- one control

  const shows = (element, event, state = "") => {
    if (!event || drawn.get(element) === event.id + state) return false
    drawn.set(element, event.id + state)
    return true
  }

  const label = (form, answer) => answer?.value === undefined && !answer?.state ? words.nothing
    : form.querySelector(`[type=radio][value="${CSS.escape(answer.value ?? answer.state)}"] + span`)?.textContent ?? String(answer.value)

  const drawAnswer = (form, heads) => {
    const event = heads.at(-1), open = heads.length > 1
    if (!shows(form, event, open)) return
    const { state, value } = event.answer ?? {}
    const tapped = open ? "" : String(state === "answered" ? value : state ?? "")
    let typed = state === "answered" ? String(value) : ""
    for (const radio of form.querySelectorAll("[type=radio]")) {
      radio.checked = radio.value === tapped
      if (radio.checked) typed = ""
    }
    mingcha.chosen?.(form)
    const { minutes, seconds, typed: field } = form.elements
    if (field) field.value = typed
    if (minutes) {
      minutes.value = typed && Math.floor(typed / 60)
      seconds.value = typed && typed % 60
    }
  }

  // Several that say the same are none the less one answer.
  const apart = (heads) => new Set(heads.map(({ kind, answer }) =>
    JSON.stringify([kind, answer?.state, answer?.value]))).size > 1 ? heads : heads.slice(-1)

  const drawConflict = (state, form, heads) => {
    let line = state.querySelector(".conflict")
    if (heads.length < 2) return line?.remove()
    if (!line) state.append(line = Object.assign(document.createElement("p"), { className: "conflict refused" }))
    line.textContent = fill(words.conflict, { a: label(form, heads.at(-1).answer), b: label(form, heads.at(-2).answer) })
  }

  mingcha.refusal = (form, message) => {
    const state = form.querySelector(".state")
    state?.querySelector(".refused:not(.conflict)")?.remove()
    if (!message || !state) return
    state.append(Object.assign(document.createElement("p"), { className: "refused", role: "alert", textContent: message }))
  }

  // ---- what an item says besides

  const times = (log) => {
    const marks = { ...JSON.parse(page.dataset.marks) }
    for (const slot of log.slots.keys()) {
      if (slot.startsWith("mark:")) marks[slot.slice(10)] = log.current(slot).text
    }
    return marks
  }
  mingcha.dayOf = (log) => Object.values(times(log)).filter(Boolean).map((at) => new Date(at)).sort((a, b) => a - b)[0] ?? new Date()

  const timed = (line, marks) => {
    const [from, to] = [line.dataset.start, line.dataset.stop].map((name) => marks[name])
    const seconds = from && to ? Math.floor((new Date(to) - new Date(from)) / 1000) : undefined
    return { from, to, backwards: seconds < 0 || seconds > 86400, seconds: seconds >= 0 && seconds <= 86400 ? seconds : undefined }
  }

  const said = (form) => {
    const { minutes, seconds, typed, value } = form.elements
    const tapped = value?.value ?? ""
    if (tapped) return tapped
    if (minutes) return minutes.value || seconds.value ? String(minutes.value * 60 + Number(seconds.value)) : ""
    return typed?.value.trim() ?? ""
  }

  const drawTimed = (item, marks, answer) => {
    const line = item.querySelector(".timed")
    const { from, to, backwards, seconds } = timed(line, marks)
    const apart = seconds !== undefined && /^\d+$/.test(answer) ? Math.abs(answer - seconds) : 0
    line.textContent = ""
    if (from || to) {
      if ("both" in line.dataset) line.append(fill(words.span, { from: line.dataset.titles.split("|")[0], a: from ? clock(from) : "—", to: line.dataset.titles.split("|")[1], b: to ? clock(to) : "—" }), " ")
      if (seconds !== undefined && (!answer || apart)) line.append(Object.assign(document.createElement("b"), { textContent: fill(words.marks, { time: duration(seconds) }) }))
      if (apart) line.append(" ", fill(words.apart, { time: duration(apart) }))
      if (backwards) line.append(words.backwards)
    }
    line.hidden = !line.textContent
    const back = item.querySelector(".by-marks")
    if (back) back.hidden = !apart
    return seconds
  }

  const wants = (rule, answer) => {
    if (!rule || !answer || answer === "na" || answer === "not_observed") return false
    if (rule === "*") return true
    if (!rule.includes("..")) return rule.split(" ").includes(answer)
    const fits = ([least, most]) => (!least || Number(answer) >= Number(least)) && (!most || Number(answer) <= Number(most))
    return rule.split(" ").map((range) => range.split(/\.\.|=/)).find(fits)?.[2] === "0"
  }

  const drawSaid = (item, entries, has) => {
    const line = item.querySelector(".said")
    if (item.matches(".item--unsent, .item--saving")) return
    if (!entries.length) {
      if (line.textContent === words.saving) line.textContent = has ? words.received : ""
      return
    }
    const kept = entries.some(({ acked }) => !acked)
    item.classList.toggle("item--kept", kept)
    line.textContent = kept ? words.kept : has ? words.received : words.cleared
  }

  const drawItem = (item, log, marks) => {
    const form = item.querySelector("form[data-kind]")
    if (!form) return true
    const key = form.querySelector("[name=item]").value // .elements.item is a method
    const heads = apart(log.heads(`answer:${key}`)), note = log.current(`note:${key}`)
    const focus = document.activeElement
    const held = item.matches(".item--saving, .item--unsent") || focus.matches(".typed") && item.contains(focus) // by what is tapped or typed just now
    if (heads.length && !held) drawAnswer(form, heads)
    drawConflict(form.querySelector(".state"), form, heads)
    const text = form.elements.note
    if (text && !held && focus !== text && shows(text, note)) {
      text.value = note.text
      text.closest("details").open ||= Boolean(note.text)
    }
    const answer = said(form)
    const seconds = item.querySelector(".timed") ? drawTimed(item, marks, answer) : undefined
    const has = Boolean(answer) || seconds !== undefined
    const asked = form.querySelector(".wanted")
    if (asked) asked.hidden = !wants(form.dataset.wants, answer || String(seconds ?? "")) || Boolean(text?.value.trim())
    drawSaid(item, [heads.at(-1), note].filter(Boolean).map(({ id }) => log.entries.get(id)), has || note?.text)
    item.toggleAttribute("data-done", has && !form.querySelector(".refused"))
    return has
  }

  // ---- the whole page

  const drawProgress = () => {
    let all = 0, done = 0
    for (const [place, stage] of mingcha.stages.entries()) {
      const items = mingcha.counted?.(stage) ?? [...stage.querySelectorAll(".item:has(form[data-kind]):not([data-optional], [hidden])")]
      const finished = items.filter((item) => item.hasAttribute("data-done")).length
      document.querySelectorAll("#stages li span")[place].textContent = `${finished} / ${items.length}`
      all += items.length
      done += finished
    }
    const bar = document.getElementById("progress")
    bar.querySelector("b").textContent = done
    bar.querySelector("span").textContent = all
    Object.assign(bar.querySelector("progress"), { max: all, value: done })
    bar.ariaLabel = fill(words.progress, { done, all })
  }

  const drawMarks = (log, marks) => {
    for (const slot of log.slots.keys()) {
      if (!slot.startsWith("mark:")) continue
      const name = slot.slice(10), event = log.current(slot)
      const field = marked.find(({ value }) => value === name)?.form.elements.value
      if (field && document.activeElement !== field && shows(field, event)) field.value = marks[name] ? clock(marks[name]) : ""
      mingcha.drawMoment?.(name, marks[name], event, log)
    }
  }

  const paint = (log, sender) => {
    const marks = times(log)
    drawMarks(log, marks)
    for (const item of mingcha.changed?.(log, marks) ?? mingcha.all(".item")) drawItem(item, log, marks)
    if (mingcha.stages[0]) {
      mingcha.drawGates()
      mingcha.drawRecall?.(log)
      drawProgress()
    }
    mingcha.drawMemories?.(log)
    mingcha.drawPhotos?.(log)
    mingcha.drawWaiting(log, sender)
    mingcha.say()
    mingcha.drawHandingIn?.(log, sender)
  }

  // Once for whatever came together, and after what the finger did has been shown.
  let asked
  mingcha.draw = (log, sender) => asked ??= requestAnimationFrame(() => setTimeout(() => {
    asked = undefined
    paint(log, sender)
  }))
}
