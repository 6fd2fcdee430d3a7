// The self-test: runs every check and trial; the result can be sent and saved. And a count that
// goes on until the browser is ended by force: the last number seen must have been kept.
{
  const page = document.getElementById("self-test"), list = page.querySelector(".checks")
  const { start, send, save, result } = Object.fromEntries([...page.querySelectorAll("[data-role]")].map((element) => [element.dataset.role, element]))
  const counting = document.getElementById("counting"), shown = counting.querySelector("output")

  const run = async () => {
    start.disabled = true
    await mingcha.register()
    const response = await fetch("/self-test", { cache: "no-store" }).catch(() => undefined)
    const about = { date: response?.headers.get("Date") }
    const found = { ...await mingcha.runChecks(list, about), ...await mingcha.runChecks(list, about, mingcha.trials) }
    const checks = Object.fromEntries(Object.entries(found).filter(([, { state }]) => state !== "skip").map(([name, { state }]) => [name, state]))
    result.value = JSON.stringify({ checks, measures: mingcha.measures })
    start.disabled = false
    send.disabled = save.disabled = false
  }

  const keep = () => {
    const text = JSON.stringify({ ...JSON.parse(result.value), agent: navigator.userAgent, at: new Date().toISOString() }, null, 1)
    const link = Object.assign(document.createElement("a"), { download: "self-test.json", href: URL.createObjectURL(new Blob([text], { type: "application/json" })) })
    link.click()
    URL.revokeObjectURL(link.href)
  }

  const count = async () => {
    counting.querySelector("button").disabled = true
    for (let number = 1; ; number++) {
      await mingcha.keepFact("count", { number, at: new Date().toISOString() })
      shown.textContent = number // only what is on disk
      await new Promise((give) => { setTimeout(give, 50) })
    }
  }

  const last = async () => {
    const kept = await mingcha.fact("count")
    const line = counting.querySelector("[data-text]")
    line.hidden = !kept
    if (kept) line.textContent = line.dataset.text.replace("{n}", kept.number).replace("{time}", new Date(kept.at).toLocaleTimeString("en-GB"))
  }

  start.addEventListener("click", run)
  save.addEventListener("click", keep)
  counting.querySelector("button").addEventListener("click", count)
  last().catch(() => {})
}
