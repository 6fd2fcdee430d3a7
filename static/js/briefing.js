// The role to play is on the phone until the visit starts: as soon as anything of the visit is
// on this phone it goes from the page, which may be a copy kept from before, read without a
// connection.
{
  const told = [...document.querySelectorAll("[data-until-start]")]

  const look = async () => {
    if (!(await mingcha.rows(told[0].dataset.untilStart)).length) return
    for (const section of told) section.remove()
    for (const words of document.querySelectorAll("[data-from-start]")) words.hidden = false
  }
  const again = () => look().catch(() => {})
  if (told.length && window.indexedDB) {
    again()
    addEventListener("pageshow", again)  // going back to it, too
  }
}
