import type { LedgerConnection } from "../support/ledger-line"
import { goodMood } from "../support/model-gateway"
import { noFaults, type Entry, type Faults } from "./config"
import { play, type Played } from "./play"
import { report } from "./report"
import type { Step } from "./steps"

/** Without a cart, since there is one; and done when the machines have come to rest after the last one. */
type Deed = Step extends infer One ? (One extends Step ? Omit<One, "then" | "cart"> : never) : never

type End = Partial<Pick<Played, "returned" | "returnsAsked" | "attention" | "states" | "unheard">>

/** What a seed found, as the few steps it takes: chance never dies at a chosen step, or loses a chosen answer. */
export interface Written {
  /** A sentence that the end proves. */
  name: string
  entry: Entry
  deeds: readonly Deed[]
  faults?: Partial<Faults>
  end: End
}

const second = 1_000
const minute = 60 * second
const hour = 60 * minute

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

const bought: readonly Deed[] = [{ do: "open" }, { do: "pay", link: "current" }, { do: "complete" }]
const refund = (amount: number): Deed => ({ do: "refund", amount, tries: 1, thinkMs: 0 })

const toldUnknownAndSettled: readonly Deed[] = [
  ...bought,
  { do: "loseAnswers", call: "refund", times: 1 },
  { do: "loseAnswers", call: "refundQuery", times: 1 },
  refund(104),
  { do: "pass", ms: hour, jobs: true },
]

/** Long enough for the last of the attempts; a pass runs the job a dozen times at most. */
const refusedForDays: readonly Deed[] = [
  ...bought,
  { do: "mood", mood: { declines: 1 } },
  { do: "cancelOrder", tries: 1, thinkMs: 0 },
  { do: "pass", ms: 30 * hour, jobs: true },
  { do: "pass", ms: 30 * hour, jobs: true },
  { do: "mood", mood: { declines: 0 } },
  { do: "pass", ms: 30 * hour, jobs: true },
]

const paidWhenClosed: readonly Deed[] = [
  { do: "open" },
  { do: "pass", ms: 26 * hour, jobs: true },
  { do: "pay", link: "current" },
  { do: "pass", ms: hour, jobs: true },
]

export const written: readonly Written[] = [
  {
    name: "a refund that ended when the process died is counted by the job",
    entry: gnete,
    deeds: [...bought, refund(1_000), { do: "dieAfter", what: "update operation succeeded" }, refund(2_000)],
    end: { states: { partially_refunded: 1 }, attention: {} },
  },
  {
    name: "a refund asked for again, after settlement found that it went through and entered it, moves money once",
    entry: gnete,
    deeds: [...toldUnknownAndSettled, refund(104)],
    end: { returned: [104], attention: {} },
  },
  {
    name: "a refund is wanted a second time by whoever has been told that the first went through",
    entry: gnete,
    deeds: [...toldUnknownAndSettled, refund(104), refund(104)],
    end: { returned: [104, 104], attention: {} },
  },
  {
    name: "a refund asked for again by a request that dies before it is told is left to a person",
    entry: gnete,
    deeds: [...toldUnknownAndSettled, { do: "dieAfter", what: "medusa writes refund row" }, refund(104)],
    end: { returned: [104], attention: { books_differ: 1 } },
  },
  {
    name: "a credit line that a death has lost is entered, also where a person records another return first, with one of its own",
    entry: gnete,
    deeds: [
      ...bought,
      { do: "pass", ms: hour, jobs: true },
      { do: "dieAfter", what: "medusa writes transactions" },
      refund(4_228),
      { do: "pass", ms: 150 * second, jobs: false },
      { do: "decide", action: "record_refund", amount: 38, clicks: 1, keyed: true },
    ],
    end: { returned: [4_228, 5_772], states: { refunded: 1 }, attention: {} },
  },
  {
    name: "a refund that Medusa holds, and for which somebody left nothing in the console, is left to a person",
    entry: gnete,
    deeds: [
      ...bought,
      refund(2_000),
      { do: "dieAfter", what: "medusa writes refund row" },
      refund(3_000),
      { do: "console", amount: 8_000 },
    ],
    end: { attention: { books_differ: 1 } },
  },
  {
    name: "a refund whose process died before it was sent is carried out for Medusa's row",
    entry: gnete,
    deeds: [...bought, { do: "dieAfter", what: "medusa writes refund row" }, refund(3_000)],
    end: { returned: [3_000], attention: {} },
  },
  {
    name: "a refund whose process died after it was sent is not sent again",
    entry: gnete,
    deeds: [
      ...bought,
      { do: "loseAnswers", call: "refund", times: 1 },
      { do: "dieAfter", what: "refund leaves" },
      refund(3_000),
    ],
    end: { returned: [3_000], returnsAsked: 1, attention: {} },
  },
  {
    name: "a refund that the gateway accepted and failed later is made again, for the same row of Medusa's",
    entry: gnete,
    deeds: [
      ...bought,
      { do: "mood", mood: { slow: 1, failsLater: 1 } },
      refund(3_000),
      { do: "mood", mood: { slow: 0, failsLater: 0 } },
      { do: "pass", ms: 5 * hour, jobs: true },
    ],
    end: { returned: [3_000], returnsAsked: 2, attention: {} },
  },
  {
    name: "what a gateway has refused to return twelve times is not tried again, and stands under attention",
    entry: gnete,
    deeds: refusedForDays,
    end: { returned: [], returnsAsked: 12, attention: { refund_refused: 1 } },
  },
  {
    name: "what a gateway has refused to return twelve times is returned once by the person who refunds it",
    entry: gnete,
    deeds: [...refusedForDays, { do: "resolve", action: "refund" }],
    end: { returned: [10_000], returnsAsked: 13, attention: {} },
  },
  {
    name: "late money, of which the console returned who knows how much, is not sent back by itself",
    entry: alipay,
    deeds: [
      { do: "open" },
      { do: "pay", link: "current" },
      { do: "console", amount: 10_000 },
      { do: "open" },
    ],
    faults: { unnotified: 1 },
    end: { returnsAsked: 0, attention: { outside_unclear: 1 } },
  },
  {
    name: "money, of which the console returned who knows how much, is not sent back before that is recorded",
    entry: alipay,
    deeds: [...bought, { do: "console", amount: 10_000 }, { do: "sync" }, refund(10_000)],
    end: { returnsAsked: 0, attention: { outside_unclear: 1 } },
  },
  {
    name: "a payment at rest that is found unwanted is closed, also if whoever found it dies",
    entry: gnete,
    deeds: [
      { do: "mood", mood: { declines: 1 } },
      { do: "open" },
      { do: "loseAnswers", call: "query", times: 1 },
      { do: "dieAfter", what: "update payment session_deleted" },
      { do: "reconcileAll", dryRun: false },
    ],
    end: { states: { void: 1 } },
  },
  {
    name: "a payment that was refused at opening calls nobody when the order is cancelled",
    entry: truemoneyQr,
    deeds: [
      { do: "mood", mood: { declines: 1 } },
      { do: "open" },
      { do: "mood", mood: { declines: 0 } },
      ...bought,
      { do: "cancelOrder", tries: 1, thinkMs: 0 },
    ],
    end: { attention: {} },
  },
  {
    name: "a payment that Gnete takes after it was closed stands under attention",
    entry: gnete,
    deeds: paidWhenClosed,
    end: { attention: { contradiction: 1 }, unheard: 0 },
  },
  {
    name: "a payment that Gnete takes after it was closed is known to nobody where all its notifications got lost",
    entry: gnete,
    deeds: paidWhenClosed,
    faults: { unnotified: 1 },
    end: { attention: {}, unheard: 1 },
  },
]

/** What is wrong at its end, in words; nothing where all is as it should be. */
export async function playWritten(one: Written, connection: LedgerConnection): Promise<string[]> {
  const played = await play(
    {
      seed: 1,
      entries: [one.entry],
      carts: [{ entry: 0, amount: 10_000, trouble: null }],
      mood: { ...goodMood },
      faults: { ...noFaults, ...one.faults },
      habits: { stickiness: 0.5, haste: 0 },
      timeoutMs: 10 * second,
      steps: one.deeds.map((deed) => ({ cart: 0, ...deed, then: -1 }) as Step),
    },
    connection,
  )
  if (played.problems.length) return report(played)
  const keys = Object.keys(one.end) as (keyof End)[]
  return keys
    .map((key) => [key, JSON.stringify(played[key]), JSON.stringify(one.end[key])])
    .filter(([, is, should]) => is !== should)
    .map(([key, is, should]) => `${key} is ${is}, and should be ${should}`)
}
