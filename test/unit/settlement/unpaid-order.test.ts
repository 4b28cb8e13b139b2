import type { Demand } from "../../../src/core"
import { hour, minute } from "../../../src/services/settlement"
import type { GatewayPayment, UnpaidOrder } from "../../../src/services/settlement"
import { verdict, type OfEntry } from "../../../src/services/settlement/orders/unpaid-order"
import { aPayment, now } from "./pictures"

const placedAt = new Date(now.getTime() - 3 * hour)
const asked: Demand = {
  collection: { id: "pay_col_1", amount: "100" },
  detached: false,
  order: { id: "order_1", canceled: false, wanted: "100", total: "100" },
  collectionIds: ["pay_col_1"],
  sessionIds: ["payses_1"],
  held: [],
  elsewhere: "0",
}
const anOrder = (patch: Partial<UnpaidOrder> = {}, demand: Partial<Demand> = {}): UnpaidOrder => ({
  id: "order_1",
  placedAt,
  status: "pending",
  fulfilled: false,
  credited: false,
  change: undefined,
  demand: { ...asked, ...demand },
  otherSessions: 0,
  ...patch,
})
const policy = { completion: "order_first", unpaidOrder: { cancelAfterMinutes: 120 } } as const
const of = (patch: Partial<GatewayPayment> = {}, entry: Partial<OfEntry> = {}): OfEntry => ({
  payment: aPayment({ orderId: "order_1", createdAt: placedAt, ...patch }),
  policy,
  canClose: true,
  ...entry,
})
const why = (order: UnpaidOrder | undefined, ...all: OfEntry[]) => {
  const found = verdict(order, all.length ? all : [of()], now)
  return found.do === "end" ? `end ${found.open.length}` : `${found.do} ${found.why}`
}

it("an order that nobody has paid in time is ended, with what of it is open", () => {
  expect(why(anOrder())).toBe("end 1")
  expect(why(anOrder(), of({ state: "void" }), of({ state: "unopened", openedAt: null }))).toBe("end 1")
  expect(why(anOrder(), of({ state: "failed", action: null }))).toBe("end 0")
})

it.each<[string, UnpaidOrder | undefined]>([
  ["never not_open", undefined],
  ["never not_open", anOrder({ status: "canceled" })],
  ["never not_open", anOrder({ status: "completed" })],
  ["never fulfilled", anOrder({ fulfilled: true })],
  ["never paid", anOrder({ credited: true })],
  ["never paid", anOrder({}, { elsewhere: "0.01" })],
  ["never paid", anOrder({}, { elsewhere: "-5" })],
  ["never paid", anOrder({}, { held: [{ sessionId: "payses_2", collectionId: "pay_col_1", amount: "0" }] })],
  ["never nothing_asked", anOrder({}, { order: { ...asked.order!, wanted: "0" } })],
  ["never not_ended_here", anOrder({ demand: undefined })],
  ["never other_provider", anOrder({ otherSessions: 1 })],
  ["wait order_changing", anOrder({ change: "edit" })],
])("%s: by what Medusa says of the order", (expected, order) => {
  expect(why(order)).toBe(expected)
})

it.each<[string, OfEntry]>([
  ["never paid", of({ state: "paid" })],
  ["never paid", of({ state: "paid_late" })],
  ["never paid", of({ state: "partially_refunded" })],
  ["never paid", of({ state: "refunded", capturedAt: now })],
  ["end 0", of({ state: "refunded" })],
  ["never not_ended_here", of({}, { policy: { completion: "order_first" } })],
  ["never not_ended_here", of({}, { policy: { ...policy, completion: "pay_first" } })],
  ["wait attention", of({ attentionCode: "contradiction" })],
  ["wait attention", of({ state: "void", attentionCode: "close_failed" })],
  ["wait attention", of({}, { policy: undefined })],
  ["wait being_opened", of({ state: "created", action: null })],
  ["wait being_opened", of({ state: "failed", action: null, unwanted: "open_lost" })],
  ["wait stays_payable", of({}, { canClose: false })],
  ["end 0", of({ state: "void" }, { canClose: false })],
  ["end 1", of({ state: "unopened", openedAt: null }, { canClose: false })],
  ["wait too_early", of({ createdAt: new Date(now.getTime() - 119 * minute) })],
  ["end 1", of({ createdAt: new Date(now.getTime() - 120 * minute) })],
])("%s: by a payment of it, whatever the others are", (expected, one) => {
  expect(why(anOrder(), one)).toBe(expected)
})

it("the longest time of its entries counts, from the last payment that was opened", () => {
  const slow = of({ state: "void" }, { policy: { ...policy, unpaidOrder: { cancelAfterMinutes: 240 } } })
  const found = verdict(anOrder(), [of(), slow], now)
  expect(found).toEqual({ do: "wait", why: "too_early", until: new Date(placedAt.getTime() + 240 * minute) })
})
