import type { Cancel, GneteOrder, Refund } from "../books"
import type { DeliveryRules, Message, NotificationKind } from "../notifier"
import type { World } from "../world"
import { cancelData, paymentData, present, refundData, type Data } from "./answers"
import { signFields } from "./signature"
import { paidState } from "./states"

const second = 1000

const rules: DeliveryRules = {
  delays: [0, 30 * second, 60 * second, 90 * second, 120 * second, 150 * second],
  timeoutMs: 20 * second,
  // Only the words count, whatever the HTTP status.
  acknowledges: ({ body }) => body.toLowerCase() === "success",
}

const contentType = "application/x-www-form-urlencoded;charset=UTF-8"

/** State 2, also of an order whose row stays closed: Gnete confirms to the merchant what the channel took. */
export function announcePayment(world: World, order: GneteOrder): void {
  announce(world, order, "payment", order.notifyUrl, paidData(world, order))
}

/** Of an order paid after its close, Jeepay tells neither the channel's number nor the time. */
function paidData(world: World, order: GneteOrder): Data {
  const data = paymentData(world, order, paidState)
  const bare = order.paidAfterClose && world.quirks.gnete.like === "jeepay"
  return bare ? { ...data, channelOrderNo: undefined, successTime: undefined } : data
}

export function announceRefund(world: World, order: GneteOrder, refund: Refund): void {
  announce(world, order, "refund", refund.notifyUrl, refundData(order, refund))
}

export function announceCancel(world: World, order: GneteOrder, cancel: Cancel): void {
  announce(world, order, "cancel", cancel.notifyUrl, cancelData(order, cancel))
}

function announce(world: World, order: GneteOrder, kind: NotificationKind, url: string, data: Data): void {
  if (!url) return
  world.notifier.announce(order, kind, onTheWire(world, url, signedFields(world, order, data)), rules)
}

/** The posted fields with the time and the sign; absent ones left out, empty ones kept. */
export function signedFields(world: World, order: GneteOrder, data: Data): Record<string, string> {
  const fields = present({ ...data, reqTime: world.clock.now() })
  const secret = world.gneteApps.get(order.appId)?.appSecret ?? ""
  const texts = Object.entries(fields).map(([name, value]) => [name, String(value)] as const)
  return { ...Object.fromEntries(texts), sign: signFields(fields, secret) }
}

/**
 * What really leaves Gnete: everything is first written behind the address and then taken apart again. So a value ends at its first `&`,
 * which breaks its own signature, and the parameters of the merchant's address come along, unsigned.
 */
function onTheWire(world: World, address: string, fields: Record<string, string>): Message {
  const { notifyEncoding, plusLost } = world.quirks.gnete
  const url = new URL(address)
  const parameters = new URLSearchParams(url.search)
  for (const [name, value] of Object.entries(fields)) {
    const cut = value.split("&")[0] ?? ""
    parameters.set(name, plusLost ? cut.replaceAll("+", " ") : cut)
  }
  url.search = ""
  if (notifyEncoding === "body") return { url: url.href, body: parameters.toString(), contentType }
  url.search = parameters.toString()
  return { url: url.href, body: "", contentType }
}

/** A validly signed body with `overrides` in its fields; null takes a field out. */
export function notification(
  world: World,
  order: GneteOrder,
  kind: NotificationKind,
  overrides: Record<string, string | number | null>,
): { body: string; contentType: string } | undefined {
  const plain = latest(world, order, kind)
  if (!plain) return undefined
  const data = Object.entries({ ...plain, ...overrides }).map(([name, value]) => [name, value ?? undefined])
  const fields = signedFields(world, order, Object.fromEntries(data) as Data)
  return { body: new URLSearchParams(fields).toString(), contentType }
}

function latest(world: World, order: GneteOrder, kind: NotificationKind): Data | undefined {
  if (kind === "payment") return paidData(world, order)
  const [refund, cancel] = [order.refunds.at(-1), order.cancels.at(-1)]
  if (kind === "refund") return refund && refundData(order, refund)
  return cancel && cancelData(order, cancel)
}
