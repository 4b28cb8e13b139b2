import { createHash } from "node:crypto"
import type { NewNotification } from "../../../src/services/ledger"
import { openLedgerWorld, soon, start, type LedgerWorld } from "./support"

let world: LedgerWorld
beforeAll(async () => (world = await openLedgerWorld("ledger_notifications")))
beforeEach(() => world.empty())
afterAll(() => world.close())

const minute = 60_000
const day = 24 * 60 * minute

const message = (body: string, patch: Partial<NewNotification> = {}): NewNotification => ({
  providerId: "pp_ksher_th",
  paymentId: null,
  about: "payment",
  verified: true,
  reason: null,
  state: "SUCCESS",
  orderNo: "1",
  gatewayNo: "K1",
  refundNo: null,
  amount: 10_000,
  currency: "thb",
  result: "received",
  message: null,
  nextTryAt: soon(world.clock),
  bodyHash: createHash("sha256").update(body).digest("hex"),
  ...patch,
})

it("the same bytes are one notification, however often and wherever they come in", async () => {
  const stored = await Promise.all(
    [world.ledger, world.other, world.ledger, world.other].map((ledger) =>
      ledger.notifications.store(message("same")),
    ),
  )
  expect(stored.filter(({ fresh }) => fresh)).toHaveLength(1)
  expect(new Set(stored.map(({ notification }) => notification.id)).size).toBe(1)
  expect(stored.map(({ notification }) => notification.deliveries).sort()).toEqual([1, 2, 3, 4])
})

it("other bytes are another, and so are the same for another provider entry", async () => {
  await world.ledger.notifications.store(message("same"))
  expect(await world.ledger.notifications.store(message("other"))).toMatchObject({ fresh: true })
  const elsewhere = message("same", { providerId: "pp_ksher_my" })
  expect(await world.ledger.notifications.store(elsewhere)).toMatchObject({ fresh: true })
})

it("a repeated delivery changes nothing of what was stored and done", async () => {
  const { notifications } = world.ledger
  const { notification } = await notifications.store(message("same"))
  await notifications.finish(notification.id, { result: "acted" })
  const again = await notifications.store(message("same", { state: "OTHER", result: "received" }))
  expect(again.notification).toMatchObject({ result: "acted", state: "SUCCESS", deliveries: 2, tries: 1 })
  world.clock.forward(2 * minute)
  expect(await notifications.claimDue(10, minute)).toEqual([])
})

it("one that was refused, and verifies when it comes again, is new: the shop has put its key right", async () => {
  const { notifications } = world.ledger
  const refused = message("same", { verified: false, reason: "wrong", result: "ignored", nextTryAt: null })
  const first = await notifications.store(refused)
  const payment = await world.aPayment()
  const again = await Promise.all(
    [world.ledger, world.other].map((ledger) =>
      ledger.notifications.store(message("same", { paymentId: payment.id })),
    ),
  )
  expect(again.filter(({ fresh }) => fresh)).toHaveLength(1)
  for (const { notification } of again)
    expect(notification).toMatchObject({
      id: first.notification.id,
      verified: true,
      reason: null,
      result: "received",
      paymentId: payment.id,
    })
  world.clock.forward(2 * minute)
  expect(await notifications.claimDue(10, minute)).toHaveLength(1)
  expect(await notifications.store(refused)).toMatchObject({ fresh: false, notification: { verified: true } })
})

it("what was stored and not acted on is handed to one claimant each", async () => {
  for (let i = 0; i < 40; i++) await world.ledger.notifications.store(message(`${i}`))
  expect(await world.ledger.notifications.claimDue(100, minute)).toEqual([])
  world.clock.forward(2 * minute)
  const claims = await Promise.all(
    Array.from({ length: 8 }, (_, i) =>
      (i % 2 ? world.ledger : world.other).notifications.claimDue(7, minute),
    ),
  )
  const ids = claims.flat().map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
  const rest = await world.ledger.notifications.claimDue(100, minute)
  expect(ids.length + rest.length).toBe(40)
})

it("one whose claimant died comes up again", async () => {
  const { notifications } = world.ledger
  await notifications.store(message("a"))
  world.clock.forward(2 * minute)
  expect(await notifications.claimDue(10, 10 * minute)).toHaveLength(1)
  world.clock.forward(10 * minute - 1)
  expect(await world.other.notifications.claimDue(10, minute)).toEqual([])
  world.clock.forward(1)
  expect(await world.other.notifications.claimDue(10, minute)).toHaveLength(1)
})

it("a claimant goes past what another holds in an open transaction", async () => {
  for (const body of ["a", "b", "c"]) await world.ledger.notifications.store(message(body))
  world.clock.forward(2 * minute)
  await world.ledger.together(async (inside) => {
    expect(await inside.notifications.claimDue(2, minute)).toHaveLength(2)
    expect(await world.other.notifications.claimDue(10, minute)).toHaveLength(1)
  })
})

it("acting is counted, the payment it turned out to be about is kept, and a failure is due again", async () => {
  const { notifications } = world.ledger
  const payment = await world.aPayment()
  const { notification } = await notifications.store(message("a"))
  const failure = {
    result: "failed",
    message: "busy",
    nextTryAt: soon(world.clock),
    paymentId: payment.id,
  } as const
  await notifications.finish(notification.id, failure)
  expect(await notifications.ofPayment(payment.id)).toMatchObject([
    { result: "failed", message: "busy", tries: 1 },
  ])
  world.clock.forward(2 * minute)
  expect(await notifications.claimDue(10, minute)).toHaveLength(1)
  await notifications.finish(notification.id, { result: "acted" })
  expect(await notifications.ofPayment(payment.id)).toMatchObject([
    { result: "acted", message: null, tries: 2 },
  ])
})

it("counts rejects of a provider since a moment, up to a bound", async () => {
  const { notifications } = world.ledger
  const rejected = { verified: false, reason: "wrong", result: "ignored", nextTryAt: null } as const
  await notifications.store(message("before", rejected))
  world.clock.forward(minute)
  const since = world.clock.now()
  for (const body of ["a", "b", "c"]) await notifications.store(message(body, rejected))
  await notifications.store(message("good"))
  await notifications.store(message("else", { ...rejected, providerId: "pp_ksher_my" }))
  expect(await notifications.countRejected("pp_ksher_th", since, 100)).toBe(3)
  expect(await notifications.countRejected("pp_ksher_th", since, 2)).toBe(2)
  expect(await notifications.countRejected("pp_none", since, 2)).toBe(0)
})

it("counts verified ones about a payment, and about none of ours, since a moment, up to a bound", async () => {
  const { notifications } = world.ledger
  const payment = await world.aPayment()
  const about = { paymentId: payment.id }
  await notifications.store(message("before", about))
  world.clock.forward(minute)
  const since = world.clock.now()
  for (const body of ["a", "b", "c"]) await notifications.store(message(body, about))
  await notifications.store(message("forged", { ...about, verified: false, reason: "wrong" }))
  await notifications.store(message("stranger", { paymentId: null }))
  expect(await notifications.countVerified("pp_ksher_th", payment.id, since, 100)).toBe(3)
  expect(await notifications.countVerified("pp_ksher_th", payment.id, since, 2)).toBe(2)
  expect(await notifications.countVerified("pp_ksher_th", null, since, 100)).toBe(1)
})

it("sums up a provider's notifications", async () => {
  const { notifications } = world.ledger
  const nothing = { last: null, lastActed: null, count: 0, rejected: 0 }
  expect(await notifications.summary("pp_ksher_th", start)).toEqual(nothing)
  const { notification } = await notifications.store(message("a"))
  await notifications.finish(notification.id, { result: "acted" })
  const acted = world.clock.now()
  world.clock.forward(minute)
  await notifications.store(message("b", { verified: false }))
  expect(await notifications.summary("pp_ksher_th", start)).toEqual({
    last: world.clock.now(),
    lastActed: acted,
    count: 2,
    rejected: 1,
  })
})

it("old ones go, in bounded steps, but none that is still to be acted on", async () => {
  const { notifications } = world.ledger
  const done = { nextTryAt: null, result: "acted" } as const
  const payment = await world.aPayment()
  for (const body of ["a", "b", "c"])
    await notifications.store(message(body, { ...done, paymentId: payment.id }))
  await notifications.store(message("due", { paymentId: payment.id }))
  world.clock.forward(90 * day)
  await notifications.store(message("young", { ...done, paymentId: payment.id }))
  const before = new Date(world.clock.now().getTime() - day)
  expect(await notifications.prune(before, 2)).toBe(2)
  expect(await notifications.prune(before, 2)).toBe(1)
  expect(await notifications.prune(before, 2)).toBe(0)
  expect(await notifications.ofPayment(payment.id)).toHaveLength(2)
})
