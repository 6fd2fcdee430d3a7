// A visit's token: it lets this phone send to the visit, signed in or not. Whoever asks for one
// learns what the server knows of this phone: whether what it had kept is gone, and whether
// others fill in the same visit.
{
  const PATIENCE = 20_000
  const line = (box, name, sent, zone) => {
    const line = box.querySelector(`.phone__${name}`)
    line.hidden = !sent
    if (!sent) return
    const at = sent.last_at ? new Date(sent.last_at) : undefined
    const day = (date) => date.toLocaleDateString("en-CA", { timeZone: zone })
    const clock = at?.toLocaleTimeString("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit" })
    const time = at && (day(at) === day(new Date()) ? clock : `${day(at)} ${clock}`)
    line.textContent = line.dataset[sent.entries ? "some" : "none"].replace("{n}", sent.entries).replace("{time}", time)
  }

  mingcha.tellOfPhone = async (visit) => {
    const box = document.getElementById("phone")
    const told = box && await mingcha.fact(`phone ${visit}`)
    if (!told) return
    for (const name of ["cleared", "elsewhere"]) line(box, name, told[name], box.dataset.zone)
    box.hidden = !told.cleared && !told.elsewhere
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
    const { token, phone } = await response.json()
    await mingcha.keepFact(`token ${visit}`, token)
    if (phone.cleared || phone.elsewhere) await mingcha.keepFact(`phone ${visit}`, phone)
    await mingcha.tellOfPhone(visit)
    return token
  }

  const open = document.querySelector("[data-visit]")?.dataset.visit
  if (open && window.indexedDB) mingcha.tellOfPhone(open).catch(() => {})
}
