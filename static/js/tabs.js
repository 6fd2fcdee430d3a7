// Word among the tabs of this browser that a visit's log has grown: by a channel, or by a note
// that all of them hear of. Without either each looks by itself now and then.
{
  const NOTE = "grown"
  const channel = window.BroadcastChannel && new BroadcastChannel("mingcha")

  const leave = (visit) => {
    try {
      localStorage.setItem(NOTE, `${visit} ${mingcha.newId()}`)
    } catch { /* full, or forbidden */ }
  }

  mingcha.tellTabs = (visit) => channel ? channel.postMessage(visit) : leave(visit)
  mingcha.hearTabs = (hear) => {
    if (channel) channel.onmessage = ({ data }) => hear(data)
    else addEventListener("storage", ({ key, newValue }) => key === NOTE && newValue && hear(newValue.split(" ")[0]))
  }
}
