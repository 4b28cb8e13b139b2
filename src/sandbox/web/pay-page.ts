import { gatewayTitles, type Order } from "../books"
import { encodeQr } from "../qr"
import { svgOf } from "../qr-image"
import type { World } from "../world"
import { reaches } from "../ksher/channels"
import { escaped, page } from "./page"

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

export const gatewayOf = (order: Order): string => gatewayTitles[order.gateway]

export const decimalsOf = (world: World, order: Order): number =>
  order.currency === "JPY" ? world.quirks.ksher.jpyMinorUnits : 2

export function amountText(world: World, order: Order, minor: number): string {
  const decimals = decimalsOf(world, order)
  return (minor / 10 ** decimals).toFixed(decimals)
}

export const moneyOf = (world: World, order: Order): string =>
  `${order.currency} ${amountText(world, order, order.amount)}`

export function stateText(order: Order): string {
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
