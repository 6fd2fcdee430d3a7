// Browsers without channels: tabs leave each other a note that all of them hear of. Until this
// has come, and where nothing can be left, each looks by itself now and then.
if (!window.BroadcastChannel) {
  const NOTE = "grown"
  mingcha.tellTabs = (visit) => {
    try {
      localStorage.setItem(NOTE, `${visit} ${mingcha.newId()}`)
    } catch { /* full, or forbidden */ }
  }
  addEventListener("storage", ({ key, newValue }) => key === NOTE && newValue && mingcha.heard?.(newValue.split(" ")[0]))
}
