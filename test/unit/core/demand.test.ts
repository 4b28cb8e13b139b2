import { heldBeyond, stillToPay, unowed, type Asking, type Demand } from "../../../src/core"

/** A paid order of 100.00 that asks for 30.00 more on a second collection. */
const demand = (patch: Partial<Demand> = {}): Demand => ({
  collection: { id: "second", amount: "30" },
  detached: false,
  order: { id: "order_1", canceled: false, wanted: "130", total: "130" },
  collectionIds: ["first", "second"],
  sessionIds: ["payses_1", "payses_2"],
  held: [{ sessionId: "payses_1", collectionId: "first", amount: "100" }],
  elsewhere: "0",
  ...patch,
})

const asking = (patch: Partial<Asking> = {}): Asking => ({
  sessionId: "payses_2",
  collectionId: "second",
  orderId: "order_1",
  amount: 3_000,
  askedAmount: 3_000,
  ...patch,
})

const order = (wanted: string, patch: Partial<NonNullable<Demand["order"]>> = {}) => ({
  order: { id: "order_1", canceled: false, wanted, total: wanted, ...patch },
})

const why = (patch: Partial<Demand> = {}, of: Partial<Asking> = {}) =>
  unowed(asking(of), demand(patch), [], 2)

it("a payment for what is still to be paid is wanted", () => {
  expect(why()).toBeNull()
  expect(stillToPay(asking(), demand(), [], 2)).toEqual({ left: 3_000, spared: 0 })
})

it.each<[string, Partial<Demand>, string]>([
  ["its order is cancelled", order("130", { canceled: true }), "order_canceled"],
  ["its collection is gone", { collection: undefined }, "collection_deleted"],
  ["its collection has left the order", { detached: true, order: undefined }, "collection_deleted"],
  ["its collection asks for more", { collection: { id: "second", amount: "40" } }, "amount_changed"],
  ["its collection asks for less", { collection: { id: "second", amount: "0" } }, "amount_changed"],
  ["the order asks for less, and the collection does not know", order("100"), "not_owed"],
  ["the order was paid another way", { elsewhere: "30" }, "not_owed"],
])("it is not wanted where %s", (_, patch, reason) => {
  expect(why(patch)).toBe(reason)
})

it("nor where another payment of the collection, or of the order, is being captured for the same", () => {
  const reserved = (collectionId: string) => [
    { sessionId: "payses_3", collectionId, amount: 3_000, digits: 2 },
  ]
  expect(unowed(asking(), demand(), reserved("second"), 2)).toBe("not_owed")
  expect(unowed(asking(), demand(), reserved("third"), 2)).toBe("not_owed")
})

it("what is reserved and captured counts once", () => {
  const [first] = demand().held
  if (!first) throw new Error("Nothing is held.")
  expect(unowed(asking(), demand(), [{ ...first, amount: 10_000, digits: 2 }], 2)).toBeNull()
})

it("what Medusa has captured is a matter of refunds, whatever is asked for now", () => {
  const held = [...demand().held, { sessionId: "payses_2", collectionId: "second", amount: "30" }]
  expect(why({ held, ...order("100") })).toBeNull()
})

it("what went back is asked for again", () => {
  const held = [{ sessionId: "payses_0", collectionId: "second", amount: "0" }, ...demand().held]
  expect(why({ held })).toBeNull()
})

it("a part of a collection is taken, and the rest after it", () => {
  const cart = { order: undefined, held: [], collection: { id: "second", amount: "30" } }
  expect(why(cart, { amount: 1_000 })).toBeNull()
  const held = [{ sessionId: "payses_1", collectionId: "second", amount: "10" }]
  expect(why({ ...cart, held }, { amount: 2_000 })).toBeNull()
  expect(why({ ...cart, held }, { amount: 3_000 })).toBe("not_owed")
})

it("fractions of a cent make no payment unwanted", () => {
  const collection = { id: "second", amount: "30.004" }
  const held = [{ sessionId: "payses_1", collectionId: "first", amount: "100.006" }]
  expect(why({ collection, held, ...order("130.01") })).toBeNull()
})

it("says what is held beyond what the order wants, and not what is on its way back by a return", () => {
  expect(heldBeyond(demand(order("100")), 2)).toBe(0)
  expect(heldBeyond(demand(order("88.40")), 2)).toBe(1_160)
  expect(heldBeyond(demand(order("50", { total: "100" })), 2)).toBe(0)
})
