import type { GneteOrder, KsherOrder, Order } from "../books"
import { encodeQr } from "../qr"
import { svgOf } from "../qr-image"
import type { World } from "../world"
import { reaches } from "../ksher/channels"

const style = `
:root{color-scheme:light;font:17px/1.5 system-ui,sans-serif;color:#1d2433;background:#eef1f5}
body{margin:0;padding:16px}
main{max-width:24rem;margin:0 auto;padding:20px;background:#fff;border-radius:14px}
.notice{margin:0 0 16px;padding:10px 12px;border-radius:10px;background:#fff3c4;color:#5c4500;font-size:.9rem}
h1{margin:0;font-size:1rem;font-weight:500}
.amount{margin:0 0 12px;font-size:2.2rem;font-weight:700}
dl{display:grid;grid-template-columns:auto 1fr;gap:2px 12px;margin:0 0 16px;font-size:.9rem}
dt{color:#56607a}dd{margin:0;overflow-wrap:anywhere}
svg{display:block;width:12rem;margin:8px auto}
figure{margin:16px 0 0;text-align:center}figcaption{font-size:.85rem;color:#56607a}
fieldset{margin:0 0 14px;border:1px solid #c9d0dc;border-radius:10px}
label{display:block;padding:6px 0}
button{width:100%;min-height:48px;margin:0 0 10px;border:1px solid #2b4c9b;border-radius:10px;font:inherit;background:#fff;color:#2b4c9b}
button.pay{background:#2b4c9b;color:#fff;font-weight:600}
button:focus-visible,input:focus-visible,a:focus-visible{outline:3px solid #e08a00;outline-offset:2px}
`

/** `saved`: opened from a saved QR, which pays also after the order was closed. */
export function payPage(world: World, order: Order, saved: boolean, problem?: string): string {
  // A failed payment can be tried again at Ksher; at Gnete it is over.
  const over = order.status === "closed" || (order.gateway === "gnete" && order.status === "failed")
  const payable = order.taken === 0 && (!over || saved)
  return page(`
    <p class="notice">Simulated ${gatewayOf(order)}. No real money moves here.</p>
    ${problem ? `<p class="notice" role="alert">${escaped(problem)}</p>` : ""}
    <h1>${saved ? "Pay by saved QR code" : "Pay"} for order ${escaped(order.merchantOrderNo)}</h1>
    <p class="amount">${escaped(moneyOf(world, order))}</p>
    <dl><dt>Merchant</dt><dd>${escaped(order.account)}</dd><dt>State</dt><dd>${stateText(order)}</dd></dl>
    ${payable ? payForm(order, saved) : ""}
    ${payable && !saved ? saveForm(world, order) : ""}`)
}

function payForm(order: Order, saved: boolean): string {
  const action = `/pay/${order.token}/pay`
  return `
    <form method="post" action="${action}">
      ${channelChoice(order)}
      ${saved ? '<input type="hidden" name="saved" value="1">' : ""}
      <button class="pay" type="submit">Pay now</button>
    </form>
    <form method="post" action="/pay/${order.token}/fail"><button type="submit">Let the payment fail</button></form>`
}

function channelChoice(order: Order): string {
  const offered =
    order.gateway === "ksher"
      ? order.channels.filter((each) => reaches(each, order.amount, order.currency, []))
      : [order.channel]
  const options = offered.map((channel, i) => {
    const checked = i === 0 ? " checked" : ""
    const value = escaped(channel)
    return `<label><input type="radio" name="channel" value="${value}"${checked}> ${value}</label>`
  })
  return `<fieldset><legend>Pay with</legend>${options.join("")}</fieldset>`
}

function saveForm(world: World, order: Order): string {
  const link = `${world.url}/pay/${order.token}/saved`
  return `
    <form method="post" action="/pay/${order.token}/save"><button type="submit">Save the QR code</button></form>
    <figure>${svgOf(encodeQr(link), "QR code of this payment")}
    <figcaption>Scan it to pay on another device. A saved code can be paid also after the order is closed.</figcaption></figure>`
}

export function savedPage(world: World, order: Order): string {
  const link = `${world.url}/pay/${order.token}/saved`
  return page(`
    <p class="notice">Simulated ${gatewayOf(order)}. No real money moves here.</p>
    <h1>The QR code of order ${escaped(order.merchantOrderNo)} is saved</h1>
    <p><a href="/pay/${order.token}/saved">Pay by the saved QR code</a>, now or after the order is closed.</p>
    <figure>${svgOf(encodeQr(link), "Saved QR code")}</figure>
    <p><a href="/pay/${order.token}">Back to the payment</a></p>`)
}

function page(content: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Simulated payment</title>
<meta name="viewport" content="width=device-width,initial-scale=1"><style>${style}</style></head>
<body><main>${content}</main></body></html>`
}

const gatewayOf = (order: KsherOrder | GneteOrder) => (order.gateway === "ksher" ? "Ksher" : "Gnete")

function moneyOf(world: World, order: Order): string {
  const decimals = order.currency === "JPY" ? world.quirks.ksher.jpyMinorUnits : 2
  return `${order.currency} ${(order.amount / 10 ** decimals).toFixed(decimals)}`
}

function stateText(order: Order): string {
  switch (order.status) {
    case "open":
      return "waiting for payment"
    case "in_progress":
      return "a payment is in progress"
    case "failed":
      return "the last payment failed"
    default:
      return order.taken > 0 && order.status === "closed" ? "paid after it was closed" : order.status
  }
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`)
}
