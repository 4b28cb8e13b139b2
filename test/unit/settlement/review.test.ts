import { PaymentProblem } from "../../../src/core"
import type { Demand } from "../../../src/core"
import { wakeUnwanted } from "../../../src/services/settlement/orders/review"
import type { GatewayPayment } from "../../../src/services/settlement"
import { aPayment } from "./pictures"

/** A payment of an order that still wants it. */
const open = (at: number): GatewayPayment => {
  const no = String(at).padStart(4, "0")
  return aPayment({
    id: `gpay_${no}`,
    sessionId: `payses_${no}`,
    collectionId: `pay_col_${no}`,
    orderId: `order_${no}`,
    askedAmount: 10_000,
  })
}

const wanting = (payment: GatewayPayment, amount: string): Demand => ({
  collection: { id: payment.collectionId ?? "", amount },
  detached: false,
  order: { id: payment.orderId ?? "", canceled: false, wanted: amount, total: amount },
  collectionIds: [payment.collectionId ?? ""],
  sessionIds: [payment.sessionId],
  held: [],
  elsewhere: "0",
})

/** One look of the job at these; which were woken, and of how many collections Medusa was asked each time. */
async function looked(payments: GatewayPayment[], amountOf: (payment: GatewayPayment) => string) {
  const woken: string[] = []
  const asked: number[] = []
  const page = (after: string, limit: number) => payments.filter(({ id }) => id > after).slice(0, limit)
  await wakeUnwanted({
    ledger: {
      reservations: {
        openOfOrders: async (after: string, limit: number) => page(after, limit),
        of: async () => [],
      },
      payments: { wake: async (id: string) => void woken.push(id) },
    } as never,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    host: {
      demandsOf: async (ids) => {
        asked.push(ids.length)
        const found = payments.filter(({ collectionId }) => ids.includes(collectionId ?? ""))
        return new Map(found.map((one) => [one.collectionId ?? "", wanting(one, amountOf(one))]))
      },
    },
    depsOf: (providerId) => {
      if (providerId === "pp_ksher_gone")
        throw new PaymentProblem("not_found", "provider_unknown", "It is not configured.")
      return { providerId } as never
    },
  })
  return { woken, asked }
}

it("the job asks Medusa about a hundred open payments at once, and wakes those that are not wanted", async () => {
  const payments = Array.from({ length: 250 }, (_, at) => open(at))
  const { woken, asked } = await looked(payments, ({ id }) => (id.endsWith("77") ? "0" : "100"))
  expect(asked).toEqual([100, 100, 50])
  expect(woken).toEqual(["gpay_0077", "gpay_0177"])
})

it("one whose entry is gone is left alone: the payment itself says so", async () => {
  const gone = { ...open(1), providerId: "pp_ksher_gone" }
  expect(await looked([gone, open(2)], () => "0")).toEqual({ woken: ["gpay_0002"], asked: [2] })
})
