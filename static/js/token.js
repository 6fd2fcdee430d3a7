// A visit's token: it lets this phone send to the visit, signed in or not. Whoever asks for one
// is told what the server knows of this phone: that what it had kept is gone, or that another
// one fills in the same visit.
{
  const PATIENCE = 20_000

  mingcha.tellOfPhone = async (visit) => {
    const told = await mingcha.fact(`told ${visit}`)
    if (!told) return
    document.getElementById("phone")?.remove()
    const box = Object.assign(document.createElement("div"), { id: "phone", className: "notice phone", role: "status" })
    box.append(...told.map((textContent) => Object.assign(document.createElement("p"), { textContent })))
    document.getElementById("problem").after(box)
  }

  // `entries`: what this phone holds of the visit.
  mingcha.askToken = async (visit, entries) => {
    const device = await mingcha.device()
    const held = entries.filter((entry) => entry.device !== device).length
    const response = await fetch(`/visits/${visit}/tokens`, {
      method: "POST", redirect: "error", signal: AbortSignal.timeout(PATIENCE),
      headers: { "X-CSRF-Token": document.querySelector("[name=csrf]").value },
      body: new URLSearchParams({ device, held }),
    })
    if (!response.ok) throw new Error([401, 403, 404].includes(response.status) ? "401" : String(response.status))
    const { token, told } = await response.json()
    await mingcha.keepFact(`token ${visit}`, token)
    if (told) await mingcha.keepFact(`told ${visit}`, told)
    await mingcha.tellOfPhone(visit)
    return token
  }

  const open = document.querySelector("[data-visit]")?.dataset.visit
  if (open && window.indexedDB) mingcha.tellOfPhone(open).catch(() => {})
}
