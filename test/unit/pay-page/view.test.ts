import { wayOf, type Demand, type PaymentMethod } from "../../../src/core"
import { oneOfEach, viewOf } from "../../../src/services/pay-page"
import type { PageFacts, PagePayment } from "../../../src/services/pay-page"

const now = new Date("2026-03-01T10:00:00Z")
const later = new Date("2026-03-01T10:15:00Z")
const earlier = new Date("2026-03-01T09:45:00Z")

const payment = (patch: Partial<PagePayment> = {}): PagePayment => ({
  sessionId: "payses_1",
  providerId: "pp_ksher_th",
  gateway: "ksher",
  state: "pending",
  channel: "truemoney",
  askedChannel: "truemoney",
  action: { type: "redirect", url: "https://pay.example/1" },
  unwanted: null,
  expiresAt: later,
  openedAt: earlier,
  amount: 35_050,
  digits: 2,
  returnedUnsaid: false,
  returning: false,
  ...patch,
})

const demand = (patch: Partial<Demand> = {}): Demand => ({
  collection: { id: "pay_col_1", amount: "350.5" },
  detached: false,
  order: undefined,
  collectionIds: ["pay_col_1"],
  sessionIds: ["payses_1"],
  held: [],
  elsewhere: "0",
  ...patch,
})

const facts = (patch: Partial<PageFacts> = {}): PageFacts => ({
  link: { collectionId: "pay_col_1", orderId: null, amount: "350.5", expiresAt: later },
  demand: demand(),
  reserved: [],
  standing: "open",
  payments: [],
  digits: 2,
  now,
  ...patch,
})

const order = { id: "order_1", canceled: false, wanted: "350.5", total: "350.5" }
const held = [{ sessionId: "payses_1", collectionId: "pay_col_1", amount: "350.5" }]
const expired = { ...facts().link, expiresAt: earlier }

it.each<[string, Partial<PageFacts>, object]>([
  ["nobody has chosen yet", {}, { kind: "choose", tried: null }],
  [
    "a payment waits for the choice",
    { payments: [payment({ state: "unopened", action: null })] },
    { kind: "choose", tried: null },
  ],
  ["there is a link to pay by", { payments: [payment()] }, { kind: "pay", payment: payment() }],
  ["a link that never runs out", { payments: [payment({ expiresAt: null })] }, { kind: "pay" }],
  [
    "the gateway is making the order",
    { payments: [payment({ state: "created", action: null })] },
    { kind: "opening" },
  ],
  [
    "its answer was lost",
    { payments: [payment({ state: "failed", unwanted: "open_lost" })] },
    { kind: "choose", tried: "failed" },
  ],
  ["the payment failed", { payments: [payment({ state: "failed" })] }, { kind: "choose", tried: "failed" }],
  [
    "its time has run out",
    { payments: [payment({ expiresAt: earlier })] },
    { kind: "choose", tried: "expired" },
  ],
  ["it was closed", { payments: [payment({ state: "void" })] }, { kind: "choose", tried: "expired" }],
  [
    "it is not wanted any more",
    { payments: [payment({ unwanted: "amount_changed" })] },
    { kind: "choose", tried: null },
  ],
  [
    "its session is gone",
    { payments: [payment({ sessionId: "payses_0" })] },
    { kind: "choose", tried: null },
  ],
  ["the newest counts", { payments: [payment({ state: "void" }), payment()] }, { kind: "pay" }],
  ["it is paid, and Medusa has not heard", { payments: [payment({ state: "paid" })] }, { kind: "paid" }],
  [
    "it is paid, and goes back before Medusa has captured it",
    { payments: [payment({ state: "paid", returning: true })] },
    { kind: "choose", tried: "returned" },
  ],
  [
    "it is paid in minor units that people do not write",
    { payments: [payment({ state: "paid", amount: 3_505_000, digits: 4 })] },
    { kind: "paid" },
  ],
  [
    "it is paid and captured",
    { payments: [payment({ state: "paid" })], demand: demand({ held }) },
    { kind: "paid" },
  ],
  ["it was captured and its payment is of another plugin", { demand: demand({ held }) }, { kind: "paid" }],
  [
    "late money pays nothing",
    { payments: [payment({ state: "paid_late", unwanted: "session_deleted" })] },
    { kind: "choose", tried: "returned" },
  ],
  [
    "an earlier one was returned, since its cart could not be completed",
    {
      payments: [
        payment({ sessionId: "payses_0", state: "refunded" }),
        payment({ state: "unopened", action: null }),
      ],
    },
    { kind: "choose", tried: "returned", isEarlierOpen: false },
  ],
  [
    "an earlier code may still be paid",
    { payments: [payment({ sessionId: "payses_0", unwanted: "session_deleted" }), payment()] },
    { kind: "pay", isEarlierOpen: true },
  ],
  [
    "an earlier one is closed",
    { payments: [payment({ sessionId: "payses_0", state: "void" }), payment()] },
    { kind: "pay", isEarlierOpen: false },
  ],
  [
    "its code is for another amount",
    { payments: [payment({ amount: 70_100 })] },
    { kind: "choose", tried: null },
  ],
  [
    "what is paid is another amount",
    { payments: [payment({ amount: 100, state: "paid" })] },
    { kind: "choose", tried: null },
  ],
  [
    "something of it went back, and nobody knows how much",
    { payments: [payment({ state: "paid", returnedUnsaid: true })] },
    { kind: "choose" },
  ],
  [
    "all of it went back, and the order asks for nothing",
    {
      payments: [payment({ state: "refunded" })],
      demand: demand({ order: { ...order, wanted: "0" }, held: [{ ...held[0]!, amount: "0" }] }),
    },
    { kind: "refused", why: "nothing_owed" },
  ],
  [
    "another provider has taken a part of it",
    { demand: demand({ order, held: [{ ...held[0]!, amount: "100" }] }) },
    { kind: "refused", why: "nothing_owed" },
  ],
  [
    "another provider holds the shopper's money",
    { standing: "taken" },
    { kind: "refused", why: "nothing_owed" },
  ],
  ["an edit has given the collection up", { standing: "canceled" }, { kind: "refused", why: "gone" }],
  [
    "the amount is another",
    { demand: demand({ collection: { id: "pay_col_1", amount: "701" } }) },
    { kind: "refused", why: "amount_changed" },
  ],
  [
    "the order is cancelled",
    { demand: demand({ order: { ...order, canceled: true } }) },
    { kind: "refused", why: "order_canceled" },
  ],
  ["the collection is gone", { demand: demand({ collection: undefined }) }, { kind: "refused", why: "gone" }],
  [
    "the order has left the collection",
    { demand: demand({ detached: true }), link: { ...facts().link, orderId: "order_1" } },
    { kind: "refused", why: "gone" },
  ],
  [
    "another collection of the order has paid it",
    { demand: demand({ order, held: [{ ...held[0]!, sessionId: "payses_2", collectionId: "pay_col_2" }] }) },
    { kind: "refused", why: "nothing_owed" },
  ],
  ["the link has expired", { link: expired }, { kind: "refused", why: "expired" }],
  [
    "it has expired, and what it opened can still be paid",
    { link: expired, payments: [payment()] },
    { kind: "pay" },
  ],
  [
    "it has expired, and was paid",
    { link: expired, payments: [payment({ state: "paid" })] },
    { kind: "paid" },
  ],
  [
    "another payment is being captured",
    { reserved: [{ sessionId: "payses_2", collectionId: "pay_col_1", amount: 35050, digits: 2 }] },
    { kind: "refused", why: "nothing_owed" },
  ],
])("%s", (_name, patch, expected) => {
  expect(viewOf(facts(patch))).toMatchObject(expected)
})

describe("a way to pay that several entries offer", () => {
  const by = (providerId: string, channel: string) =>
    ({ providerId, channel, name: wayOf(channel).name }) as PaymentMethod
  const methods = [by("pp_ksher_a", "card"), by("pp_ksher_b", "card"), by("pp_ksher_b", "truemoney")]
  const shown = (providerId?: string) =>
    oneOfEach(methods, providerId).map((one) => `${one.providerId} ${one.channel}`)

  it("is shown once, by the entry whose payment it is", () => {
    expect(shown("pp_ksher_b")).toEqual(["pp_ksher_b card", "pp_ksher_b truemoney"])
    expect(shown("pp_ksher_a")).toEqual(["pp_ksher_a card", "pp_ksher_b truemoney"])
    expect(shown()).toEqual(["pp_ksher_a card", "pp_ksher_b truemoney"])
  })
})
