// Before a visit: puts its pages and its token on this phone, then checks that all of it is
// there. "Ready" is only said of what was found, now.
{
  const panel = document.getElementById("ready")

  const fetched = async (path) => {
    const response = await fetch(path, { cache: "no-store" })
    const date = response.headers.get("Date")
    await keeping.keep(path, response)
    return date
  }

  // What cannot be had now may be there from before; the checks will tell.
  const prepare = async (visit) => {
    await mingcha.register()
    const dates = await Promise.allSettled(keeping.pagesOf(visit).map(fetched))
    if (!await mingcha.fact(`token ${visit}`)) await mingcha.askToken(visit, await mingcha.rows(visit))
    return dates.find(({ value }) => value)?.value
  }

  const say = (state) => {
    panel.dataset.state = state
    for (const words of panel.querySelectorAll(".ready__whole > [data-when]")) words.hidden = words.dataset.when !== state
    panel.querySelector("button").disabled = state === "checking"
  }

  const run = async () => {
    const { visit } = panel.dataset
    say("checking")
    let date
    const prepared = prepare(visit).then((found) => { date = found }, () => {})
    await prepared
    const found = await mingcha.runChecks(panel.querySelector(".checks"), { visit, date })
    const failed = Object.values(found).some(({ state }) => state === "fail")
    await mingcha.keepFact(`ready ${visit}`, failed ? "" : new Date().toISOString()).catch(() => {})
    panel.querySelector("details").open = failed
    say(failed ? "fail" : "pass")
  }

  if (panel) {
    panel.hidden = false
    panel.querySelector("button").addEventListener("click", run)
    run()
  }
}
