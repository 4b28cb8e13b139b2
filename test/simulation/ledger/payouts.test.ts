import type { SettlementLine } from "../../../src/core"
import { aNewPayment, openLedgerWorld, type LedgerWorld } from "./support"

let world: LedgerWorld
beforeAll(async () => (world = await openLedgerWorld("payouts")))
beforeEach(() => world.empty())
afterAll(() => world.close())

const th = { gateway: "ksher", account: "mch1" } as const
const thb = { currency: "thb", digits: 2 }
const november = { from: "2026-11-01", to: "2026-11-30" }
const line = (changes: Partial<SettlementLine> = {}): SettlementLine => ({
  ...{
    begin: "2026-11-02",
    end: "2026-11-02",
    channel: "promptpay",
    reference: "",
    amount: 5_000,
    fee: 10,
    vat: 1,
  },
  ...{ settlesOn: "2026-11-03", transferred: 0, transferredOn: null },
  ...changes,
})
/** Row by row, as the table has them: the ledger adds them up. */
const amounts = async () => {
  const rows = await world.database.query<{ amount: string }>(
    `select amount from gateway_settlement where account = ? and unlisted_at is null
     order by begin_day, end_day, channel, currency_code, reference, part`,
    [th.account],
  )
  return rows.map(({ amount }) => Number(amount))
}

describe("what a gateway answers", () => {
  const keep = (lines: SettlementLine[], asked: object = {}) =>
    world.ledger.payouts.keep(th, { ...november, ...asked }, lines, thb)

  it("is kept once, however often it is answered, and as it was answered last", async () => {
    await keep([line(), line({ channel: "card" })])
    await Promise.all([keep([line(), line({ channel: "card" })]), keep([line(), line({ channel: "card" })])])
    expect(await amounts()).toEqual([5_000, 5_000])
    await keep([line({ transferred: 4_989, transferredOn: "2026-11-03" }), line({ channel: "card" })])
    expect((await world.ledger.payouts.lines(th, november)).map(({ transferred }) => transferred)).toEqual([
      0, 4_989,
    ])
  })

  it("two lines of one day and channel are two lines", async () => {
    await keep([line(), line({ amount: 7 })])
    await keep([line(), line({ amount: 7 })])
    expect(await amounts()).toEqual([5_000, 7])
  })

  it("a line that is gone is not counted, and counts again when it is back; of other days and channels nothing is said", async () => {
    await keep([line(), line({ begin: "2026-11-05", end: "2026-11-05", amount: 6_000 })])
    await keep([], { to: "2026-11-03", channel: "card" })
    expect(await amounts()).toEqual([5_000, 6_000])
    await keep([], { to: "2026-11-03" })
    expect(await amounts()).toEqual([6_000])
    await keep([line()], { to: "2026-11-03" })
    expect(await amounts()).toEqual([5_000, 6_000])
  })
})

it("a statement that is imported again doubles nothing, and a corrected line stands as it came last", async () => {
  const lines = [line({ reference: "P1" }), line({ reference: "P2" })].map((one) => ({ ...one, ...thb }))
  expect(await world.ledger.payouts.importLines(th, lines)).toEqual({ added: 2, changed: 0, unchanged: 0 })
  expect(await world.ledger.payouts.importLines(th, lines)).toEqual({ added: 0, changed: 0, unchanged: 2 })
  const corrected = [{ ...line({ reference: "P2", amount: 1 }), ...thb }]
  expect(await world.ledger.payouts.importLines(th, corrected)).toEqual({
    added: 0,
    changed: 1,
    unchanged: 0,
  })
  expect(await amounts()).toEqual([5_000, 1])
  // What the gateway answers says nothing about the lines of a statement.
  await world.ledger.payouts.keep(th, november, [], thb)
  expect(await amounts()).toEqual([5_000, 1])
})

it("what the ledger holds is told by the account's hour, and what went back by other means is left out", async () => {
  const { payment } = await world.ledger.payments.create(
    { ...aNewPayment(), account: "mch1", channel: "promptpay" },
    new Date(),
  )
  const paidAt = new Date("2026-11-02T18:30:00Z")
  await world.ledger.payments.update(payment.id, { paidAmount: 10_000, paidAt })
  const returned = { amount: 400 }
  const record = (number: string, byHand?: "other") =>
    world.ledger.operations.recordOutside(payment.id, {
      kind: "refund",
      number,
      ...returned,
      ...(byHand && { byHand }),
    })
  await record("R1")
  await record("R2", "other")
  await world.database.query("update gateway_operation set settled_at = ?", [paidAt])
  const days = { from: "2026-11-01", to: "2026-11-05" }
  const key = { channel: "promptpay", ...thb }
  for (const zone of ["+07:00", "Asia/Bangkok"])
    expect(await world.ledger.payouts.moved(th, { ...days, zone })).toEqual([
      { ...key, day: "2026-11-03", hour: 1, paid: 10_000, returned: 400 },
    ])
  expect(await world.ledger.payouts.moved({ ...th, account: "mch2" }, { ...days, zone: "+07:00" })).toEqual(
    [],
  )
  const window = { from: "2026-11-03T01:00", before: "2026-11-03T02:00", zone: "+07:00" }
  const asked = { channel: "promptpay", currency: "thb", limit: 10 }
  expect(
    (await world.ledger.payouts.behind(th, window, asked)).map(({ kind, amount }) => [kind, amount]),
  ).toEqual([
    ["paid", 10_000],
    ["returned", 400],
  ])
  const before = { ...window, from: "2026-11-03T00:00", before: "2026-11-03T01:00" }
  expect(await world.ledger.payouts.behind(th, before, asked)).toEqual([])
})

describe("a question of the back-fill", () => {
  const step = { month: "2026-11", channel: "" }
  const known = async () => (await world.ledger.payouts.fetches(th))[0]

  it("is asked by one of two instances, and again by another when its process died", async () => {
    const claims = [world.ledger, world.other].map(({ payouts }) =>
      payouts.claim(th, step, undefined, 60_000),
    )
    expect((await Promise.all(claims)).sort()).toEqual([false, true])
    expect(await world.other.payouts.claim(th, step, await known(), 60_000)).toBe(false)
    world.clock.forward(60_000)
    expect(await world.other.payouts.claim(th, step, await known(), 60_000)).toBe(true)
    expect(await known()).toMatchObject({ failures: 2, answeredAt: null })
  })

  it("keeps its last answer while later tries fail", async () => {
    await world.ledger.payouts.claim(th, step, undefined, 60_000)
    await world.ledger.payouts.end(th, step, { lines: 3 })
    const answeredAt = world.clock.now()
    expect(await known()).toMatchObject({ answeredAt, failures: 0, lines: 3, code: null })
    await world.ledger.payouts.claim(th, step, await known(), 60_000)
    await world.ledger.payouts.end(th, step, { code: "timeout" })
    expect(await known()).toMatchObject({ answeredAt, failures: 1, lines: 3, code: "timeout" })
  })
})

it("what was imported can be taken back, and comes back when it is imported again", async () => {
  const { payouts } = world.ledger
  const lines = [
    { ...line({ amount: 5_000, reference: "A" }), ...thb },
    { ...line({ amount: 7, reference: "B" }), ...thb },
  ]
  await payouts.importLines(th, lines)
  expect((await payouts.lines(th, november)).map(({ amount }) => amount)).toEqual([5_007])
  expect(await payouts.forgetStatements(th)).toBe(2)
  expect(await payouts.forgetStatements(th)).toBe(0)
  expect([await payouts.lines(th, november), await payouts.statementDays(th)]).toEqual([[], undefined])
  expect(await payouts.importLines(th, lines)).toEqual({ added: 0, changed: 2, unchanged: 0 })
  expect((await payouts.lines(th, november)).map(({ amount }) => amount)).toEqual([5_007])
})
