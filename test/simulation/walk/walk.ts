import { isUnclear, succeeded } from "../../../src/core"
import type { Outcome, RefundRecord } from "../../../src/core"
import {
  afterAll,
  committedAmount,
  hasLostRow,
  isDone,
  isUnsettled,
  returnedAmount,
  returnedAtGateway,
  returns,
} from "../../../src/services/ledger"
import type { GatewayPayment, Operation } from "../../../src/services/ledger"
import { matchedRows } from "../../../src/services/settlement/returns/refund-rows"
import { problemOf } from "../../../src/services/settlement/order-ref"
import {
  believedAnswer,
  decideDoubt,
  unsureRefusals,
} from "../../../src/services/settlement/returns/decide-doubt"
import type {
  DoubtFacts,
  DoubtPicture,
  DoubtStep,
  Finding,
  ReturnOutcome,
} from "../../../src/services/settlement/returns/decide-doubt"
import { decideWord } from "../../../src/services/settlement/people/carry-out"
import { decideReturn } from "../../../src/services/settlement/returns/decide-return"
import type {
  ReturnFacts,
  ReturnIntent,
  ReturnPicture,
  ReturnStep,
} from "../../../src/services/settlement/returns/decide-return"
import { aPayment, anOperation } from "../../unit/settlement/pictures"
import {
  arrive,
  askOrder,
  askRefund,
  askReversal,
  channelOf,
  currency,
  fatesOfSending,
  isGnete,
  listRefunds,
  lostAnswer,
  paid,
  promised,
  promisedByUs,
  send,
  untouched,
} from "./truth"
import type { Fate, Flavour, Truth } from "./truth"

/** The decisions that the walk proves. A test puts a wrong one in their place, and the walk must notice. */
export interface Rules {
  decideReturn: (picture: ReturnPicture) => ReturnStep
  decideDoubt: (picture: DoubtPicture) => DoubtStep
  decideWord: typeof decideWord
}

export const ours: Rules = { decideReturn, decideDoubt, decideWord }

/** Now, and so long ago that what was sent then has arrived. */
const now = new Date("2026-03-30T03:00:00Z")
const longAgo = new Date("2026-03-30T02:00:00Z")

/** A refund row of Medusa's. Medusa deletes it when the provider throws. */
interface Row {
  id: string
  amount: number
}

/** Somebody is asking for money, and this is how far it has come. */
interface Request {
  intent: ReturnIntent
  facts: ReturnFacts
  /** What it wants besides what was wished before: nothing, where it repeats a wish or the job asks. */
  wish: number
}

/** Operations whose outcome is being asked about, the first of them now. */
interface Asking {
  queue: readonly string[]
  facts: DoubtFacts
  /** The operation as it was before it was sent again: what is known of that attempt decides about the next. */
  before?: Operation
  /** Asked for an answer to the request that has just sent it, and not before a new one is decided. */
  isAnswer: boolean
}

/** Everything that decides about returns of one payment. */
export interface State {
  truth: Truth
  isSameDay: boolean
  takesNoReversals: boolean
  payment: GatewayPayment
  operations: readonly Operation[]
  rows: readonly Row[]
  /** What people want returned, in minor units: a repetition after "not known" is the same wish. */
  wished: number
  /** The amount of a wish whose asker was told that its outcome is not known. */
  untold: number | null
  request: Request | null
  asking: Asking | null
  /** How often somebody has asked, and has asked again. */
  asks: number
  repetitions: number
  /** A person has said what became of an operation. Each more makes four times as many pictures. */
  isSpoken: boolean
  /** Steps since somebody began, which must end. */
  turns: number
}

export const begin = (flavour: Flavour): State => ({
  truth: untouched,
  isSameDay: flavour !== "gnete_finishes",
  takesNoReversals: false,
  payment: aPayment({
    gateway: isGnete(flavour) ? "gnete" : "ksher",
    currency,
    amount: paid,
    paidAmount: paid,
    state: "paid",
    paidAt: now,
    capturedAt: now,
    attention: null,
  }),
  operations: [],
  rows: [],
  wished: 0,
  untold: null,
  request: null,
  asking: null,
  asks: 0,
  repetitions: 0,
  isSpoken: false,
  turns: 0,
})

export interface Called {
  name: "refund" | "cancel" | "query" | "refundQuery" | "cancelQuery" | "refundsOf"
  outcome: Outcome<unknown>
}

export interface Move {
  what: string
  state: State
  /** What the gateway was asked, and what came back. */
  call?: Called | readonly Called[]
  /** What a person says of an operation in doubt. */
  word?: { operation: Operation; wentThrough: boolean; before: State; calls: readonly Called[] }
  /** Money that has just been asked of the gateway. */
  sent?: { operation: Operation; isNew: boolean; before: State }
}

const major = (minor: number): string => (minor / 100).toFixed(2)

// What a person, the shop, the gateway and the clock do.

/** How often somebody asks for the first time, and asks again after "not known". Each more makes ten times as many pictures. */
export interface Domain {
  asks: number
  repetitions: number
  /** How many operations are made, by people and the job. */
  operations: number
}

/** How often an operation is sent. */
const mostSendings = 2

function events(state: State, flavour: Flavour, rules: Rules, most: Domain): Move[] {
  return [
    ...(flavour === "ksher_repeats" || flavour === "gnete_finishes" ? [] : words(state, flavour, rules)),
    ...asked(state, most),
    ...repeated(state, most),
    ...looks(state),
    ...atGateway(state, flavour),
    ...time(state),
  ]
}

const start = (state: State, intent: ReturnIntent, wish: number): State => ({
  ...state,
  request: { intent, facts: {}, wish },
  wished: state.wished + wish,
  turns: 0,
})

/** An admin asks for a part or the whole: Medusa makes a row, and hands its amount on. A late payment has none. */
function asked(state: State, most: Domain): Move[] {
  if (state.asks >= most.asks || state.untold !== null) return []
  const next = { ...state, asks: state.asks + 1 }
  const id = `row${next.asks}`
  const wishes = [1, 2].map((amount) => ({
    what: `refund ${amount}`,
    state: start(
      { ...next, rows: [...state.rows, { id, amount }] },
      { amount: { major: major(amount) }, refundId: id },
      amount,
    ),
  }))
  if (state.rows.length) return wishes
  const rest = paid - committedAmount(state.operations)
  return [
    ...wishes,
    {
      what: "return the rest, which Medusa never booked",
      state: start(next, { amount: "rest", refundId: null }, rest),
    },
  ]
}

/** Whoever was told "not known, try again" asks again, with a row of another name. Or the job carries out what Medusa holds. */
function repeated(state: State, most: Domain): Move[] {
  const again = state.untold
  const next = { ...state, repetitions: state.repetitions + 1, untold: null }
  const id = `again${next.repetitions}`
  const repetition =
    again === null || state.repetitions >= most.repetitions
      ? []
      : [
          {
            what: `refund ${again}, once more`,
            state: start(
              { ...next, rows: [...state.rows, { id, amount: again }] },
              { amount: { major: major(again) }, refundId: id },
              0,
            ),
          },
        ]
  const carried = matchedRows(state.operations)
  const owed = (state.operations.length < most.operations ? state.rows : [])
    .filter((row) => !carried.has(row.id))
    .map(({ id: refundId, amount }) => ({
      what: `the job carries out ${refundId}`,
      state: start(state, { amount: { major: major(amount) }, refundId, owed: true, byItself: true }, 0),
    }))
  return [...repetition, ...owed]
}

const isRefused = ({ state }: Operation): boolean => state === "refused" || state === "not_sent"

/** The job looks at what has no end; and enters in Medusa what went through and is not there. */
function looks(state: State): Move[] {
  // A reversal with a name is asked about, and sent no more.
  const isNamed = ({ kind, gatewayNo }: Operation) => kind === "cancel" && gatewayNo !== null
  const isSpent = state.operations.some(
    (one) => isUnsettled(one) && one.attempts >= mostSendings && !isNamed(one),
  )
  const open = isSpent ? [] : returns(state.operations).filter(isUnsettled)
  const look = open.length
    ? [
        {
          what: "the job asks",
          state: {
            ...state,
            asking: { queue: open.map(({ id }) => id), facts: {}, isAnswer: false },
            turns: 0,
          },
        },
      ]
    : []
  const held = new Set(state.rows.map(({ id }) => id))
  const [unbooked] = returns(state.operations).filter(
    (one) => isDone(one) && isWithoutRow(one, state, held) && (one.amount ?? 0) > 0,
  )
  const tried = new Set(returns(state.operations).map(({ refundId }) => refundId))
  // A row that was never sent is handed this money, and no other is made for it.
  if (!unbooked || state.rows.some((row) => !tried.has(row.id) && row.amount === unbooked.amount)) return look
  const id = `entered-${unbooked.id}`
  const row = { refundId: id, medusaAmount: major(unbooked.amount ?? 0), untold: !unbooked.outside }
  return [
    ...look,
    {
      what: `the job enters ${unbooked.number} in Medusa`,
      state: {
        ...state,
        rows: [...state.rows, { id, amount: unbooked.amount ?? 0 }],
        operations: replaced(state.operations, { ...unbooked, ...row }),
      },
    },
  ]
}

/**
 * A person has looked an operation in doubt up in the console, and says what became of it. One may be mistaken where the gateway knows
 * better, or may say that a refund did not go through, and is asked about it later. Else the money is lost by that person, and not by a
 * rule.
 */
function words(state: State, flavour: Flavour, rules: Rules): Move[] {
  if (state.isSpoken || (isGnete(flavour) && state.repetitions > 0)) return []
  return returns(state.operations)
    .filter(isUnsettled)
    .flatMap((operation) => {
      const truly = wentThrough(state.truth, operation)
      // The gateways are alike in that.
      const mayErr = flavour === "ksher" && truly !== undefined
      const isAskedLater = truly && operation.kind === "refund" && channelOf(flavour).refundQuery
      return askedBeside(state, operation, flavour, rules).flatMap((asked) =>
        [true, false]
          .filter((word) => word === truly || (mayErr && asked.end !== undefined) || (!word && isAskedLater))
          .map((word) => spoken(state, operation, word, asked, rules)),
      )
    })
}

/** What the console shows of it; `undefined` while nobody can say. */
function wentThrough({ returns: made, late }: Truth, { number, kind }: Operation): boolean | undefined {
  if (late) return undefined
  const found = made.filter((one) => one.kind === kind && (kind === "cancel" || one.name === number))
  if (found.some((one) => one.state === "in_progress")) return undefined
  return found.some((one) => one.state === "done")
}

/** What is asked before a person is believed, and the end that it tells for certain. */
interface AskedBeside {
  calls: readonly Called[]
  end: EndOfAnswer
}

/** The gateway is asked once more: it answers, or does not. A reversal without a name of its own cannot be asked about. */
function askedBeside(state: State, operation: Operation, flavour: Flavour, rules: Rules): AskedBeside[] {
  if (operation.kind === "cancel")
    return operation.gatewayNo
      ? askedOfReversal(state, operation, flavour, rules)
      : [{ calls: [], end: undefined }]
  return [askRefund(state.truth, operation.number, flavour), lostAnswer].map((outcome) => ({
    calls: [{ name: "refundQuery", outcome }],
    end: endOfAnswer(outcome),
  }))
}

/** As the job asks, and nothing is sent. */
function askedOfReversal(
  state: State,
  operation: Operation,
  flavour: Flavour,
  rules: Rules,
  facts: DoubtFacts = {},
  calls: readonly Called[] = [],
): AskedBeside[] {
  const { truth } = state
  const step = rules.decideDoubt(doubtPicture(state, operation, facts, flavour))
  const on = (learned: DoubtFacts, call?: Called) =>
    askedOfReversal(state, operation, flavour, rules, { ...facts, ...learned }, [
      ...calls,
      ...(call ? [call] : []),
    ])
  switch (step.do) {
    case "conclude":
      return [{ calls, end: endOfAnswer(step.finding.outcome) }]
    case "ask_reversal":
      return [askReversal(truth, step.gatewayNo), lostAnswer].flatMap((outcome) =>
        on({ reversal: outcome }, { name: "cancelQuery", outcome }),
      )
    case "ask_order":
      return [askOrder(truth, flavour), lostAnswer].flatMap((outcome) =>
        on({ order: outcome }, { name: "query", outcome }),
      )
    case "read_operations":
      return on({ operations: state.operations })
    default:
      throw new Error(`Nobody who only asks does ${step.do}.`)
  }
}

type EndOfAnswer = Parameters<typeof decideWord>[1]

function endOfAnswer(answer: Outcome<unknown> | undefined): EndOfAnswer {
  const isEnd = answer?.kind === "succeeded" || (answer?.kind === "refused" && answer.reason === "declined")
  return isEnd ? (answer as EndOfAnswer) : undefined
}

function spoken(
  state: State,
  operation: Operation,
  word: boolean,
  { calls, end: said }: AskedBeside,
  rules: Rules,
): Move {
  const step = rules.decideWord(word, said, operation)
  const end =
    step.do === "contradict"
      ? endOf(operation, step.said)
      : { ...operation, state: step.state, reason: "by_hand", updatedAt: now }
  return {
    what: `a person says that ${operation.number} ${word ? "went through" : "did not"}: ${calls.map(({ outcome }) => outcome.kind).join() || "not asked"}`,
    word: { operation, wentThrough: word, before: state, calls },
    state: counted({ ...state, isSpoken: true, operations: replaced(state.operations, end) }),
  }
}

/** The gateway finishes what it accepted, a late request arrives or never does, and somebody uses its console. */
function atGateway(state: State, flavour: Flavour): Move[] {
  const { truth } = state
  const moves: Move[] = []
  truth.returns.forEach((one, index) => {
    if (one.state !== "in_progress") return
    for (const end of ["done", "failed"] as const)
      moves.push({
        what: `the gateway calls ${one.name} ${end}`,
        state: {
          ...state,
          truth: {
            ...truth,
            returns: truth.returns.map((other, at) => (at === index ? { ...one, state: end } : other)),
          },
        },
      })
  })
  if (truth.late) {
    const { late } = truth
    const arrived = arrive({ ...truth, late: null }, late, "done", flavour, state.isSameDay).truth
    moves.push({ what: `${late.number} arrives late`, state: { ...state, truth: arrived } })
  }
  const left = paid - promised(truth)
  const amounts = consoleReturns[flavour] ?? [2]
  // One console return a payment: it is a person, and not an attacker.
  if (
    !truth.returns.some(({ console }) => console) &&
    !truth.returns.some((one) => one.state === "in_progress")
  )
    for (const amount of amounts.filter((one) => one <= left))
      moves.push({
        what: `console returns ${amount}`,
        state: {
          ...state,
          truth: {
            ...truth,
            returns: [
              ...truth.returns,
              { name: "console", gatewayNo: "console", kind: "refund", amount, state: "done", console: true },
            ],
          },
        },
      })
  return moves
}

const consoleReturns: Partial<Record<Flavour, readonly number[]>> = {
  ksher: [1, 2],
  ksher_repeats: [1, 2],
  gnete_finishes: [],
}

/** What was sent has arrived by now or never will; and the business day ends. */
function time(state: State): Move[] {
  const moves: Move[] = []
  const isYoung = state.operations.some(
    (one) => isUnclear(one.state) && one.updatedAt.getTime() === now.getTime(),
  )
  if (isYoung && !state.truth.late)
    moves.push({
      what: "an hour goes by",
      state: { ...state, operations: state.operations.map((one) => ({ ...one, updatedAt: longAgo })) },
    })
  if (state.isSameDay) moves.push({ what: "the day ends", state: { ...state, isSameDay: false } })
  return moves
}

// What a step does. It is compared with the code that does it, by `replay.ts`.

function replaced(operations: readonly Operation[], by: Operation): Operation[] {
  return operations.map((one) => (one.id === by.id ? by : one))
}

/** What the payment is by its operations. */
function counted(state: State): State {
  const refundedAmount = returnedAmount(state.operations)
  const whole = refundedAmount >= paid
  const as = refundedAmount === 0 ? "paid" : whole ? "refunded" : "partially_refunded"
  return { ...state, payment: { ...state.payment, refundedAmount, state: as } }
}

/** Each way that the running request can go on. A process may die before each step. */
function steps(state: State, flavour: Flavour, rules: Rules): Move[] {
  const going = state.asking
    ? askingMoves(state, state.asking, flavour, rules)
    : requestMoves(state, flavour, rules)
  const dead = { what: "the process dies", state: { ...state, request: null, asking: null, turns: 0 } }
  return [...going, dead]
}

function pictureOf(state: State, { intent, facts }: Request, flavour: Flavour): ReturnPicture {
  return {
    payment: state.payment,
    operations: state.operations,
    channel: channelOf(flavour),
    oneAtATime: isGnete(flavour),
    reversible: isGnete(flavour) && state.isSameDay,
    // Payouts to the shopper's account have a walk of their own: payouts.ts.
    mostPaidOut: 0,
    intent,
    facts,
  }
}

function requestMoves(state: State, flavour: Flavour, rules: Rules): Move[] {
  const { request } = state
  if (!request) return []
  const step = rules.decideReturn(pictureOf(state, request, flavour))
  const after = { ...state, turns: state.turns + 1 }
  const learned = (facts: Partial<ReturnFacts>, patch: Partial<State> = {}): State => ({
    ...after,
    ...patch,
    request: { ...request, facts: { ...request.facts, ...facts } },
  })
  const what = step.do
  switch (step.do) {
    case "ask_about_doubts": {
      const queue = returns(state.operations)
        .filter(isUnsettled)
        .map(({ id }) => id)
      return [
        { what, state: { ...learned({ doubtsAsked: true }), asking: { queue, facts: {}, isAnswer: false } } },
      ]
    }
    case "look_for_returns": {
      const returnsLookedFor = lists(flavour) ? "listed" : "looked"
      return [
        {
          what: `${what}: found`,
          state: counted(recorded(learned({ returnsLookedFor }), flavour)),
          call: [
            lookedFor(state.truth, flavour),
            ...toldOf(refusedBeside(state, flavour), state.truth, flavour).map(callOf),
          ],
        },
        {
          what: `${what}: no answer`,
          state: learned({ returnsLookedFor: "looked" }),
          call: { ...lookedFor(state.truth, flavour), outcome: lostAnswer },
        },
      ]
    }
    case "ask_about_refused":
      return refusedMoves(what, step.operations, learned, flavour)
    case "read_rows": {
      const held = new Set(state.rows.map(({ id }) => id))
      return [
        { what, state: learned({ notBooked: step.done.filter((one) => isWithoutRow(one, state, held)) }) },
      ]
    }
    case "hand_over": {
      const row = { refundId: step.refundId, medusaAmount: step.medusaAmount, untold: false }
      const operations = replaced(state.operations, { ...step.operation, ...row })
      return [{ what, state: ended({ ...after, operations }) }]
    }
    case "book_nothing":
    case "answer":
      return [{ what, state: ended(after) }]
    case "ask_shopper":
    case "take_over":
      throw new Error("Nothing is paid out in this walk.")
    case "send":
      return sendMoves(after, request, step, flavour)
    case "refuse": {
      const told = step.tells
        ? replaced(state.operations, { ...step.tells, untold: false, told: true })
        : state.operations
      return [
        {
          what: `${what} ${step.refusal.code}`,
          state: thrown({ ...after, operations: told }, step.refusal.code),
        },
      ]
    }
  }
}

/** All of them answered, or the first not. */
function refusedMoves(
  what: string,
  operations: readonly Operation[],
  learned: (facts: Partial<ReturnFacts>) => State,
  flavour: Flavour,
): Move[] {
  const answered = learned({ refusedAsked: { unanswered: undefined } })
  const told = toldOf(operations, answered.truth, flavour)
  return [
    {
      what: `${what}: ${told.map(({ outcome }) => outcome.kind).join()}`,
      state: counted(told.reduce(withTold, answered)),
      call: told.map(callOf),
    },
    {
      what: `${what}: no answer`,
      state: learned({ refusedAsked: { unanswered: operations[0] } }),
      call: { name: questionAbout(operations[0]!), outcome: lostAnswer },
    },
  ]
}

/** Of an order that was returned whole, what our own refunds have come to is asked before the rest is the console's. */
const refusedBeside = ({ truth, operations }: State, flavour: Flavour): Operation[] => {
  const order = askOrder(truth, flavour)
  const isWhole = order.kind === "succeeded" && order.value.returned === "all"
  return isWhole && !lists(flavour) && !returns(operations).some(isUnsettled)
    ? unsureRefusals(operations)
    : []
}

interface Told {
  operation: Operation
  outcome: ReturnOutcome
}

const toldOf = (operations: readonly Operation[], truth: Truth, flavour: Flavour): Told[] =>
  operations.map((operation) => ({
    operation,
    outcome:
      operation.kind === "cancel"
        ? askReversal(truth, operation.gatewayNo ?? "")
        : askRefund(truth, operation.number, flavour),
  }))

const callOf = ({ operation, outcome }: Told): Called => ({ name: questionAbout(operation), outcome })

const questionAbout = ({ kind }: Operation) => (kind === "cancel" ? "cancelQuery" : "refundQuery")

/** That its first end was wrong is kept, and when that was known. */
function withTold(state: State, { operation, outcome }: Told): State {
  if (outcome.kind !== "succeeded" && outcome.kind !== "pending") return state
  const settledAt = outcome.kind === "succeeded" ? moment(state.operations.length - 1) : null
  const went = { ...settledAs(operation, outcome.kind), reason: afterAll, code: null, settledAt }
  return { ...state, operations: replaced(state.operations, went) }
}

/** When the operation of that place was made. */
const moment = (at: number): Date => new Date(now.getTime() + at)

/** Medusa holds no row for it, or one that is another's by now. */
const isWithoutRow = (one: Operation, { operations }: State, held: ReadonlySet<string>): boolean =>
  !held.has(one.refundId ?? "") || hasLostRow(one, operations)

const lists = (flavour: Flavour): boolean => !isGnete(flavour) && flavour !== "ksher_unlisted"

/** How what was returned in the console is looked for: in Ksher's list, and where there is none, in what is said of the order. */
const lookedFor = (truth: Truth, flavour: Flavour): Called => {
  if (!lists(flavour)) return { name: "query", outcome: askOrder(truth, flavour) }
  return { name: "refundsOf", outcome: listRefunds(truth, flavour) }
}

/** The request is answered: whoever asked knows. */
const ended = (state: State): State => ({ ...state, request: null, asking: null, turns: 0 })

/**
 * The provider throws, and Medusa deletes the row, unless the job asked. Who hears "not known" may ask again; whoever hears that nothing
 * was sent has what was wished before.
 */
function thrown(state: State, code: string): State {
  const { request } = state
  if (!request) return state
  const { intent, wish } = request
  if (intent.owed) return ended(state)
  const amount = typeof intent.amount === "object" ? Math.round(Number(intent.amount.major) * 100) : null
  const rows = state.rows.filter(({ id }) => id !== intent.refundId)
  if (code === "refund_unknown") return ended({ ...state, rows, untold: amount ?? state.untold })
  // Of what it repeats, it only knows where it was sent itself.
  const isOver = wish > 0 || code === "refund_refused" || code === "refund_not_sent"
  const wished = state.wished - (isOver ? wish || (amount ?? 0) : 0)
  return ended({ ...state, rows, wished })
}

/** What is found of the gateway's console is recorded. */
function recorded(before: State, flavour: Flavour): State {
  const state = toldOf(refusedBeside(before, flavour), before.truth, flavour).reduce(withTold, before)
  const { truth, operations } = state
  const listed = listRefunds(truth, flavour)
  if (listed.kind === "succeeded") {
    const known = new Set(
      operations.filter(({ state: as }) => !isRefused({ state: as } as Operation)).map((one) => one.number),
    )
    return listed.value.filter(({ number }) => !known.has(number)).reduce(withListed, state)
  }
  const order = askOrder(truth, flavour)
  if (order.kind !== "succeeded" || returns(operations).some(isUnsettled)) return state
  const { state: as, returned } = order.value
  if (as !== "refunded" && as !== "reversed") return state
  const rest = paid - returnedAtGateway(operations)
  if (returned === "all" || as === "reversed")
    return rest > 0
      ? {
          ...state,
          operations: [
            ...operations,
            outside(`outside-1`, as === "reversed" ? "cancel" : "refund", rest, operations.length),
          ],
        }
      : state
  return returnedAtGateway(operations) > 0
    ? state
    : { ...state, payment: { ...state.payment, returnedUnsaid: true } }
}

function withListed(state: State, record: RefundRecord): State {
  const own = state.operations.find(({ number }) => number === record.number)
  if (own) return withTold(state, { operation: own, outcome: succeeded(record) })
  return {
    ...state,
    operations: [
      ...state.operations,
      outside(record.number, "refund", record.amount.minor, state.operations.length),
    ],
  }
}

const outside = (number: string, kind: "refund" | "cancel", amount: number, at: number): Operation =>
  anOperation({
    id: number,
    number,
    kind,
    amount,
    outside: true,
    state: "succeeded",
    createdAt: moment(at),
    settledAt: moment(at),
    attempts: 0,
  })

const settledAs = (operation: Operation, state: Operation["state"]): Operation => ({
  ...operation,
  state,
  reason: null,
})

function sendMoves(
  state: State,
  request: Request,
  { kind, amount }: Extract<ReturnStep, { do: "send" }>,
  flavour: Flavour,
): Move[] {
  if (kind === "cancel" && state.takesNoReversals)
    return [
      {
        what: "no reversal is written",
        state: { ...state, request: { ...request, facts: { ...request.facts, takesNoReversals: true } } },
      },
    ]
  const { intent } = request
  const number = `op${state.operations.length + 1}`
  const medusaAmount = typeof intent.amount === "object" ? intent.amount.major : null
  const operation = anOperation({
    ...{ id: number, number, kind, amount, medusaAmount, refundId: intent.refundId, state: "sent" },
    ...{ createdAt: moment(state.operations.length), updatedAt: now },
  })
  const written = { ...state, operations: [...state.operations, operation] }
  // It is written before it is sent: the process may die in between.
  const died = { what: `${number} is written, and the process dies`, state: ended(written) }
  const sent = fatesOfSending(flavour, kind).flatMap((fate): Move[] => {
    const { truth, outcome } = sendAs(written, operation, fate, flavour)
    return [
      {
        what: `${kind} ${amount} as ${number}: ${fate}`,
        state: heard({ ...written, truth }, operation, outcome),
        call: { name: kind, outcome },
        sent: { operation, isNew: true, before: state },
      },
    ]
  })
  return [died, ...sent]
}

const sendAs = (state: State, { kind, number, amount }: Operation, fate: Fate, flavour: Flavour) =>
  send(
    state.truth,
    { kind: kind as "refund" | "cancel", number, amount: amount ?? 0 },
    fate,
    flavour,
    state.isSameDay,
  )

/** What an answer to the first sending makes of it. Where it says nothing sure, it is asked about once. */
function heard(state: State, operation: Operation, answer: ReturnOutcome): State {
  const outcome =
    operation.kind === "cancel"
      ? answer
      : believedAnswer(
          answer,
          state.operations.filter(({ id }) => id !== operation.id),
        )
  const concluded = counted({
    ...state,
    operations: replaced(state.operations, endOf(operation, outcome)),
  })
  switch (outcome.kind) {
    case "unknown":
      return { ...concluded, asking: { queue: [operation.id], facts: {}, isAnswer: true } }
    case "succeeded":
    case "pending":
      return ended(concluded)
    case "refused":
      return operation.kind === "cancel" ? concluded : thrown(concluded, "refund_refused")
    case "not_sent":
      return thrown(concluded, "refund_not_sent")
  }
}

function endOf(operation: Operation, outcome: ReturnOutcome): Operation {
  const { reason = null, code = null } = problemOf(outcome)
  // What had been accepted stays so, whatever an unsure answer says.
  const state = operation.state === "pending" && isUnclear(outcome.kind) ? "pending" : outcome.kind
  const gatewayNo =
    outcome.kind === "succeeded" || outcome.kind === "pending" ? (outcome.value.gatewayNo ?? null) : null
  const isStillWrong = operation.reason === afterAll && (state === "succeeded" || state === "pending")
  return {
    ...{ ...operation, state, code, gatewayNo: gatewayNo || operation.gatewayNo, updatedAt: now },
    reason: isStillWrong ? afterAll : reason,
  }
}

const doubtPicture = (
  { payment }: State,
  operation: Operation,
  facts: DoubtFacts,
  flavour: Flavour,
): DoubtPicture => ({
  ...{ gateway: payment.gateway, channel: channelOf(flavour) },
  ...{ now, payment, operation, facts },
})

function askingMoves(state: State, asking: Asking, flavour: Flavour, rules: Rules): Move[] {
  const [id, ...rest] = asking.queue
  const operation = state.operations.find((one) => one.id === id)
  if (!operation) return [{ what: "all is asked", state: { ...state, asking: null } }]
  const step = rules.decideDoubt(doubtPicture(state, asking.before ?? operation, asking.facts, flavour))
  const after = { ...state, turns: state.turns + 1 }
  const learned = (facts: DoubtFacts, patch: Partial<State> = {}): State => ({
    ...after,
    ...patch,
    asking: { ...asking, facts: { ...asking.facts, ...facts } },
  })
  const heardOr = <T>(
    name: Called["name"],
    answer: Outcome<T>,
    keep: (answer: Outcome<T>) => State,
  ): Move[] => [
    {
      what: `${step.do} ${operation.number}: ${answer.kind}`,
      state: keep(answer),
      call: { name, outcome: answer },
    },
    {
      what: `${step.do} ${operation.number}: no answer`,
      state: keep(lostAnswer),
      call: { name, outcome: lostAnswer },
    },
  ]
  const { truth } = state
  switch (step.do) {
    case "read_operations":
      return [{ what: step.do, state: learned({ operations: state.operations }) }]
    case "ask_refund":
      return heardOr("refundQuery", askRefund(truth, operation.number, flavour), (answer) =>
        learned({ [step.as]: answer }),
      )
    case "ask_reversal":
      return heardOr("cancelQuery", askReversal(truth, step.gatewayNo), (reversal) => learned({ reversal }))
    case "ask_order":
      return heardOr("query", askOrder(truth, flavour), (order) => learned({ order }))
    case "wait": {
      const { order: _seen, ...facts } = asking.facts
      return [
        { what: step.do, state: { ...after, asking: { ...asking, facts: { ...facts, waited: true } } } },
      ]
    }
    case "look_for_returns":
      return [
        {
          what: `${step.do}: found`,
          state: learned({ returnedElsewhere: isReturnedThere(state, flavour), isListed: lists(flavour) }),
          call: lookedFor(truth, flavour),
        },
        {
          what: `${step.do}: no answer`,
          state: learned({ returnedElsewhere: false, isListed: false }),
          call: { ...lookedFor(truth, flavour), outcome: lostAnswer },
        },
      ]
    case "ask_about_refused": {
      const told = toldOf(step.operations, truth, flavour)
      const heard = counted(told.reduce(withTold, after))
      return [
        {
          what: `${step.do}: ${told.map(({ outcome }) => outcome.kind).join()}`,
          state: {
            ...heard,
            asking: {
              ...asking,
              facts: {
                ...asking.facts,
                operations: heard.operations,
                refusedAsked: { unanswered: undefined },
              },
            },
          },
          call: told.map(callOf),
        },
        {
          what: `${step.do}: no answer`,
          state: learned({ refusedAsked: { unanswered: step.operations[0] } }),
          call: { name: questionAbout(step.operations[0]!), outcome: lostAnswer },
        },
      ]
    }
    case "send_again":
      return againMoves(state, asking, operation, step.knownAbsent, flavour)
    case "conclude":
      return [
        {
          what: `conclude ${operation.number}: ${step.finding.outcome.kind}`,
          state: found(after, asking, rest, operation, step),
        },
      ]
  }
}

function isReturnedThere({ truth, operations }: State, flavour: Flavour): boolean {
  const listed = listRefunds(truth, flavour)
  if (listed.kind === "succeeded") {
    const known = new Set(operations.filter((one) => !isRefused(one)).map(({ number }) => number))
    return listed.value.some(({ number }) => !known.has(number))
  }
  const order = askOrder(truth, flavour)
  if (order.kind !== "succeeded" || (order.value.state !== "refunded" && order.value.state !== "reversed"))
    return false
  return order.value.returned === "all" || returnedAtGateway(operations) === 0
}

function againMoves(
  state: State,
  asking: Asking,
  operation: Operation,
  knownAbsent: boolean,
  flavour: Flavour,
): Move[] {
  // Here the walk turns back: only death leads on.
  if (operation.attempts >= mostSendings) return []
  const { order: _before, ...facts } = asking.facts
  const counts = { ...operation, attempts: operation.attempts + 1, reason: null, code: null, updatedAt: now }
  return fatesOfSending(flavour, operation.kind as "refund" | "cancel").map((fate) => {
    const { truth, outcome: answer } = sendAs(state, operation, fate, flavour)
    const outcome =
      operation.kind === "cancel" ? answer : believedAnswer(answer, asking.facts.operations ?? [])
    return {
      what: `${operation.kind} ${operation.amount} again as ${operation.number}: ${fate}`,
      sent: { operation, isNew: false, before: state },
      call: { name: operation.kind as "refund" | "cancel", outcome: answer },
      state: {
        ...state,
        truth,
        turns: state.turns + 1,
        operations: replaced(state.operations, counts),
        asking: {
          ...asking,
          before: operation,
          facts: { ...facts, sent: { operation: counts, outcome, knownAbsent } },
        },
      },
    }
  })
}

/** A finding is written down, and the next in the queue is asked about. */
function found(
  state: State,
  asking: Asking,
  rest: readonly string[],
  operation: Operation,
  step: Extract<DoubtStep, { do: "conclude" }>,
): State {
  const { overturns } = step
  const overturned = overturns
    ? { ...state, operations: replaced(state.operations, settledAs(overturns, "succeeded")) }
    : state
  const noted = step.takesNoReversals ? { ...overturned, takesNoReversals: true } : overturned
  const now = noted.operations.find(({ id }) => id === operation.id) ?? operation
  const learned =
    step.finding.by === "sending" ? endOf(now, step.finding.outcome) : learnedOf(now, step.finding)
  const next = counted({ ...noted, operations: replaced(noted.operations, learned) })
  if (!asking.isAnswer)
    return { ...next, asking: rest.length ? { queue: rest, facts: {}, isAnswer: false } : null }
  return answered({ ...next, asking: null }, learned, step.finding.outcome)
}

/** What asking came to changes no state where it says nothing sure, and keeps what sending was answered with. */
function learnedOf(operation: Operation, { outcome }: Finding): Operation {
  if (isUnclear(outcome.kind))
    return { ...operation, state: operation.state === "sent" ? "unknown" : operation.state }
  return { ...endOf(operation, outcome), code: operation.code }
}

/** The request that had sent it is answered by what was found. */
function answered(state: State, operation: Operation, outcome: ReturnOutcome): State {
  switch (outcome.kind) {
    case "succeeded":
    case "pending":
      return ended(state)
    case "refused":
      return operation.kind === "cancel" ? state : thrown(state, "refund_refused")
    case "unknown":
      return thrown(state, "refund_unknown")
    case "not_sent":
      return thrown(state, "refund_not_sent")
  }
}

/** What of a state decides about what can come of it. */
export function keyOf({
  truth,
  isSameDay,
  takesNoReversals,
  payment,
  operations,
  rows,
  ...rest
}: State): string {
  const { wished, untold, request, asking, asks, repetitions, isSpoken, turns } = rest
  const { operations: read, sent, ...facts } = asking?.facts ?? {}
  const again = sent === "ended" || !sent ? sent : [sent.outcome, sent.knownAbsent, sent.operation.reason]
  return JSON.stringify([
    [truth, isSameDay, takesNoReversals, payment.state, payment.returnedUnsaid, operations.map(compact)],
    [rows, wished, untold, asks, repetitions, isSpoken, turns, request?.intent, request?.wish],
    [request && { ...request.facts, notBooked: request.facts.notBooked?.map(({ id }) => id) }],
    [
      asking?.queue,
      asking?.isAnswer,
      asking?.before && compact(asking.before),
      facts,
      read?.map(({ state }) => state),
      again,
    ],
  ])
}

const compact = (one: Operation) => [
  [
    one.number,
    one.kind,
    one.amount,
    one.state,
    one.refundId,
    one.medusaAmount,
    one.outside,
    one.untold,
    one.told,
  ],
  [one.reason, one.code, one.gatewayNo, one.updatedAt === now, one.attempts],
  one.reason === afterAll && one.settledAt?.getTime(),
]

/** Everything that can come of a state. */
export const movesOf = (state: State, flavour: Flavour, rules: Rules, most: Domain): Move[] =>
  state.request || state.asking ? steps(state, flavour, rules) : events(state, flavour, rules, most)

// What must hold.

export const mostTurns = 48

/** What is wrong with a move, in words; `undefined` where nothing is. */
export function faultOf({ state, sent }: Move): string | undefined {
  if (state.turns > mostTurns) return `no end within ${mostTurns} turns`
  if (promised(state.truth) > paid) return `${promised(state.truth)} goes back of ${paid}`
  if (promisedByUs(state.truth) > state.wished)
    return `${promisedByUs(state.truth)} goes back where ${state.wished} was asked for`
  const denied = state.operations.find((one) => isDenied(one, state.truth))
  if (denied) return `${denied.number} is called refused, and has gone through`
  if (!sent) return undefined
  const { operation, isNew, before } = sent
  const doubtful = returns(before.operations).find((one) => isUnclear(one.state) && one.id !== operation.id)
  if (isNew && doubtful) return `${operation.number} is sent while ${doubtful.number} is in doubt`
  return undefined
}

/** A reversal whose failure counts as the gateway's word, and that has gone through under another name or is still to come. */
const isDenied = ({ number, kind, state, reason }: Operation, { returns: made, late }: Truth): boolean =>
  kind === "cancel" &&
  state === "refused" &&
  reason !== "by_hand" &&
  (late?.number === number || made.some((one) => one.name === number && one.state !== "failed"))
