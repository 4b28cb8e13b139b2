import fc from "fast-check"

import { openLedgerWorld, start, type LedgerWorld } from "./support"

let world: LedgerWorld
beforeAll(async () => {
  world = await openLedgerWorld("ledger_turnover")
})
beforeEach(() => world.empty())
afterAll(() => world.close())

const hour = 3_600_000
const at = (hours: number) => new Date(start.getTime() + hours * hour)
const all = (zone = "UTC") => world.ledger.turnovers.byDay(at(-48), at(24 * 40), zone)

async function paid(amount: number, channel: string | null, hours: number): Promise<string> {
  const { id } = await world.aPayment("pending", { amount, channel })
  await world.ledger.payments.update(id, { paidAmount: amount, paidAt: at(hours) })
  return id
}

it("counts what came in when it was paid, and what went back when it was entered, by day and channel", async () => {
  const one = await paid(10_000, "promptpay", 0)
  await paid(2_050, "promptpay", 1)
  await paid(500, null, 1)
  await world.ledger.payments.update(one, { refundedAmount: 3_000 })
  await world.ledger.payments.update(one, { refundedAmount: 10_000 })
  const day = start.toISOString().slice(0, 10)
  const shared = { providerId: "pp_ksher_th", gateway: "ksher", currency: "thb", digits: 2 }
  expect(await all()).toEqual([
    { day, ...shared, channel: null, payments: 1, taken: 500, refunds: 0, returned: 0 },
    { day, ...shared, channel: "promptpay", payments: 2, taken: 12_050, refunds: 2, returned: 10_000 },
  ])
})

it("a sum that is put right is counted as it is right, and what changes nothing is not counted", async () => {
  const id = await paid(10_000, "card", 0)
  await world.ledger.payments.update(id, { paidAmount: 8_000 })
  await world.ledger.payments.update(id, { paidAmount: 8_000, checks: 3 })
  await world.ledger.payments.update(id, { refundedAmount: 8_000 })
  await world.ledger.payments.update(id, { refundedAmount: 0 })
  expect(await all()).toMatchObject([{ payments: 1, taken: 8_000, refunds: 0, returned: 0 }])
})

it("days are those of the zone that is asked for", async () => {
  const evening = new Date(`${start.toISOString().slice(0, 10)}T18:00:00Z`)
  await paid(10_000, "card", (evening.getTime() - start.getTime()) / hour)
  const next = new Date(evening.getTime() + 24 * hour).toISOString().slice(0, 10)
  expect((await all()).map(({ day }) => day)).toEqual([evening.toISOString().slice(0, 10)])
  expect((await all("Asia/Bangkok")).map(({ day }) => day)).toEqual([next])
})

it("folded or not, once or by two at the same time, the sums are the same, and a row is left for each hour", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ amount: fc.integer({ min: 1, max: 99 }), hours: fc.nat(3), back: fc.boolean() }), {
        minLength: 1,
        maxLength: 8,
      }),
      fc.integer({ min: 1, max: 5 }),
      async (payments, limit) => {
        await world.empty()
        const ids: string[] = []
        for (const { amount, hours } of payments) ids.push(await paid(amount, "card", hours))
        await world.ledger.turnovers.fold(limit)
        for (const [index, { amount, back }] of payments.entries())
          if (back) await world.ledger.payments.update(ids[index]!, { refundedAmount: amount })
        const sum = (of: (one: (typeof payments)[number]) => number) =>
          payments.reduce((total, one) => total + of(one), 0)
        const expected = [
          { taken: sum(({ amount }) => amount), returned: sum(({ amount, back }) => (back ? amount : 0)) },
        ]
        expect(await all()).toMatchObject(expected)
        for (let folded = 1; folded > 0;) {
          const both = [world.ledger.turnovers.fold(limit), world.other.turnovers.fold(limit)]
          folded = (await Promise.all(both)).reduce((total, one) => total + one, 0)
          expect(await all()).toMatchObject(expected)
        }
        const rows = await world.database.query<{ hour: Date; folded: boolean }>(
          "select hour, folded from gateway_turnover",
        )
        expect(rows.every(({ folded }) => folded)).toBe(true)
        expect(new Set(rows.map(({ hour }) => hour.getTime())).size).toBe(rows.length)
      },
    ),
    { numRuns: 25 },
  )
})
