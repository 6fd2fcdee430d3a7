// Which browser this is, as far as it matters: those inside other apps, iPhones, private windows.
{
  const APPS = [
    ["wechat", /MicroMessenger/i], ["dingtalk", /DingTalk/i], ["qq", /\sQQ\//i], ["weibo", /Weibo/i],
    ["facebook", /FBAN|FBAV|FB_IAB|Instagram|Messenger/i],
    ["inside", /AlipayClient|aweme|baiduboxapp|xhsdiscover|Lark|Feishu|\bLine\/|;\s?wv\)/i],
  ]
  const agent = navigator.userAgent
  const inside = APPS.find(([, mark]) => mark.test(agent))?.[0]
  const iphone = /iPhone|iPad|iPod/.test(agent) || /Macintosh/.test(agent) && navigator.maxTouchPoints > 1
  const home = navigator.standalone === true || matchMedia("(display-mode: standalone)").matches

  // No browser says so; these are the traces that private windows have left so far.
  const privately = async () => {
    if (!navigator.storage) return false
    try {
      await navigator.storage.getDirectory?.()
    } catch {
      return true
    }
    const most = performance.memory?.jsHeapSizeLimit
    const { quota } = await navigator.storage.estimate()
    return Boolean(most) && quota < 2 * most
  }

  mingcha.browser = { inside, iphone, home, privately }
}
