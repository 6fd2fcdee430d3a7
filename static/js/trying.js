// What the self-test tries besides: how quickly entries are on disk, photos, and what helps
// several tabs to keep out of each other's way.
{
  const result = (good, values, otherwise = "fail") => ({ state: good ? "pass" : otherwise, which: good ? "pass" : otherwise, values })
  const measures = mingcha.measures = {}

  const speed = () => mingcha.scratch(async (within) => {
    const began = performance.now()
    let written = 0
    while (performance.now() - began < 2000) await within("readwrite", (store) => store.put("x".repeat(600), written++))
    measures.entries_per_second = Math.round(written / (performance.now() - began) * 1000)
    return result(measures.entries_per_second >= 10, { n: measures.entries_per_second }, "warn")
  })

  // A picture as large as a camera's, made smaller as photos are.
  const resize = async () => {
    const began = performance.now()
    const large = Object.assign(document.createElement("canvas"), { width: 4000, height: 3000 })
    large.getContext("2d").fillRect(0, 0, 2000, 1500)
    const taken = await new Promise((give) => { large.toBlob(give, "image/jpeg", 0.9) })
    const picture = await createImageBitmap(taken)
    const small = Object.assign(document.createElement("canvas"), { width: 1600, height: 1200 })
    small.getContext("2d").drawImage(picture, 0, 0, 1600, 1200)
    const kept = await new Promise((give) => { small.toBlob(give, "image/jpeg", 0.8) })
    measures.resize_ms = Math.round(performance.now() - began)
    return result(kept.type === "image/jpeg" && (await kept.arrayBuffer()).byteLength > 1000, { ms: measures.resize_ms })
  }

  const camera = () => {
    const field = Object.assign(document.createElement("input"), { type: "file", accept: "image/*" })
    return result(field.type === "file" && "capture" in field, {}, "warn")
  }

  const locks = async () => result(navigator.locks && await navigator.locks.request("trial", () => true), {}, "warn")

  const broadcast = () => new Promise((give) => {
    const [from, to] = [new BroadcastChannel("trial"), new BroadcastChannel("trial")]
    const end = (heard) => { from.close(); to.close(); give(result(heard, {}, "warn")) }
    to.onmessage = () => end(true)
    from.postMessage("trial")
    setTimeout(() => end(false), 2000)
  })

  mingcha.trials = { speed, resize, camera, locks, broadcast }
}
