// What has waited for more than ten minutes is said in amber, with what to do.
{
  const LONG = 10 * 60_000, MOMENT = 3000
  const noticed = new Map() // what waits → since when, by a clock that nobody sets

  // An id begins with the time at which it was made. What an earlier page left may go at once.
  const long = (id) => {
    const now = performance.now()
    if (!noticed.has(id)) noticed.set(id, now)
    const here = now - noticed.get(id), made = parseInt(id.replace("-", "").slice(0, 12), 16)
    return here > MOMENT && Math.max(here, Date.now() - made) > LONG
  }

  mingcha.drawLong = (line, ids) => {
    const late = ids.map(long).includes(true)
    document.getElementById("saved").classList.toggle("saved--waiting", late)
    if (late) line.hidden = false
    line.classList.toggle("long", late)
    const words = line.querySelectorAll("p") // before, and after
    for (const part of words) part.hidden = words.length > 1 && (part === words[1]) !== late
  }
  setInterval(() => mingcha.log?.unsent.length && mingcha.draw(mingcha.log, mingcha.sender), 5000)
}
