import { createTestDatabase, type TestDatabase } from "../../setup/database"
import { connectLedger, type LedgerConnection } from "../../support/ledger-line"
import { goodMood } from "../../support/model-gateway"
import { noFaults, type Entry, type Faults } from "../config"
import { play } from "../play"
import { report } from "../report"
import type { Step } from "../steps"

const second = 1_000
const minute = 60 * second
const hour = 60 * minute

let database: TestDatabase
let connection: LedgerConnection
beforeAll(async () => {
  database = await createTestDatabase("written")
  connection = await connectLedger(database.knex)
})
afterAll(async () => {
  await connection.close()
  await database.drop()
})

const gnete: Entry = {
  id: "pp_gnete_0",
  rules: {
    name: "gnete",
    account: "M0/app",
    mode: "redirect",
    channels: ["UP_OP"],
    expiryMs: 120 * minute,
    repeatedRefund: "error",
    partlyReturned: "paid",
    cutoffMinute: 15 * 60,
  },
  policy: { completion: "pay_first", latePayment: "refund" },
}

/** Ksher's Alipay: refunds cannot be asked about, and "refunded" is said without an amount. */
const alipay: Entry = {
  id: "pp_ksher_0",
  rules: {
    ...gnete.rules,
    name: "ksher",
    account: "mch0",
    channels: ["alipay"],
    partlyReturned: "refunded",
  },
  policy: { completion: "pay_first", latePayment: "refund" },
}

/** An open QR code of TrueMoney cannot be closed. */
const truemoneyQr: Entry = {
  ...alipay,
  rules: { ...alipay.rules, mode: "qr", channels: ["truemoney"] },
}

type Deed = Step extends infer One ? (One extends Step ? Omit<One, "then" | "cart"> : never) : never

/** One cart of 100.00; each deed is done when the machines have come to rest after the last one. */
async function played(entry: Entry, deeds: readonly Deed[], faults: Partial<Faults> = {}) {
  const result = await play(
    {
      seed: 1,
      entries: [entry],
      carts: [{ entry: 0, amount: 10_000, trouble: null }],
      mood: { ...goodMood },
      faults: { ...noFaults, ...faults },
      habits: { stickiness: 0.5, haste: 0 },
      timeoutMs: 10 * second,
      steps: deeds.map((deed) => ({ cart: 0, ...deed, then: -1 }) as Step),
    },
    connection,
  )
  if (result.problems.length) throw new Error(report(result).join("\n"))
  return result
}

const bought: readonly Deed[] = [{ do: "open" }, { do: "pay", link: "current" }, { do: "complete" }]
const refund = (amount: number, tries = 1, thinkMs = 0): Deed => ({ do: "refund", amount, tries, thinkMs })

describe("a refund", () => {
  it("that ended when the process died is counted by the job", async () => {
    const { states } = await played(gnete, [
      ...bought,
      refund(1_000),
      { do: "dieAfter", what: "update operation succeeded" },
      refund(2_000),
    ])
    expect(states).toEqual({ partially_refunded: 1 })
  })

  const toldUnknownAndSettled: readonly Deed[] = [
    ...bought,
    { do: "loseAnswers", call: "refund", times: 1 },
    { do: "loseAnswers", call: "refundQuery", times: 1 },
    refund(104),
    { do: "pass", ms: hour, jobs: true },
  ]

  it("asked for again, after settlement found out that it went through and entered it, moves money once", async () => {
    expect((await played(gnete, [...toldUnknownAndSettled, refund(104)])).returned).toEqual([104])
  })

  it("is wanted a second time by whoever has been told that the first went through", async () => {
    const { returned } = await played(gnete, [...toldUnknownAndSettled, refund(104), refund(104)])
    expect(returned).toEqual([104, 104])
  })

  it("asked for again by a request that dies before it is told is left to a person", async () => {
    const { returned, attention } = await played(gnete, [
      ...toldUnknownAndSettled,
      { do: "dieAfter", what: "medusa writes refund row" },
      refund(104),
    ])
    expect(returned).toEqual([104])
    expect(attention).toEqual({ books_differ: 1 })
  })

  it("that Medusa holds, and for which nothing is left since somebody used the console, is left to a person", async () => {
    const { attention } = await played(gnete, [
      ...bought,
      refund(2_000),
      { do: "dieAfter", what: "medusa writes refund row" },
      refund(3_000),
      { do: "console", amount: 8_000 },
    ])
    expect(attention).toEqual({ books_differ: 1 })
  })
})

describe("money that was returned in the console, and the gateway does not say how much", () => {
  it("is not sent back again by itself when the session is gone", async () => {
    const late: readonly Deed[] = [
      { do: "open" },
      { do: "pay", link: "current" },
      { do: "console", amount: 10_000 },
      { do: "open" },
    ]
    const { returnsAsked, attention } = await played(alipay, late, { unnotified: 1 })
    expect([returnsAsked, attention]).toEqual([0, { outside_unclear: 1 }])
  })

  it("is not sent back again when an admin asks, before it is recorded", async () => {
    const { returnsAsked, attention } = await played(alipay, [
      ...bought,
      { do: "console", amount: 10_000 },
      { do: "sync" },
      refund(10_000),
    ])
    expect([returnsAsked, attention]).toEqual([0, { outside_unclear: 1 }])
  })
})

describe("a payment", () => {
  it("at rest that is found unwanted is closed, also if whoever found it dies", async () => {
    const { states } = await played(gnete, [
      { do: "mood", mood: { declines: 1 } },
      { do: "open" },
      { do: "loseAnswers", call: "query", times: 1 },
      { do: "dieAfter", what: "update payment session_deleted" },
      { do: "reconcileAll", dryRun: false },
    ])
    expect(states).toEqual({ void: 1 })
  })

  it("that was refused at opening calls nobody when the order is cancelled", async () => {
    const { attention } = await played(truemoneyQr, [
      { do: "mood", mood: { declines: 1 } },
      { do: "open" },
      { do: "mood", mood: { declines: 0 } },
      ...bought,
      { do: "cancelOrder", tries: 1, thinkMs: 0 },
    ])
    expect(attention).toEqual({})
  })

  const paidWhenClosed: readonly Deed[] = [
    { do: "open" },
    { do: "pass", ms: 26 * hour, jobs: true },
    { do: "pay", link: "current" },
    { do: "pass", ms: hour, jobs: true },
  ]

  it("that Gnete takes after it was closed stands under attention", async () => {
    expect((await played(gnete, paidWhenClosed)).attention).toEqual({ contradiction: 1 })
  })

  it("that Gnete takes after it was closed is known to nobody where all its notifications got lost", async () => {
    const { unheard, attention } = await played(gnete, paidWhenClosed, { unnotified: 1 })
    expect([unheard, attention]).toEqual([1, {}])
  })
})
