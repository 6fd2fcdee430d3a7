// What exists only on this phone: how much it is, and whether it has waited for long.
{
  const words = document.getElementById("saved")?.dataset ?? {}
  const unsent = (log) => log.unsent.map(({ id }) => id).concat(log.photosUnsent ?? [])

  // What #saved says when nothing is on its way to the log.
  mingcha.standing = () => {
    const { log, sender } = mingcha, waiting = log && unsent(log).length
    return waiting ? words[sender.state === "signed-out" ? "signin" : "waiting"].replace("{n}", waiting) : log && words.received
  }

  // Beside the status line, once something stays on this phone only.
  mingcha.drawWaiting = (log, sender) => {
    const ids = unsent(log), line = document.getElementById("only-here")
    line.hidden = sender.state === "idle" || !ids.length || !line.querySelector("button")
    mingcha.drawLong?.(line, ids)
  }
}
