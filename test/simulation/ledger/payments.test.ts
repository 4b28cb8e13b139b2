import { mayMove, states } from "../../../src/core"
import { aNewPayment, openLedgerWorld, soon, type LedgerWorld } from "./support"

let world: LedgerWorld
beforeAll(async () => (world = await openLedgerWorld("ledger_payments")))
beforeEach(() => world.empty())
afterAll(() => world.close())

const minute = 60_000

describe("a payment of a session", () => {
  it("is written once, whoever asks: the second gets the first one's", async () => {
    const wanted = aNewPayment()
    const made = await Promise.all(
      [world.ledger, world.other, world.ledger, world.other].map((ledger) =>
        ledger.payments.create(wanted, soon(world.clock)),
      ),
    )
    expect(made.filter(({ fresh }) => fresh)).toHaveLength(1)
    expect(new Set(made.map(({ payment }) => payment.id)).size).toBe(1)
  })

  it("keeps what it was opened with", async () => {
    const wanted = aNewPayment({
      gateway: "gnete",
      currency: "hkd",
      channel: "UP_OP",
      amount: 9_007_199_254_740_991,
    })
    const { payment } = await world.ledger.payments.create(wanted, soon(world.clock))
    expect(payment).toMatchObject({
      ...wanted,
      state: "created",
      paidAmount: 0,
      refundedAmount: 0,
      unwanted: null,
    })
    expect(await world.other.payments.get(payment.id)).toEqual(payment)
    expect(await world.other.payments.ofSession(wanted.sessionId)).toEqual(payment)
  })

  it("cannot carry a merchant number that the account has used before", async () => {
    const first = aNewPayment()
    await world.ledger.payments.create(first, soon(world.clock))
    const again = { ...aNewPayment(), number: first.number }
    await expect(world.ledger.payments.create(again, soon(world.clock))).rejects.toThrow(
      /gateway_payment_number/,
    )
    const elsewhere = { ...again, account: "mch2" }
    expect((await world.ledger.payments.create(elsewhere, soon(world.clock))).fresh).toBe(true)
  })
})

describe("a payment that is opened", () => {
  const operationsOf = (id: string) => world.ledger.operations.ofPayment(id)

  it("is written with its operation at once, whoever asks, and the second gets the first one's and no operation", async () => {
    const wanted = aNewPayment()
    const made = await Promise.all(
      [world.ledger, world.other, world.ledger].map((ledger) =>
        ledger.payments.open(wanted, soon(world.clock)),
      ),
    )
    const [first] = made.filter(({ operationId }) => operationId !== undefined)
    expect(made.filter(({ operationId }) => operationId !== undefined)).toHaveLength(1)
    expect(new Set(made.map(({ payment }) => payment.id)).size).toBe(1)
    expect(await operationsOf(made[0]?.payment.id ?? "")).toMatchObject([
      { id: first?.operationId, kind: "open", number: wanted.number, state: "sent", attempts: 1 },
    ])
  })

  it("shows its link, ends its operation and the row of payments that did not open, in one statement", async () => {
    const { payment, operationId = "" } = await world.ledger.payments.open(aNewPayment(), soon(world.clock))
    const account = { providerId: payment.providerId, account: payment.account }
    await world.ledger.facts.note(account, "not_opening", { detail: "no" })
    const action = { type: "redirect", url: "https://pay.example/1" } as const
    const opened = await world.ledger.payments.opened(
      payment,
      { id: operationId, gatewayNo: "G1" },
      { action },
    )
    expect(opened).toMatchObject({ state: "pending", action })
    expect(await operationsOf(payment.id)).toMatchObject([
      { state: "succeeded", gatewayNo: "G1", settledAt: world.clock.now() },
    ])
    expect(await world.ledger.facts.get(account, "not_opening")).toBeUndefined()
  })

  it("and was paid before the gateway's answer came stays paid, and its operation ends", async () => {
    const { payment, operationId = "" } = await world.ledger.payments.open(aNewPayment(), soon(world.clock))
    await world.ledger.payments.move(payment.id, "paid")
    const operation = { id: operationId, gatewayNo: undefined }
    expect(await world.ledger.payments.opened(payment, operation, { checks: 1 })).toBeUndefined()
    expect(await world.ledger.payments.get(payment.id)).toMatchObject({ state: "paid", checks: 0 })
    expect(await operationsOf(payment.id)).toMatchObject([{ state: "succeeded" }])
  })
})

describe("a look that found a payment as it was says when the next one is", () => {
  const next = () => soon(world.clock, 24 * 60 * minute)

  it("where nothing has happened meanwhile", async () => {
    const seen = await world.aPayment("paid")
    const { id } = seen
    const now = await world.ledger.payments.get(id)
    if (!now) throw new Error("The payment is gone.")
    const done = await world.ledger.payments.scheduleUnchanged(now, now.wakes, next())
    expect(done?.nextCheckAt).toEqual(next())
  })

  it.each<[string, (id: string) => Promise<unknown>]>([
    [
      "another process has had it",
      async (id) => (await world.other.leases.take({ id }, minute)) && undefined,
    ],
    ["somebody woke it", (id) => world.other.payments.wake(id, 60 * minute)],
    ["its state changed", (id) => world.other.payments.move(id, "refunded")],
    ["it stands under attention", (id) => world.other.payments.update(id, { attentionCode: "no_order" })],
    ["it is not wanted any more", (id) => world.other.payments.update(id, { unwanted: "not_owed" })],
    ["an earlier look was asked for", (id) => world.other.payments.update(id, { dueBy: world.clock.now() })],
    ["a refund was written", (id) => world.other.operations.intend(id, { kind: "refund", amount: 1 })],
  ])("not where %s meanwhile", async (_, happens) => {
    const { id } = await world.aPayment("paid")
    const seen = await world.ledger.payments.get(id)
    if (!seen) throw new Error("The payment is gone.")
    await happens(id)
    const before = await world.ledger.payments.get(id)
    expect(await world.ledger.payments.scheduleUnchanged(seen, seen.wakes, next())).toBeUndefined()
    expect(await world.ledger.payments.get(id)).toEqual(before)
  })
})

describe("an order that was placed", () => {
  it("is noted with the payments of its collections and sessions, and one that was given back before is looked at", async () => {
    const [of, given, other] = [
      await world.aPayment("paid"),
      await world.aPayment("paid"),
      await world.aPayment(),
    ]
    await world.ledger.payments.update(given.id, { refundedAmount: 1 })
    await world.ledger.payments.noteOrder("order_1", {
      collectionIds: [of.collectionId ?? ""],
      sessionIds: [given.sessionId],
    })
    const now = world.clock.now()
    expect(await world.ledger.payments.get(of.id)).toMatchObject({ orderId: "order_1", wakes: of.wakes })
    expect(await world.ledger.payments.get(given.id)).toMatchObject({
      ...{ orderId: "order_1", wakes: given.wakes + 1, nextCheckAt: now },
    })
    expect(await world.ledger.payments.get(other.id)).toMatchObject({ orderId: null })
    await world.ledger.payments.noteOrder("order_2", { collectionIds: [], sessionIds: [] })
    expect(await world.ledger.payments.get(other.id)).toMatchObject({ orderId: null })
  })
})

describe("a state is moved by the table of moves, as a compare-and-set", () => {
  it.each(states.flatMap((from) => states.map((to) => [from, to] as const)))("%s → %s", async (from, to) => {
    const { id } = await world.aPayment(from)
    const moved = await world.ledger.payments.move(id, to, { refundedAmount: 1, settledBy: "outside" })
    const now = await world.ledger.payments.get(id)
    if (mayMove(from, to)) {
      expect(moved).toMatchObject({ state: to, refundedAmount: 1, settledBy: "outside" })
      expect(now).toEqual(moved)
    } else {
      expect(moved).toBeUndefined()
      expect(now).toMatchObject({ state: from, refundedAmount: 0, settledBy: null })
    }
  })

  it("of a close and a payment at the same instant one wins, and the payment then is late", async () => {
    for (let round = 0; round < 20; round++) {
      const { id } = await world.aPayment("pending")
      const [paid, closed] = await Promise.all([
        world.ledger.payments.move(id, "paid"),
        world.other.payments.move(id, "void"),
      ])
      expect([paid, closed].filter(Boolean)).toHaveLength(1)
      expect(Boolean(await world.ledger.payments.move(id, "paid_late"))).toBe(true)
    }
  })

  it("without a state given, columns are set and the state stays", async () => {
    const { id } = await world.aPayment("paid")
    const patch = { orderId: "order_1", action: { type: "qr" as const, content: "000201" }, attention: null }
    expect(await world.ledger.payments.update(id, patch)).toMatchObject({ ...patch, state: "paid" })
    expect(await world.ledger.payments.update(id, { action: null })).toMatchObject({
      action: null,
      orderId: "order_1",
    })
  })

  it("a row that is not there is an error, not a silence", async () => {
    await expect(world.ledger.payments.update("gpay_none", { checks: 1 })).rejects.toThrow(/gpay_none/)
    expect(await world.ledger.payments.move("gpay_none", "paid")).toBeUndefined()
  })

  it("an amount below zero cannot be written", async () => {
    const { id } = await world.aPayment("paid")
    await expect(world.ledger.payments.update(id, { refundedAmount: -1 })).rejects.toThrow(/check constraint/)
  })
})

describe("a lease", () => {
  it("is held by one, however many ask at once", async () => {
    const { id } = await world.aPayment()
    const asked = await Promise.all(
      Array.from({ length: 12 }, (_, i) => (i % 2 ? world.ledger : world.other).leases.take({ id }, minute)),
    )
    expect(asked.filter(Boolean)).toHaveLength(1)
  })

  it("can be taken again once it is given back", async () => {
    const { id } = await world.aPayment()
    const first = await world.ledger.leases.take({ id }, minute)
    expect(await world.other.leases.take({ id }, minute)).toBeUndefined()
    if (first) await world.ledger.leases.release(first)
    expect(await world.other.leases.take({ id }, minute)).toBeDefined()
  })

  it("of a dead process runs out by the clock, and not before", async () => {
    const { id } = await world.aPayment()
    await world.ledger.leases.take({ id }, minute)
    world.clock.forward(minute - 1)
    expect(await world.other.leases.take({ id }, minute)).toBeUndefined()
    world.clock.forward(1)
    expect(await world.other.leases.take({ id }, minute)).toBeDefined()
  })

  it("is not given back by one who has lost it", async () => {
    const { id } = await world.aPayment()
    const lost = await world.ledger.leases.take({ id }, minute)
    world.clock.forward(minute)
    const held = await world.other.leases.take({ id }, minute)
    if (lost) await world.ledger.leases.release(lost)
    expect(await world.ledger.leases.take({ id }, minute)).toBeUndefined()
    if (held) await world.other.leases.release(held)
    expect(await world.ledger.leases.take({ id }, minute)).toBeDefined()
  })

  it("shows the payment as it is when the lease is taken", async () => {
    const { id } = await world.aPayment()
    await world.other.payments.move(id, "pending", { gatewayNo: "K1" })
    expect((await world.ledger.leases.take({ id }, minute))?.payment).toMatchObject({
      state: "pending",
      gatewayNo: "K1",
    })
  })
})

describe("what is due", () => {
  const someDue = async (many: number) => {
    for (let i = 0; i < many; i++) await world.aPayment()
    world.clock.forward(2 * minute)
  }

  it("is handed to one claimant each, on several instances at once", async () => {
    await someDue(60)
    const claims = await Promise.all(
      Array.from({ length: 10 }, (_, i) => (i % 2 ? world.ledger : world.other).payments.claimDue(7, minute)),
    )
    const ids = claims.flat().map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    const rest = await world.ledger.payments.claimDue(100, minute)
    expect(new Set([...ids, ...rest.map(({ id }) => id)]).size).toBe(60)
  })

  it("is not waited for where another claimant has it in hand", async () => {
    await someDue(4)
    await world.ledger.together(async (inside) => {
      const held = await inside.payments.claimDue(3, minute)
      // The transaction that holds the three is still open: another claimant goes past them.
      const others = await world.other.payments.claimDue(10, minute)
      expect(held).toHaveLength(3)
      expect(others).toHaveLength(1)
    })
  })

  it("comes up again when its claimant has died, and counts its checks", async () => {
    await someDue(1)
    expect(await world.ledger.payments.claimDue(10, 10 * minute)).toMatchObject([{ checks: 1 }])
    world.clock.forward(10 * minute - 1)
    expect(await world.other.payments.claimDue(10, 10 * minute)).toEqual([])
    world.clock.forward(1)
    expect(await world.other.payments.claimDue(10, 10 * minute)).toMatchObject([{ checks: 2 }])
  })

  it("is the oldest first, and nothing that is at rest or not due yet", async () => {
    const [late, early, resting, future] = [
      await world.aPayment(),
      await world.aPayment(),
      await world.aPayment(),
      await world.aPayment(),
    ]
    const due = (ms: number) => new Date(world.clock.now().getTime() + ms)
    await world.ledger.payments.update(late.id, { nextCheckAt: due(2) })
    await world.ledger.payments.update(early.id, { nextCheckAt: due(1) })
    await world.ledger.payments.update(resting.id, { nextCheckAt: null })
    await world.ledger.payments.update(future.id, { nextCheckAt: due(10 * minute) })
    world.clock.forward(minute)
    expect((await world.ledger.payments.claimDue(1, minute)).map(({ id }) => id)).toEqual([early.id])
    expect((await world.ledger.payments.claimDue(9, minute)).map(({ id }) => id)).toEqual([late.id])
  })
})

it("short transactions hold together: what is written inside is gone when they fail", async () => {
  const { id } = await world.aPayment("pending")
  const attempt = world.ledger.together(async (inside) => {
    await inside.payments.move(id, "paid")
    throw new Error("cut")
  })
  await expect(attempt).rejects.toThrow("cut")
  expect(await world.ledger.payments.get(id)).toMatchObject({ state: "pending" })
})

it("pages through what is unsettled or young in the order of the ids", async () => {
  const [young, old, oldButDue] = [await world.aPayment(), await world.aPayment(), await world.aPayment()]
  const longAgo = new Date("2025-01-01T00:00:00Z")
  const since = new Date("2026-01-01T00:00:00Z")
  await world.ledger.payments.update(young.id, { nextCheckAt: null })
  for (const { id } of [old, oldButDue])
    await world.database.query("update gateway_payment set created_at = ? where id = ?", [longAgo, id])
  await world.ledger.payments.update(old.id, { nextCheckAt: null })

  const wanted = [young.id, oldButDue.id].sort()
  const pages: string[] = []
  for (let after = ""; ;) {
    const page = await world.ledger.payments.unsettledAfter(after, since, 1)
    if (!page[0]) break
    after = page[0].id
    pages.push(after)
  }
  expect(pages).toEqual(wanted)
})

describe("a payment is found", () => {
  it("by merchant number, or Ksher's inner number, within its provider entry only", async () => {
    const payment = await world.aPayment("pending")
    await world.ledger.payments.update(payment.id, { gatewayNo: "K1", payNo: "P1" })
    const find = (number: string, provider = "pp_ksher_th") =>
      world.ledger.payments.ofNumber(provider, number)
    for (const number of [payment.number, "P1"]) {
      expect(await find(number)).toMatchObject({ id: payment.id })
      expect(await find(number, "pp_ksher_my")).toBeUndefined()
    }
    expect(await find("K1")).toBeUndefined()
    expect(await find("\0")).toBeUndefined()
  })

  it("and by its order, its collection or its session", async () => {
    const payment = await world.aPayment()
    const { payments } = world.ledger
    await payments.update(payment.id, { orderId: "order_1" })
    const ids = (found: { id: string }[]) => found.map(({ id }) => id)
    const of = (collectionIds: string[], sessionIds: string[] = []) => ({ collectionIds, sessionIds })
    expect(ids(await payments.ofOrder("order_1"))).toEqual([payment.id])
    expect(ids(await payments.ofOrder("order_2", of(["pay_col_x", payment.collectionId ?? ""])))).toEqual([
      payment.id,
    ])
    expect(ids(await payments.ofOrder("order_2", of([], [payment.sessionId, "payses_x"])))).toEqual([
      payment.id,
    ])
    expect(ids(await payments.ofOrder("order_2"))).toEqual([])
  })
})
