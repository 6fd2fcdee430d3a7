// Word among the tabs of this browser that a visit's log has grown.
{
  const channel = window.BroadcastChannel ? new BroadcastChannel("mingcha") : {}
  mingcha.tellTabs = (visit) => channel.postMessage?.(visit)
  channel.onmessage = ({ data }) => mingcha.heard?.(data)
}
