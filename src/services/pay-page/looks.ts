import { createHash } from "node:crypto"

/** Colours with a contrast of 4.5 and more, in light and dark; no picture and no font is loaded. */
export const style = `
:root{color-scheme:light dark;--ink:#1b2130;--soft:#555e70;--line:#cdd3de;--card:#fff;--ground:#eef0f4;--act:#1f4fbf;--on:#fff;--note:#fff3cd;--noteink:#4f3b00}
@media (prefers-color-scheme:dark){:root{--ink:#eef1f7;--soft:#b3bccd;--line:#454d5e;--card:#1c212c;--ground:#11141b;--act:#9dbdff;--on:#10182b;--note:#3a3116;--noteink:#ffe9ae}}
*{box-sizing:border-box}
body{margin:0;padding:16px;background:var(--ground);color:var(--ink);font:17px/1.5 system-ui,-apple-system,"Segoe UI","Noto Sans","Noto Sans Thai","PingFang SC","PingFang TC","Microsoft YaHei",sans-serif}
main{max-width:27rem;margin:0 auto;padding:24px 20px;background:var(--card);border-radius:16px;overflow-wrap:anywhere}
h1{margin:0;font-size:1rem;font-weight:500;color:var(--soft)}
h2{margin:24px 0 8px;font-size:1.05rem}
p{margin:12px 0}
.amount{margin:2px 0 8px;font-size:2.1rem;line-height:1.2;font-weight:700}
.note{padding:12px 14px;border-radius:12px;background:var(--note);color:var(--noteink)}
.soft{color:var(--soft);font-size:.92rem}
ul{list-style:none;margin:0;padding:0}
li{margin:0 0 10px}
form{margin:0}
button,.button{display:block;width:100%;min-height:52px;padding:13px 16px;border:1px solid var(--line);border-radius:12px;background:transparent;color:var(--ink);font:inherit;font-weight:600;text-align:start;text-decoration:none;cursor:pointer}
button small{display:block;font-weight:400;color:var(--soft)}
label{display:block;margin:0 0 4px}
input,select{display:block;width:100%;min-height:52px;padding:12px 14px;border:1px solid var(--soft);border-radius:12px;background:var(--card);color:var(--ink);font:inherit}
form+form{margin-top:12px}
.act{border-color:var(--act);background:var(--act);color:var(--on);text-align:center}
.plain{text-align:center;color:var(--act)}
figure{margin:16px 0;text-align:center}
figure img{display:block;width:100%;max-width:17rem;height:auto;margin:0 auto;padding:8px;background:#fff;border-radius:12px;image-rendering:pixelated}
summary{padding:12px 0;cursor:pointer;color:var(--act);font-weight:600}
:focus-visible{outline:3px solid #d98200;outline-offset:2px}
@media (prefers-reduced-motion:no-preference){.waiting::before{content:"";display:inline-block;width:.6em;height:.6em;margin-inline-end:.5em;border-radius:50%;background:var(--act);animation:beat 1.6s infinite}@keyframes beat{50%{opacity:.25}}}
`

/**
 * What the page does by itself: it counts down, and loads itself anew once its payment has changed, told by server events or, where
 * those do not come through, by asking. Once the shopper has chosen it goes on to the gateway's page. Without it the page is read and used as it is.
 */
export const script = `
(() => {
  const page = document.querySelector("main")
  const here = location.pathname
  // A form that is on its way says more than a look from beside it.
  // Without a network the page that is there is worth more than the browser's own about it.
  const anew = () => {
    if (page.dataset.sent) return
    if (navigator.onLine === false) addEventListener("online", anew, { once: true })
    else location.replace(here)
  }
  const look = (state) => { if (state && state !== page.dataset.state) anew() }
  const left = document.querySelector("[data-until]")
  if (left) {
    const until = Date.now() + Number(left.dataset.until)
    const two = (n) => String(n).padStart(2, "0")
    const count = () => {
      const s = Math.max(0, Math.ceil((until - Date.now()) / 1000))
      const h = Math.floor(s / 3600)
      left.textContent = (h ? h + ":" + two(Math.floor(s / 60) % 60) : Math.floor(s / 60)) + ":" + two(s % 60)
      if (s > 0) setTimeout(count, 1000)
      else anew()
    }
    count()
  }
  for (const form of document.forms) form.addEventListener("submit", (event) => {
    if (page.dataset.sent) return event.preventDefault()
    page.dataset.sent = "1"
  })
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return
    delete page.dataset.sent
    anew()
  })
  if (page.dataset.onwards) {
    // Who comes back finds the page as it stays.
    history.replaceState(null, "", here)
    location.assign(document.querySelector("a.act").href)
  }
  if (!page.dataset.live) return
  addEventListener("online", anew)
  let wait = 3000
  const ask = async () => {
    try {
      const answer = await fetch(here + "/state", { cache: "no-store" })
      if (answer.ok) { look((await answer.json()).state); wait = 3000 } else wait = Math.min(wait * 2, 30000)
    } catch { wait = Math.min(wait * 2, 30000) }
    setTimeout(ask, wait)
  }
  if (!window.EventSource) return void ask()
  const events = new EventSource(here + "/events")
  let failures = 0
  events.addEventListener("state", (event) => { failures = 0; look(event.data) })
  events.onerror = () => {
    if (events.readyState !== 2 && ++failures < 3) return
    events.close()
    ask()
  }
})()
`

const hash = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`
const scriptHash = hash(script)
const styleHash = hash(style)

/** A gateway's picture of a QR code is the one thing that may come from elsewhere, from its own host alone. */
export function securityPolicy(picture: string | undefined): string {
  const origin = picture && URL.canParse(picture) ? new URL(picture).origin : ""
  const host = /^https?:\/\/[\w.:[\]-]+$/.test(origin) ? ` ${origin}` : ""
  return [
    "default-src 'none'",
    `script-src ${scriptHash}`,
    `style-src ${styleHash}`,
    `img-src data:${host}`,
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; ")
}
