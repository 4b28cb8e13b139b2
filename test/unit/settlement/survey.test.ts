import type { RefundRecord, Standing } from "../../../src/core"
import { differences } from "../../../src/services/settlement/survey"
import type {
  BookDifference,
  GatewayPayment,
  HostOrder,
  HostPayment,
  Operation,
} from "../../../src/services/settlement"
import { anOperation, aPayment, now } from "./pictures"

interface Given {
  payment?: Partial<GatewayPayment>
  standing?: Standing | undefined
  listed?: RefundRecord[]
  operations?: Operation[]
  booked?: Partial<HostPayment>
  order?: HostOrder
  /** Why Medusa does not want it, where the ledger does not know yet. */
  why?: GatewayPayment["unwanted"]
  beyond?: number
  books?: BookDifference[]
}

/** Paid without an amount would be a difference of its own. */
const ofWhole = (standing: Standing | undefined): Standing | undefined =>
  standing && { amount: { minor: 10_000, currency: "thb" }, ...standing }

/** Each difference as `what: from → to`. */
const found = ({ payment, listed, operations = [], booked, order, ...given }: Given): string[] =>
  differences({
    payment: aPayment(payment),
    standing: "standing" in given ? ofWhole(given.standing) : { state: "unpaid" },
    now,
    listed,
    operations,
    booked: booked && {
      id: "pay_1",
      sessionId: "payses_1",
      collectionId: "pay_col_1",
      captured: "0",
      refunds: [],
      ...booked,
    },
    order,
    why: given.why ?? payment?.unwanted ?? null,
    beyond: given.beyond ?? 0,
    books: given.books ?? [],
  }).map(({ gateway_payment_id, what, from, to }) => {
    expect(gateway_payment_id).toBe("gpay_1")
    return `${what}: ${from} → ${to}`
  })

const paidHere = { state: "paid", paidAmount: 10_000, capturedAt: now } as const
const captured = { captured: "100" }
const refund = (state: Operation["state"], amount: number) => anOperation({ state, amount, number: "R1" })
const row = (amount: string) => ({ id: "ref_1", amount, createdAt: now })

it("where gateway, ledger and Medusa agree there is nothing to say", () => {
  expect(found({})).toEqual([])
  expect(found({ payment: paidHere, standing: { state: "paid" }, booked: captured })).toEqual([])
  expect(
    found({
      payment: { ...paidHere, state: "refunded", refundedAmount: 10_000 },
      standing: { state: "refunded", returned: "all" },
      operations: [refund("succeeded", 10_000)],
      booked: { ...captured, refunds: [row("100.00")] },
    }),
  ).toEqual([])
  expect(found({ payment: { state: "void" }, standing: { state: "closed" } })).toEqual([])
})

describe("the gateway knows more", () => {
  it("paid there, unpaid here", () => {
    expect(found({ standing: { state: "paid" } })).toEqual(["paid there, unpaid here: pending → paid"])
  })

  it.each([{ state: "void" }, { state: "pending", unwanted: "session_deleted" }] as const)(
    "paid there, and nobody waits for it: %j",
    (payment) => {
      expect(found({ payment, standing: { state: "paid" } })).toEqual([
        `paid there, unpaid here: ${payment.state} → paid_late`,
      ])
    },
  )

  it.each(["closed", "failed"] as const)("%s there, open here", (state) => {
    const to = state === "closed" ? "void" : "failed"
    expect(found({ standing: { state } })).toEqual([`${state} there, open here: pending → ${to}`])
  })

  it.each([
    { state: "refunded", returned: "all" },
    { state: "reversed", returned: "all" },
  ] as const)("all of it returned there, not here: %j", (standing) => {
    expect(found({ payment: paidHere, standing, booked: captured })).toEqual([
      "refunded there, not here: paid → refunded",
    ])
  })

  it("an amount that drifts is said, and nothing else is believed", () => {
    const standing = { state: "paid", amount: { minor: 9_000, currency: "thb" } } as const
    expect(found({ standing })).toEqual(["amount: THB 100.00 → THB 90.00"])
  })

  it("so is a currency", () => {
    const standing = { state: "paid", amount: { minor: 10_000, currency: "hkd" } } as const
    expect(found({ standing })).toEqual(["amount: THB 100.00 → HKD 100.00"])
  })

  describe("part of it was returned in its console", () => {
    const standing = { state: "refunded", returned: "unsaid" } as const
    const record = (number: string, minor: number, state: RefundRecord["state"] = "succeeded") => ({
      number,
      gatewayNo: `K${number}`,
      amount: { minor, currency: "thb" },
      state,
    })
    const given = { payment: paidHere, standing, booked: captured }

    it("the gateway lists it", () => {
      expect(found({ ...given, listed: [record("9", 4_000), record("8", 500, "unclear")] })).toEqual([
        "refund 9 there, not here: 0.00 → 40.00",
      ])
    })

    it("also where it goes on calling the order paid", () => {
      const paid = { ...given, standing: { state: "paid" } as const }
      expect(found({ ...paid, listed: [record("9", 4_000)] })).toEqual([
        "refund 9 there, not here: 0.00 → 40.00",
      ])
      expect(found({ ...paid, listed: [] })).toEqual([])
      expect(found(paid)).toEqual([])
    })

    it("and calls it done though the ledger has it as refused", () => {
      const operations = [refund("refused", 4_000)]
      expect(found({ ...given, operations, listed: [record("R1", 4_000)] })).toEqual([
        "refund R1 there, not here: 0.00 → 40.00",
      ])
    })

    it("and what the ledger has done itself is no news", () => {
      const partly = { ...paidHere, state: "partially_refunded", refundedAmount: 4_000 } as const
      const booked = { ...captured, refunds: [row("40")] }
      const operations = [refund("succeeded", 4_000)]
      expect(found({ ...given, payment: partly, booked, operations, listed: [record("R1", 4_000)] })).toEqual(
        [],
      )
    })

    it("one without a number of ours is known by the gateway's", () => {
      const again = [anOperation({ number: "outside-K", amount: 4_000, outside: true })]
      const partly = { ...paidHere, state: "partially_refunded", refundedAmount: 4_000 } as const
      const booked = { ...captured, refunds: [row("40")] }
      const nameless = [{ ...record("", 4_000), gatewayNo: "K" }]
      expect(found({ ...given, listed: nameless })).toEqual([
        "refund outside-K there, not here: 0.00 → 40.00",
      ])
      expect(found({ ...given, payment: partly, booked, operations: again, listed: nameless })).toEqual([])
    })

    it("the gateway lists none", () => {
      expect(found(given)).toEqual(["refunded there, not here: 0.00 → unsaid"])
    })
  })
})

describe("the ledger knows more", () => {
  it("open there, and Medusa has stopped asking for it without a word", () => {
    expect(found({ why: "not_owed" })).toEqual(["open there, unwanted here: pending → void"])
    expect(found({ why: "not_owed", standing: { state: "paid" } })).toEqual([
      "paid there, unpaid here: pending → paid_late",
    ])
  })

  it("paid here, not there", () => {
    expect(found({ payment: paidHere, standing: { state: "unpaid" }, booked: captured })).toEqual([
      "paid here, not there: paid → unpaid",
    ])
  })

  it("open there, and nobody wants it", () => {
    expect(found({ payment: { unwanted: "order_canceled" } })).toEqual([
      "open there, unwanted here: pending → void",
    ])
  })

  it.each(["sent", "unknown", "pending"] as const)("a refund that is %s is to be asked about", (state) => {
    const given = {
      payment: paidHere,
      standing: { state: "paid" },
      operations: [refund(state, 10_000)],
    } as const
    const booked = state === "pending" ? { ...captured, refunds: [row("100")] } : captured
    expect(found({ ...given, operations: [...given.operations], booked })).toEqual([
      `R1 to be asked about: ${state} → settled`,
    ])
  })
})

describe("Medusa knows less", () => {
  it("money that it has not captured", () => {
    expect(found({ payment: paidHere, standing: { state: "paid" } })).toEqual([
      "captured in Medusa: 0 → 100.00",
    ])
  })

  it("late money to give back", () => {
    expect(
      found({
        payment: { state: "paid_late", paidAmount: 10_000, unwanted: "order_canceled" },
        standing: { state: "paid" },
        operations: [refund("succeeded", 4_000)],
      }),
    ).toEqual(["late money to give back: 60.00 → 0"])
  })

  it("a refund that went through and is not in its books", () => {
    expect(
      found({
        payment: { ...paidHere, state: "partially_refunded", refundedAmount: 4_000 },
        standing: { state: "refunded", returned: "unsaid" },
        operations: [refund("succeeded", 4_000)],
        booked: captured,
      }),
    ).toEqual(["refunds in Medusa's books: 0.00 → 40.00"])
  })

  it("a refund in its books that no gateway carried out", () => {
    expect(
      found({
        payment: paidHere,
        standing: { state: "paid" },
        booked: { ...captured, refunds: [row("40")] },
      }),
    ).toEqual(["refunds in Medusa's books: 40.00 → 0.00"])
  })

  it("an order transaction that was never written", () => {
    const given = { payment: paidHere, standing: { state: "paid" }, booked: captured } as const
    const books = [{ what: "order_transactions", from: "0", to: "100" } as const]
    expect(found({ ...given, books })).toEqual(["transactions of the order: 0 → 100"])
  })

  it("what was captured beyond what the order wanted", () => {
    expect(
      found({ payment: paidHere, standing: { state: "paid" }, booked: captured, beyond: 10_000 }),
    ).toEqual(["captured beyond what the order wants: 100.00 → 0"])
  })

  it("a cancelled order that still holds money", () => {
    expect(
      found({
        payment: { ...paidHere, unwanted: "order_canceled" },
        standing: { state: "paid" },
        booked: captured,
        order: { id: "order_1", canceled: true },
      }),
    ).toEqual(["cancelled order still holds: 100.00 → 0"])
  })
})

it("where the gateway does not answer it says so, and guesses nothing", () => {
  expect(found({ standing: undefined })).toEqual(["no answer from the gateway: pending → pending"])
})

it("a refund that waits for the shopper is no doubt, and in the books as one that is coming", () => {
  const waiting = anOperation({ kind: "payout", state: "pending", amount: 4_000, attempts: 0 })
  const given = {
    payment: { state: "paid", paidAmount: 10_000 },
    standing: { state: "paid" },
    booked: { captured: "100", refunds: [{ id: "ref_1", amount: "40", createdAt: now }] },
  } as const
  expect(
    found({
      ...given,
      booked: { ...given.booked, refunds: [...given.booked.refunds] },
      operations: [waiting],
    }),
  ).toEqual([])
})

describe("says of the gateway's answer what the next look would write", () => {
  it.each([
    ["one that failed on both sides and that nobody wants is closed", "failed", "failed", "unwanted"],
    ["one that failed on both sides and is wanted stays", "failed", "failed", null],
    ["one that is void stays so", "void", "closed", null],
  ] as const)("%s", (_name, state, said, code) => {
    const payment = { state, unwanted: code && ("session_deleted" as const) }
    const changes = found({ payment, standing: { state: said } }).map((one) => one.split(": ").at(-1))
    expect(changes).toEqual(code ? ["failed → void"] : [])
  })

  it("paid without an amount proves nothing", () => {
    const [said] = found({ standing: { state: "paid", amount: undefined } as unknown as Standing })
    expect(said).toMatch(/THB 100\.00 → unsaid$/)
  })
})
