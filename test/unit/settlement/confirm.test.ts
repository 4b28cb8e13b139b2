import { succeeded, type Standing } from "../../../src/core"
import { Silence, type Deps, type GatewayPayment } from "../../../src/services/settlement"
import { confirm } from "../../../src/services/settlement/settling/confirm"
import { aPayment } from "./pictures"

/** What the ledger was told of a payment of THB 100.00 when the gateway answers with `standing`. */
async function heardOf(standing: Standing) {
  const written: Record<string, unknown>[] = []
  const moves: string[] = []
  const moved: Partial<GatewayPayment>[] = []
  const payment = aPayment()
  const deps = {
    silence: new Silence(),
    gateway: {
      name: "ksher",
      listsRefunds: true,
      account: payment.account,
      query: () => Promise.resolve(succeeded(standing)),
    },
    clock: { now: () => payment.createdAt },
    log: { warn: () => undefined },
    emit: () => Promise.resolve(),
    ledger: {
      payments: {
        update: (_id: string, patch: Partial<GatewayPayment>) => {
          written.push(patch)
          return Promise.resolve({ ...payment, ...patch })
        },
        move: (_id: string, to: string, patch: Partial<GatewayPayment>) => {
          moves.push(to)
          moved.push(patch)
          return Promise.resolve({ ...payment, ...patch, state: to })
        },
      },
      operations: { ofPayment: () => Promise.resolve([]) },
    },
  } as unknown as Deps
  await confirm(payment, deps)
  return { moves, moved, written }
}

it("money is believed of an answer that names the amount and the currency that were asked for", async () => {
  const { moves } = await heardOf({ state: "paid", amount: { minor: 10_000, currency: "thb" } })
  expect(moves).toEqual(["paid"])
})

it.each([
  ["before it was opened", -3_600_000],
  ["in the future", 3_600_000],
])("a time that the gateway names %s is not the time of payment", async (_, off) => {
  const { createdAt } = aPayment()
  const amount = { minor: 10_000, currency: "thb" }
  const { moved } = await heardOf({ state: "paid", amount, paidAt: new Date(createdAt.getTime() + off) })
  expect(moved).toMatchObject([{ paidAt: createdAt }])
})

it.each<[string, Standing]>([
  ["1.00 for 100.00", { state: "paid", amount: { minor: 100, currency: "thb" } }],
  ["another currency", { state: "paid", amount: { minor: 10_000, currency: "myr" } }],
  ["no amount", { state: "paid" }],
  ["no amount, and returned again", { state: "refunded", returned: "all" }],
  ["no amount, and reversed", { state: "reversed", returned: "all" }],
])("money in %s is not, and a person is called", async (_, standing) => {
  const { moves, written } = await heardOf(standing)
  expect(moves).toEqual([])
  expect(written).toMatchObject([{ attentionCode: "amount_mismatch" }])
})
