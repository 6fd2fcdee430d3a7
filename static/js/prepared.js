// The list of visits: which of them are on this phone, looked up each time.
{
  const there = async (visit) => await mingcha.fact(`ready ${visit}`) && await mingcha.fact(`token ${visit}`)
    && (await Promise.all(keeping.pagesOf(visit).slice(0, 2).map((path) => keeping.whole(path, mingcha.person)))).every(Boolean)

  const mark = async () => {
    for (const card of document.querySelectorAll(".card[data-prepared]")) {
      card.querySelector(".card__ready").hidden = !await there(card.dataset.prepared)
    }
  }
  if (document.querySelector(".visits") && window.caches && window.indexedDB) {
    mingcha.register()?.catch?.(() => {})
    keeping.belong(mingcha.person).then(mark).catch(() => {})
  }
}
