// All that a visit is made of at this moment: what a handing in names.
{
  const extent = (log) => log.byDevice((seqs) => Math.max(...seqs))

  // By device, the numbers before its last one that are not here: of other phones, what came
  // too late and what the server keeps apart.
  const gaps = (log) => {
    const found = log.byDevice((seqs) => Array.from({ length: Math.max(...seqs) }, (_, n) => n + 1).filter((n) => !seqs.has(n)))
    return Object.fromEntries(Object.entries(found).filter(([, numbers]) => numbers.length))
  }

  // The root of audit/domain/event.py: SHA-256 over the sorted pairs of id and hash.
  const root = (log) => {
    const pairs = [...log.entries.values()].map(({ id, hash }) => [id, hash])
    return mingcha.sha256(JSON.stringify(pairs.sort(([a], [b]) => a < b ? -1 : 1)))
  }

  mingcha.manifest = async (log) => {
    const photos = [...log.slots.keys()].filter((slot) => slot.startsWith("photo:"))
      .map((slot) => log.current(slot)).filter(({ kind }) => kind === "photo").map(({ photo }) => photo)
    const found = { extent: extent(log), photos, gaps: gaps(log) } // before anything can come in between
    return { ...found, root: await root(log) }
  }
}
