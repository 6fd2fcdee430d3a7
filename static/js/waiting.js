// What exists only on this phone: how much it is, and whether it has waited for long.
{
  const LONG = 10 * 60_000, MOMENT = 3000
  const words = document.getElementById("saved")?.dataset ?? {}
  const noticed = new Map() // what waits → since when, by a clock that nobody sets

  const unsent = (log) => [...log.unsent.map(({ id }) => id), ...log.photosUnsent ?? []]

  // An id begins with the time at which it was made. What an earlier page left may go at once.
  const long = (id) => {
    const now = performance.now()
    if (!noticed.has(id)) noticed.set(id, now)
    const here = now - noticed.get(id), made = parseInt(id.replace("-", "").slice(0, 12), 16)
    return here > MOMENT && Math.max(here, Date.now() - made) > LONG
  }

  // What #saved says when nothing is on its way to the log.
  mingcha.standing = () => {
    const waiting = mingcha.log ? unsent(mingcha.log).length : 0
    if (!mingcha.log) return
    if (!waiting) return words.received
    return (mingcha.sender?.state === "signed-out" ? words.signin : words.waiting).replace("{n}", waiting)
  }

  // Beside the status line, once something stays on this phone only.
  mingcha.drawWaiting = (log, sender) => {
    const ids = unsent(log), late = ids.map(long).includes(true)
    document.getElementById("saved").classList.toggle("saved--waiting", late)
    const line = document.getElementById("only-here")
    line.hidden = !ids.length || !late && (sender.state === "idle" || !line.querySelector(".only-here__some"))
    line.classList.toggle("only-here--long", late)
    for (const part of line.querySelectorAll("p")) part.hidden = part.matches(".only-here__long") !== late
  }
}
