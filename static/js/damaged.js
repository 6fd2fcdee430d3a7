// A visit that the server cannot read: what this phone holds of it can be saved.
{
  const page = document.querySelector("[data-damaged]")
  const { damaged: visit } = page.dataset

  page.querySelector(".rescue").addEventListener("click", () => mingcha.rescue(visit))

  // Without making a database where there is none.
  const look = async () => {
    const known = !indexedDB.databases || (await indexedDB.databases()).some(({ name }) => name === "mingcha")
    if (known && (await mingcha.rows(visit)).length) page.querySelector(".held-here").hidden = false
  }
  if (window.indexedDB) look().catch(() => {})
}
