// What was noted on site, beside the questions it is about. The server may know of more.
{
  const { zone } = document.querySelector("[data-visit]").dataset
  const words = document.getElementById("saved").dataset
  const hour = (at) => new Date(at).toLocaleTimeString("en-GB", { timeZone: zone, timeStyle: "short" })

  mingcha.drawRecall = (log) => {
    for (const stage of mingcha.stages) {
      const noted = log.slots.get(`remember:${stage.id.replace("-", "/").split("~")[0]}`) ?? []
      let list = stage.querySelector(".recall")
      if (noted.length <= (list?.children.length ?? 0)) continue
      if (!list) stage.querySelector("h2").after(list = Object.assign(document.createElement("ul"), { className: "recall", ariaLabel: words.noted }))
      list.replaceChildren(...noted.map(({ wall, text }) => {
        const line = document.createElement("li")
        line.append(Object.assign(document.createElement("time"), { textContent: hour(wall) }), ` ${text || words.something}`)
        return line
      }))
    }
  }
}
