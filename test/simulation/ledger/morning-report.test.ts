import type { Report } from "../../../src/core"
import { reportInTheMorning } from "../../../src/services/settlement"
import type { HostPayment } from "../../../src/services/settlement"
import { openLedgerWorld, start, type LedgerWorld } from "./support"

let world: LedgerWorld
beforeAll(async () => {
  world = await openLedgerWorld("ledger_report")
})
beforeEach(() => world.empty())
afterAll(() => world.close())

const minute = 60_000
const hour = 60 * minute

/** It is ten o'clock in Bangkok on 30 March where the clock begins. */
const plan = { time: "08:00", timeZone: "Asia/Bangkok" }

const sent: { report: Report; key: string }[] = []
const days = () => sent.splice(0).map(({ report }) => report.day)
const logged: string[] = []
const booked = new Map<string, HostPayment>()
const unreadable = new Set<string>()
const deps = (ledger = world.ledger, fails = false) => ({
  ledger,
  host: {
    payment: (sessionId: string) =>
      unreadable.has(sessionId)
        ? Promise.reject(new Error("deadlock detected"))
        : Promise.resolve(booked.get(sessionId)),
    orderOf: () => Promise.resolve(undefined),
  },
  clock: world.clock,
  log: {
    info: () => undefined,
    warn: (line: string) => logged.push(line),
    error: (line: string) => logged.push(line),
  },
  send: (report: Report, key: string) => {
    sent.push({ report, key })
    return fails ? Promise.reject(new Error("mail is down")) : Promise.resolve()
  },
})

const paidAt = async (at: string, amount: number, channel = "truemoney") => {
  const payment = await world.aPayment("paid", { channel, amount })
  await world.ledger.payments.update(payment.id, { paidAmount: amount, paidAt: new Date(at) })
  return payment
}

it("counts the day before in the shop's own zone, and what waits now", async () => {
  await paidAt("2026-03-28T16:59:00Z", 1_000)
  await paidAt("2026-03-28T17:00:00Z", 20_000)
  await paidAt("2026-03-29T16:59:00Z", 3_000)
  const today = await paidAt("2026-03-29T17:00:00Z", 400)
  await world.ledger.payments.update(today.id, { attentionCode: "not_captured", attention: "Look." })
  const late = await paidAt("2026-03-01T00:00:00Z", 500, "promptpay")
  await world.database.query("update gateway_payment set state = 'paid_late' where id = ?", [late.id])
  await world.ledger.payments.update(late.id, { attentionCode: "late_held", attention: "Look." })
  const owed = await paidAt("2026-03-01T00:00:00Z", 9_000)
  await world.ledger.payments.update(owed.id, { attentionCode: "refund_refused", attention: "Look." })
  booked.set(owed.sessionId, {
    ...{ id: "pay_1", sessionId: owed.sessionId, collectionId: owed.collectionId ?? "", captured: "90" },
    refunds: [{ id: "ref_1", amount: "45.5", createdAt: start }],
  })
  await reportInTheMorning(deps(), plan)
  const key = { gateway: "ksher", currency: "thb", digits: 2 }
  const none = { payments: 0, taken: 0, refunds: 0, returned: 0 }
  expect(sent.splice(0)).toEqual([
    {
      key: "gateway-report:2026-03-29",
      report: {
        day: "2026-03-29",
        isCut: false,
        unread: 0,
        lines: [
          {
            ...{ ...key, channel: "promptpay", ...none },
            ...{ owedPayments: 0, owed: 0, latePayments: 1, late: 500, stuckPayments: 0 },
          },
          {
            ...{ ...key, channel: "truemoney", payments: 2, taken: 23_000, refunds: 0, returned: 0 },
            ...{ owedPayments: 1, owed: 4_550, latePayments: 0, late: 0, stuckPayments: 1 },
          },
        ],
      },
    },
  ])
})

it("a refund that waits for the shopper is owed, whether a person has to look at it or not", async () => {
  const asked = await paidAt("2026-03-01T00:00:00Z", 9_000, "promptpay")
  const seen = await paidAt("2026-03-01T00:00:00Z", 9_000, "promptpay")
  const sentOff = await paidAt("2026-03-01T00:00:00Z", 9_000, "promptpay")
  for (const [{ id }, amount] of [
    [asked, 2_000],
    [asked, 500],
    [seen, 3_000],
    [sentOff, 9_000],
  ] as const) {
    const { id: operation } = await world.ledger.operations.intendPayout(id, { amount })
    const link = { tokenHash: `hash_${operation}`, expiresAt: world.clock.now(), madeBy: null }
    await world.ledger.shopperPayouts.relink(operation, { linkId: null, givenAt: null }, link)
    if (id === sentOff.id)
      await world.database.query("update gateway_operation set state = 'unknown' where id = ?", [operation])
  }
  await world.ledger.payments.update(seen.id, { attentionCode: "payout_waits", attention: "Look." })
  await reportInTheMorning(deps(), plan)
  const [{ report } = { report: undefined }] = sent.splice(0)
  expect(report?.lines).toMatchObject([
    { channel: "promptpay", owedPayments: 2, owed: 5_500, stuckPayments: 0, latePayments: 0 },
  ])
})

it("a payment that cannot be read is counted and logged, and keeps no other out", async () => {
  for (const amount of [500, 700]) {
    const { id } = await paidAt("2026-03-29T10:00:00Z", amount)
    await world.ledger.payments.update(id, { attentionCode: "not_captured", attention: "Look." })
    if (amount === 500) unreadable.add((await world.ledger.payments.get(id))!.sessionId)
  }
  await reportInTheMorning(deps(), plan)
  unreadable.clear()
  const [{ report } = { report: undefined }] = sent.splice(0)
  expect(report).toMatchObject({ unread: 1, lines: [{ taken: 1_200, stuckPayments: 1 }] })
  expect(logged.splice(0)).toEqual([expect.stringMatching(/report_unread day=2026-03-29 payment=gpay_/)])
})

it("one report a day, from the hour on", async () => {
  await reportInTheMorning(deps(), plan)
  await reportInTheMorning(deps(), plan)
  expect(days()).toEqual(["2026-03-29"])
  world.clock.forward(22 * hour - minute)
  await reportInTheMorning(deps(), plan)
  expect(days()).toEqual([])
  world.clock.forward(minute)
  await reportInTheMorning(deps(), plan)
  expect(days()).toEqual(["2026-03-30"])
  expect(await world.database.query("select day from gateway_report")).toEqual([{ day: "2026-03-30" }])
})

it("of two processes that look at the same time one sends", async () => {
  await Promise.all([reportInTheMorning(deps(), plan), reportInTheMorning(deps(world.other), plan)])
  expect(days()).toHaveLength(1)
})

it("a process that dies while it sends leaves the report to the job, under the same key", async () => {
  const never = new Promise<void>(() => undefined)
  let begin: () => void = () => undefined
  const begun = new Promise<void>((resolve) => {
    begin = resolve
  })
  const dying = deps()
  void reportInTheMorning(
    {
      ...dying,
      send: (report, key) => {
        sent.push({ report, key })
        begin()
        return never
      },
    },
    plan,
  )
  await begun
  const [{ key } = { key: "" }] = sent.splice(0)
  await reportInTheMorning(deps(), plan)
  expect(days()).toEqual([])
  world.clock.forward(5 * minute)
  await reportInTheMorning(deps(), plan)
  expect(sent.splice(0).map((one) => one.key)).toEqual([key])
})

it("a channel that does not work is logged, left alone for an hour, and tried again", async () => {
  await reportInTheMorning(deps(world.ledger, true), plan)
  expect(days()).toHaveLength(1)
  expect(logged.splice(0)).toEqual([expect.stringMatching(/report_not_sent day=\d{4}-\d\d-\d\d/)])
  world.clock.forward(hour - minute)
  await reportInTheMorning(deps(), plan)
  expect(days()).toEqual([])
  world.clock.forward(minute)
  await reportInTheMorning(deps(), plan)
  expect(days()).toHaveLength(1)
})

it("says how many days of payouts are open, and is sent without them where they cannot be read", async () => {
  const openPayouts = jest.fn(() => Promise.resolve(2))
  await reportInTheMorning({ ...deps(), openPayouts }, plan)
  expect(sent.splice(0).map(({ report }) => report.openPayouts)).toEqual([2])

  world.clock.forward(24 * hour)
  openPayouts.mockRejectedValueOnce(new Error("deadlock detected"))
  logged.length = 0
  await reportInTheMorning({ ...deps(), openPayouts }, plan)
  expect(sent.splice(0).map(({ report }) => report.openPayouts)).toEqual([undefined])
  expect(logged.join()).toContain("payouts_not_read")
})
