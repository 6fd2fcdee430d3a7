// Takes the service worker back from every phone: served in its place when MINGCHA_OFFLINE is
// off. Phones ask for it at their next use, forget the kept pages, and do without from then on.
// What was filled in is not touched, and is sent as before.
addEventListener("install", () => skipWaiting())
addEventListener("activate", (event) => event.waitUntil((async () => {
  for (const name of await caches.keys()) await caches.delete(name)
  await registration.unregister()
})()))
