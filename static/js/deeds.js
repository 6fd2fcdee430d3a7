// What a form means, as audit/web/fill.py and onsite.py read it: the deed, or `{refused}`
// with the message to show. No field of a form is trusted to be well-formed.
{
  const MOST = 86400
  const clean = (text) => text.replace(/\r\n/g, "\n")
    .replace(/[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\u{10ffff}]/gu, "")
  const refuse = (form, field) => ({ refused: form.querySelector(`[name=${field}]`)?.dataset.refusal ?? "" })

  // A number as it is stored: whole ones as such, others as text without idle zeros.
  const decimal = (text) => {
    const plain = text.normalize("NFKC").trim()
    if (plain.length > 20 || !/^[+-]?(\d+\.?\d*|\.\d+)$/.test(plain)) return
    const [, sign, whole, part] = plain.match(/^([+-]?)0*(\d*)\.?(\d*?)0*$/)
    if (part) return `${sign === "-" ? "-" : ""}${whole || 0}.${part}`
    const number = Number(`${sign}${whole || 0}`) || 0
    return Number.isSafeInteger(number) ? number : undefined
  }
  const within = (value, least, most) => value !== undefined
    && (least === "" || Number(value) >= Number(least)) && (most === "" || Number(value) <= Number(most))

  const seconds = (minutes, rest) => {
    if (![minutes, rest].every((part) => /^\d{0,6}$/.test(part.normalize("NFKC").trim()))) return
    const [m, s] = [minutes, rest].map((part) => Number(part.normalize("NFKC")))
    return minutes.trim() && s > 59 || m * 60 + s > MOST ? undefined : m * 60 + s
  }

  const typed = (form, said) => {
    const { kind, least = "", most = "" } = form.dataset
    if (kind === "seconds") return seconds(said("minutes"), said("seconds"))
    const text = clean(said("typed")).trim()
    if (kind === "text") return text.length <= 4000 ? text : undefined
    const number = decimal(text)
    return kind !== "count" ? within(number, least, most) ? number : undefined
      : Number.isInteger(number) && within(number, 0, MOST) ? number : undefined
  }

  const answer = (form, said) => {
    const item = said("item"), tapped = said("value")
    if (tapped === "na" || tapped === "not_observed") return { kind: "answer", item, answer: { state: tapped } }
    const whole = ["grade", "count"].includes(form.dataset.kind)
    if (tapped) return { kind: "answer", item, answer: { state: "answered", value: whole ? Number(tapped) : tapped } }
    if (!["typed", "minutes", "seconds"].some((field) => said(field).trim())) return { kind: "clear", item }
    const value = typed(form, said)
    if (value === undefined) return refuse(form, said("minutes") + said("seconds") ? "seconds" : "typed")
    return { kind: "answer", item, answer: { state: "answered", value } }
  }

  // A time of day, on the day of the visit's other marks, else today, in the visit's zone.
  const moment = (clock, day, zone) => {
    const parts = clock.replaceAll("：", ":").match(/^(\d\d?):(\d\d)(?::(\d\d))?$/)
    if (!parts) return
    const [hour, minute, second] = parts.slice(1).map((part) => Number(part ?? 0))
    if (hour > 23 || minute > 59 || second > 59) return
    const local = new Intl.DateTimeFormat("en-CA", { timeZone: zone, dateStyle: "short" }).format(day)
    const utc = new Date(`${local}T${[hour, minute, second].map((part) => String(part).padStart(2, "0")).join(":")}Z`)
    const shown = new Date(utc.toLocaleString("en-US", { timeZone: zone }) + " UTC")
    return new Date(utc - (shown - utc))
  }

  const mark = (form, said, log) => {
    const item = `mark/${said("mark")}`, value = said("value")
    if (value === "now") return { kind: "mark", item, text: new Date(said("at") || Date.now()).toISOString().replace(/\.\d+/, "") }
    if (!value || value === "clear") return { kind: "mark", item, text: "" }
    const at = moment(value, mingcha.dayOf(log), document.querySelector("[data-visit]").dataset.zone)
    return at ? { kind: "mark", item, text: at.toISOString().replace(/\.\d+/, "") } : refuse(form, "value")
  }

  mingcha.deed = (form, address, body, log) => {
    const said = (name) => body.get(name) ?? ""
    if (address.includes("/answers")) return answer(form, said)
    if (address.includes("/marks")) return mark(form, said, log)
    if (address.includes("/notes")) return { kind: "note", item: said("item"), text: clean(said("note").slice(0, 4000)).trim() }
    if (address.includes("/memories")) return { kind: "remember", item: `stage/${said("stage")}`, text: clean(said("text").slice(0, 500)).trim() }
  }
  mingcha.decimal = decimal
}
