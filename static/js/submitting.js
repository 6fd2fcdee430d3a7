// Handing in from its page, the way without a log on this phone: tried first, like leaving.
{
  const send = async (form) => {
    const answer = await leaving.ask(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) })
    // Handed in, now or by an earlier try whose answer was lost on the way: read the outcome.
    if (answer.redirected || answer.status === 409) return location.assign(form.action)
    const drawn = new DOMParser().parseFromString(await answer.text(), "text/html")
    document.querySelector("main").replaceChildren(...drawn.querySelector("main").childNodes)
    document.querySelector("main .notice--problem")?.scrollIntoView({ block: "center" })
  }

  document.addEventListener("submit", (event) => {
    if (!event.target.matches(".handing-in")) return
    event.preventDefault()
    leaving.by(() => send(event.target))
  })
}
