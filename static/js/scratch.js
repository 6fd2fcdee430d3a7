// A database of its own to try things in, so that nothing that was filled in is near.
{
  const settled = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = request.onblocked = () => reject(request.error)
  })

  // Gone afterwards; `work` gets its one store, strictly on disk.
  const scratch = async (work) => {
    const asked = indexedDB.open("mingcha-trial", 1)
    asked.onupgradeneeded = () => asked.result.createObjectStore("trial")
    const db = await settled(asked)
    const within = (mode, deed) => new Promise((resolve, reject) => {
      const transaction = db.transaction("trial", mode, { durability: "strict" })
      const request = deed(transaction.objectStore("trial"))
      transaction.oncomplete = () => resolve(request?.result)
      transaction.onabort = () => reject(transaction.error)
    })
    try {
      return await work(within)
    } finally {
      db.close()
      await settled(indexedDB.deleteDatabase("mingcha-trial")).catch(() => {})
    }
  }
  mingcha.scratch = scratch
}
