import { createHash } from "node:crypto"
import type { Fate, Names, NewNotification } from "../../../src/services/ledger"
import { openLedgerWorld, soon, start, type LedgerWorld } from "./support"

let world: LedgerWorld
beforeAll(async () => (world = await openLedgerWorld("ledger_notifications")))
beforeEach(() => world.empty())
afterAll(() => world.close())

const minute = 60_000
const day = 24 * 60 * minute

const message = (body: string, patch: Partial<NewNotification> = {}): NewNotification => ({
  providerId: "pp_ksher_th",
  names: {},
  about: "payment",
  verified: true,
  reason: null,
  code: null,
  state: "SUCCESS",
  orderNo: "1",
  gatewayNo: "K1",
  refundNo: null,
  amount: 10_000,
  currency: "thb",
  ours: received(),
  nobodys: received(),
  bodyHash: createHash("sha256").update(body).digest("hex"),
  bound: { atMost: 100, since: start },
  ...patch,
})

const received = (): Fate => ({ result: "received", message: null, nextTryAt: soon(world.clock) })
const done: Fate = { result: "acted", message: null, nextTryAt: null }
const rejected = { verified: false, reason: "wrong", code: "bad_signature" } as const

async function store(body: string, patch: Partial<NewNotification> = {}, ledger = world.ledger) {
  const { stored } = await ledger.notifications.store(message(body, patch))
  if (!stored) throw new Error(`"${body}" was not stored.`)
  return stored
}

it("the same bytes are one notification, however often and wherever they come in", async () => {
  const stored = await Promise.all(
    [world.ledger, world.other, world.ledger, world.other].map((ledger) => store("same", {}, ledger)),
  )
  expect(stored.filter(({ fresh }) => fresh)).toHaveLength(1)
  expect(new Set(stored.map(({ notification }) => notification.id)).size).toBe(1)
  expect(stored.map(({ notification }) => notification.deliveries).sort()).toEqual([1, 2, 3, 4])
})

it("other bytes are another, and so are the same for another provider entry", async () => {
  await store("same")
  expect(await store("other")).toMatchObject({ fresh: true })
  expect(await store("same", { providerId: "pp_ksher_my" })).toMatchObject({ fresh: true })
})

it("a repeated delivery changes nothing of what was stored and done", async () => {
  const { notifications } = world.ledger
  const { notification } = await store("same")
  await notifications.finish(notification.id, { result: "acted" })
  const again = await store("same", { state: "OTHER" })
  expect(again.notification).toMatchObject({ result: "acted", state: "SUCCESS", deliveries: 2, tries: 1 })
  world.clock.forward(2 * minute)
  expect(await notifications.claimDue(10, minute)).toEqual([])
})

it("one that was refused, and verifies when it comes again, is new: the shop has put its key right", async () => {
  const { notifications } = world.ledger
  const payment = await world.aPayment()
  const names = { number: payment.number }
  const refused = { ...rejected, names, ours: { result: "ignored", message: null, nextTryAt: null } as const }
  const first = await store("same", refused)
  expect(first.notification).toMatchObject({ verified: false, reason: "wrong", code: "bad_signature" })
  const again = await Promise.all(
    [world.ledger, world.other].map((ledger) => store("same", { names }, ledger)),
  )
  expect(again.filter(({ fresh }) => fresh)).toHaveLength(1)
  for (const { notification } of again)
    expect(notification).toMatchObject({
      id: first.notification.id,
      verified: true,
      reason: null,
      code: null,
      result: "received",
      paymentId: payment.id,
    })
  world.clock.forward(2 * minute)
  expect(await notifications.claimDue(10, minute)).toHaveLength(1)
  expect(await store("same", refused)).toMatchObject({ fresh: false, notification: { verified: true } })
})

it("what was stored and not acted on is handed to one claimant each", async () => {
  for (let i = 0; i < 40; i++) await store(`${i}`)
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
  await store("a")
  world.clock.forward(2 * minute)
  expect(await notifications.claimDue(10, 10 * minute)).toHaveLength(1)
  world.clock.forward(10 * minute - 1)
  expect(await world.other.notifications.claimDue(10, minute)).toEqual([])
  world.clock.forward(1)
  expect(await world.other.notifications.claimDue(10, minute)).toHaveLength(1)
})

it("a claimant goes past what another holds in an open transaction", async () => {
  for (const body of ["a", "b", "c"]) await store(body)
  world.clock.forward(2 * minute)
  await world.ledger.together(async (inside) => {
    expect(await inside.notifications.claimDue(2, minute)).toHaveLength(2)
    expect(await world.other.notifications.claimDue(10, minute)).toHaveLength(1)
  })
})

it("acting is counted, the payment it turned out to be about is kept, and a failure is due again", async () => {
  const { notifications } = world.ledger
  const payment = await world.aPayment()
  const { notification } = await store("a")
  const failure = {
    result: "failed",
    message: "Somebody is at it.",
    code: "busy",
    nextTryAt: soon(world.clock),
    paymentId: payment.id,
  } as const
  await notifications.finish(notification.id, failure)
  expect(await notifications.ofPayment(payment.id)).toMatchObject([
    { result: "failed", message: "Somebody is at it.", code: "busy", tries: 1 },
  ])
  world.clock.forward(2 * minute)
  expect(await notifications.claimDue(10, minute)).toHaveLength(1)
  await notifications.finish(notification.id, { result: "acted" })
  expect(await notifications.ofPayment(payment.id)).toMatchObject([
    { result: "acted", message: null, code: null, tries: 2 },
  ])
})

describe("a message is about", () => {
  const named = async (names: Names, providerId = "pp_ksher_th") =>
    (
      await world.ledger.notifications.store(
        message(JSON.stringify([names, providerId]), { names, providerId }),
      )
    ).paymentId

  it("the payment of its numbers: the merchant's, Ksher's inner one, the gateway's; in its provider entry only", async () => {
    const payment = await world.aPayment("pending")
    await world.ledger.payments.update(payment.id, { gatewayNo: "K1", payNo: "P1" })
    for (const names of [
      { number: payment.number },
      { number: "P1" },
      { gatewayNo: "K1" },
      { number: "unknown", gatewayNo: "K1", returnNumber: "unknown" },
    ]) {
      expect(await named(names)).toBe(payment.id)
      expect(await named(names, "pp_ksher_my")).toBeNull()
    }
    expect(await named({})).toBeNull()
    expect(await named({ number: "K1" })).toBeNull()
  })

  it("the payment of the refund or reversal it names, never of an open or a close", async () => {
    const { id, number } = await world.aPayment("paid")
    const { operations } = world.ledger
    await operations.intend(id, { kind: "open", number: `O${number}` })
    const refund = await operations.intend(id, { kind: "refund", amount: 1 })
    await operations.conclude(refund.id, { state: "succeeded", gatewayNo: "RG1" })
    expect(await named({ returnNumber: refund.number })).toBe(id)
    expect(await named({ returnNumber: "x", returnGatewayNo: "RG1" })).toBe(id)
    expect(await named({ returnNumber: refund.number }, "pp_ksher_my")).toBeNull()
    expect(await named({ returnNumber: `O${number}` })).toBeNull()
  })

  it("the payment of its own number, where another number of it fits another payment", async () => {
    const [own, other] = [await world.aPayment("paid"), await world.aPayment("paid")]
    await world.ledger.payments.update(other.id, { gatewayNo: "K1", payNo: own.number })
    expect(await named({ number: own.number, gatewayNo: "K1" })).toBe(own.id)
  })

  it("and becomes what was said for one of ours, or for nobody's", async () => {
    const payment = await world.aPayment("pending")
    const nobodys = { ...done, result: "ignored", message: "Not ours." } as const
    const ours = await store("ours", { nobodys, names: { number: payment.number } })
    expect(ours.notification).toMatchObject({ result: "received", message: null, paymentId: payment.id })
    const strange = await store("strange", { nobodys, names: { number: "x" } })
    expect(strange.notification).toMatchObject({ result: "ignored", message: "Not ours.", paymentId: null })
    world.clock.forward(2 * minute)
    const due = await world.ledger.notifications.claimDue(10, minute)
    expect(due.map(({ id }) => id)).toEqual([ours.notification.id])
  })
})

describe("a message is not stored where too many were since a moment", () => {
  const most = async (atMost: number, since: Date, patch: Partial<NewNotification> = {}) => {
    let count = 0
    for (let i = 0; i < 10; i++) {
      const delivery = message(`${JSON.stringify(patch)}${i}`, { ...patch, bound: { atMost, since } })
      const { stored, paymentId } = await world.ledger.notifications.store(delivery)
      if (stored) count++
      else expect(paymentId !== null).toBe(Boolean(patch.names?.number))
    }
    return count
  }

  it("a rejected one: rejects of its provider entry, whoever they name", async () => {
    const payment = await world.aPayment()
    await store("before", rejected)
    world.clock.forward(minute)
    const since = world.clock.now()
    await store("verified")
    await store("a", { ...rejected, names: { number: payment.number } })
    await store("elsewhere", { ...rejected, providerId: "pp_ksher_my" })
    expect(await most(4, since, rejected)).toBe(3)
  })

  it("a verified one: verified ones about the same payment", async () => {
    const payment = await world.aPayment()
    const another = await world.aPayment()
    const about = { names: { number: payment.number } }
    await store("before", about)
    world.clock.forward(minute)
    const since = world.clock.now()
    await store("a", about)
    await store("forged", { ...about, ...rejected })
    await store("stranger")
    await store("another", { names: { number: another.number } })
    expect(await most(4, since, about)).toBe(3)
  })

  it("a verified one about none of ours: verified ones of its provider entry about none", async () => {
    const payment = await world.aPayment()
    const since = world.clock.now()
    await store("a")
    await store("forged", rejected)
    await store("ours", { names: { number: payment.number } })
    await store("elsewhere", { providerId: "pp_ksher_my" })
    expect(await most(4, since)).toBe(3)
  })
})

describe("what comes in at once", () => {
  const bodies = (count: number, prefix: string) => Array.from({ length: count }, (_, i) => `${prefix}${i}`)
  const storeAtOnce = (messages: NewNotification[]) =>
    Promise.all(messages.map((one) => world.ledger.notifications.store(one)))

  it("is stored one by one all the same: each has its own row, payment and fate", async () => {
    const [mine, other] = [await world.aPayment("pending"), await world.aPayment("pending")]
    const nobodys = { ...done, result: "ignored" } as const
    const answers = await storeAtOnce([
      message("mine", { nobodys, names: { number: mine.number } }),
      message("stray", { nobodys }),
      message("other", { nobodys, names: { number: other.number } }),
      message("elsewhere", { nobodys, names: { number: other.number }, providerId: "pp_ksher_my" }),
      message("forged", { ...rejected, nobodys, ours: nobodys, names: { number: mine.number } }),
    ])
    expect(answers.map(({ paymentId }) => paymentId)).toEqual([mine.id, null, other.id, null, mine.id])
    expect(answers.map(({ stored }) => [stored?.notification.result, stored?.notification.verified])).toEqual(
      [
        ["received", true],
        ["ignored", true],
        ["received", true],
        ["ignored", true],
        ["ignored", false],
      ],
    )
    expect(new Set(answers.map(({ stored }) => stored?.notification.id)).size).toBe(5)
  })

  it("is one row with all its deliveries where it is the same, and new to one of them", async () => {
    const before = await store("known")
    const answers = await storeAtOnce(
      [...Array<string>(30).fill("new"), ...Array<string>(30).fill("known")].map((body) => message(body)),
    )
    expect(answers.filter(({ stored }) => stored?.fresh)).toEqual([answers[0]])
    expect(await store("new")).toMatchObject({ fresh: false, notification: { deliveries: 31 } })
    expect(await store("known")).toMatchObject({
      fresh: false,
      notification: { id: before.notification.id, deliveries: 32 },
    })
  })

  it("counts against the bound with what came in with it", async () => {
    const bound = { atMost: 7, since: start }
    const payment = await world.aPayment()
    const about = { bound, names: { number: payment.number } }
    for (const patch of [{ bound, ...rejected }, { bound }, about]) {
      const answers = await storeAtOnce(bodies(60, JSON.stringify(patch)).map((body) => message(body, patch)))
      expect(answers.filter(({ stored }) => stored)).toHaveLength(7)
    }
  })

  it("is taken for genuine where the same bytes were read once as forged and once as genuine", async () => {
    const answers = await storeAtOnce([
      message("first"),
      message("same", rejected),
      message("same"),
      message("same", rejected),
    ])
    expect(answers.map(({ stored }) => stored?.fresh)).toEqual([true, true, true, false])
    expect(await store("same")).toMatchObject({
      fresh: false,
      notification: { verified: true, reason: null, code: null },
    })
  })

  it("is new to whoever brought it, also where another of the batch could not be accepted late", async () => {
    await store("refused before", rejected)
    const { query } = world.database
    jest
      .spyOn(world.database, "query")
      .mockImplementation((sql, bindings) =>
        sql.includes("set verified = true")
          ? Promise.reject(new Error("connection lost"))
          : query(sql, bindings),
      )
    const bodies = ["first", "a", "refused before", "b"]
    const answers = await Promise.allSettled(
      bodies.map((body) => world.ledger.notifications.store(message(body))),
    )
    jest.restoreAllMocks()
    expect(answers.map((answer) => answer.status === "fulfilled" && answer.value.stored?.fresh)).toEqual([
      true,
      true,
      false,
      true,
    ])
    expect(await store("refused before")).toMatchObject({ fresh: true, notification: { verified: true } })
  })

  it("is stored beside one that cannot be", async () => {
    const messages = [message("a"), message("b", { orderNo: "a\0b" }), message("c"), message("d")]
    const answers = await Promise.allSettled(messages.map((one) => world.ledger.notifications.store(one)))
    expect(answers.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled", "fulfilled"])
    for (const body of ["a", "c", "d"])
      expect(await store(body)).toMatchObject({ notification: { deliveries: 2 } })
  })
})

it("sums up a provider's notifications", async () => {
  const { notifications } = world.ledger
  const nothing = { last: null, lastActed: null, count: 0, rejected: 0 }
  expect(await notifications.summary("pp_ksher_th", start)).toEqual(nothing)
  const { notification } = await store("a")
  await notifications.finish(notification.id, { result: "acted" })
  const acted = world.clock.now()
  world.clock.forward(minute)
  await store("b", { verified: false })
  expect(await notifications.summary("pp_ksher_th", start)).toEqual({
    last: world.clock.now(),
    lastActed: acted,
    count: 2,
    rejected: 1,
  })
})

describe("the kept counts", () => {
  const counted = async (provider: string, since: Date) => {
    const [row] = await world.database.query<{ count: string; rejected: string }>(
      `select count(*) as count, count(*) filter (where not verified) as rejected
       from gateway_notification where provider_id = ? and created_at >= ?`,
      [provider, since],
    )
    return { count: Number(row?.count), rejected: Number(row?.rejected) }
  }
  const shown = async (provider: string, since: Date) => {
    const { count, rejected } = await world.ledger.notifications.summary(provider, since)
    return { count, rejected }
  }
  const rows = () =>
    world.database.query<{ slot: Date }>(
      "select * from gateway_notification_count order by slot, provider_id",
    )

  it("are those of the rows, wherever the day begins, folded or not", async () => {
    for (let i = 0; i < 60; i++) {
      const patch = { ...(i % 3 ? {} : rejected), ...(i % 5 ? {} : { providerId: "pp_gnete_hk" }) }
      await store(`body ${i}`, { ...patch, ours: done, nobodys: done })
      world.clock.forward(7 * minute + 321)
      if (i === 40) await world.ledger.notifications.foldCounts(start)
    }
    for (let fold = 0; fold < 2; fold++) {
      for (let from = 0; from < 8 * 60; from += 3)
        for (const provider of ["pp_ksher_th", "pp_gnete_hk", "pp_ksher_my"]) {
          const since = new Date(start.getTime() + from * minute + 17)
          expect([from, await shown(provider, since)]).toEqual([from, await counted(provider, since)])
        }
      await world.ledger.notifications.foldCounts(start)
    }
  })

  it("follow what is accepted late, and what goes", async () => {
    await store("refused before", rejected)
    await store("another", rejected)
    await store("refused before")
    expect(await shown("pp_ksher_th", start)).toEqual({ count: 2, rejected: 1 })
    await world.database.query("delete from gateway_notification where not verified")
    expect(await shown("pp_ksher_th", start)).toEqual({ count: 1, rejected: 0 })
  })

  it("are right beside many that store and fold at once, and none waits for another's row", async () => {
    const storing = [world.ledger, world.other].flatMap((ledger, of) =>
      Array.from({ length: 60 }, (_, i) => store(`${of} ${i}`, i % 4 ? {} : rejected, ledger)),
    )
    const folding = [world.ledger, world.other, world.ledger].map(({ notifications }) =>
      notifications.foldCounts(start),
    )
    await Promise.all([...storing, ...folding])
    expect(await shown("pp_ksher_th", start)).toEqual({ count: 120, rejected: 30 })
    // A storing transaction that is open holds up nobody else.
    await world.database.transaction(async (inside) => {
      await inside.query(
        `insert into gateway_notification (id, provider_id, body_hash, verified, result, created_at, updated_at)
         values ('gnot_open', 'pp_ksher_th', 'open', true, 'acted', ?, ?)`,
        [start, start],
      )
      await store("beside it", {}, world.other)
      await world.other.notifications.foldCounts(start)
      expect(await shown("pp_ksher_th", start)).toEqual({ count: 121, rejected: 30 })
    })
    expect(await shown("pp_ksher_th", start)).toEqual({ count: 122, rejected: 30 })
  })

  it("are one row for each slot once folded, and gone after their time", async () => {
    for (let i = 0; i < 5; i++) await store(`body ${i}`)
    world.clock.forward(10 * minute)
    for (let i = 5; i < 9; i++) await store(`body ${i}`)
    expect(await rows()).toHaveLength(9)
    const { notifications } = world.ledger
    await notifications.foldCounts(start)
    await notifications.foldCounts(start)
    expect(await rows()).toMatchObject([
      { received: "5", folded: true },
      { received: "4", folded: true },
    ])
    const slot = 10 * minute
    await notifications.foldCounts(new Date(Math.floor(world.clock.now().getTime() / slot) * slot))
    expect(await rows()).toMatchObject([{ received: "4" }])
  })
})

it("old ones go, in bounded steps, but none that is still to be acted on", async () => {
  const { notifications } = world.ledger
  const payment = await world.aPayment()
  const about = { names: { number: payment.number } }
  for (const body of ["a", "b", "c"]) await store(body, { ...about, ours: done })
  await store("due", about)
  world.clock.forward(90 * day)
  await store("young", { ...about, ours: done })
  const before = new Date(world.clock.now().getTime() - day)
  expect(await notifications.prune(before, 2)).toBe(2)
  expect(await notifications.prune(before, 2)).toBe(1)
  expect(await notifications.prune(before, 2)).toBe(0)
  expect(await notifications.ofPayment(payment.id)).toHaveLength(2)
})

it("is acted on once more when a person asks, where it verified and names a payment", async () => {
  const { notifications } = world.ledger
  const payment = await world.aPayment()
  const ours = { names: { number: payment.number } }
  const { notification } = await store("acted on", { ...ours, ours: done })
  expect(await notifications.claimDue(10, minute)).toEqual([])
  expect(await notifications.replay(notification.id)).toBe(true)
  expect(await notifications.claimDue(10, minute)).toMatchObject([{ id: notification.id }])
  await notifications.postpone(notification.id, new Date(world.clock.now().getTime() + 60 * minute))
  world.clock.forward(10 * minute)
  expect(await notifications.claimDue(10, minute)).toEqual([])

  const forged = await store("forged", { ...ours, ...rejected, ours: done })
  const stranger = await store("nobody's", { nobodys: done })
  for (const { id } of [forged.notification, stranger.notification])
    expect(await notifications.replay(id)).toBe(false)
})

it("a flood of what nobody signed hides no genuine one from the payment's page", async () => {
  const { notifications } = world.ledger
  const payment = await world.aPayment()
  const about = { names: { number: payment.number } }
  await store("first", { ...about, ours: done })
  for (let sent = 0; sent < 60; sent++) await store(`forged ${sent}`, { ...about, ...rejected })
  world.clock.forward(minute)
  await store("last", { ...about, ours: done })
  const shown = await notifications.ofPayment(payment.id)
  expect(shown.filter(({ verified }) => verified)).toHaveLength(2)
  expect(shown.filter(({ verified }) => !verified)).toHaveLength(20)
  expect(shown.at(-1)).toMatchObject({ verified: true })
  expect(shown.map(({ createdAt }) => createdAt.getTime())).toEqual(
    shown.map(({ createdAt }) => createdAt.getTime()).toSorted((one, other) => one - other),
  )
})
