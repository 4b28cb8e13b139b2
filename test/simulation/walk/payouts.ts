import { answeredUnknown, notSent, refused, succeeded, unanswered } from "../../../src/core"
import type { ChannelFacts, Outcome, PayoutRecord } from "../../../src/core"
import {
  committedAmount,
  hasLostRow,
  isDone,
  isMet,
  isToBeBooked,
  isUnanswered,
  isUnsettled,
  isWaitingPayout,
  returns,
} from "../../../src/services/ledger"
import type { GatewayPayment, Operation } from "../../../src/services/ledger"
import { problemOf } from "../../../src/services/settlement/order-ref"
import { decideReturn } from "../../../src/services/settlement/returns/decide-return"
import type {
  ReturnFacts,
  ReturnIntent,
  ReturnPicture,
  ReturnStep,
} from "../../../src/services/settlement/returns/decide-return"
import { matchedRows } from "../../../src/services/settlement/returns/refund-rows"
import { decidePayout, refusedBefore } from "../../../src/services/settlement/shopper-payouts/decide-payout"
import type {
  PayoutFacts,
  PayoutPicture,
  PayoutStep,
} from "../../../src/services/settlement/shopper-payouts/decide-payout"
import { aPayment, anOperation } from "../../unit/settlement/pictures"

/*
 * A PromptPay payment whose refunds wait until the shopper has named an account. Medusa, an admin, the job, the shopper and the
 * gateway's console may each ask for money, answer, or take back, in any order.
 */

/** Minor units: they can be asked for in two parts. */
export const paid = 2
export const currency = "thb"
const absentCode = "KSHER_INVALID_ORDER_NO"

/** Noon, and so long before it that what was sent then has arrived. */
const now = new Date("2026-03-30T05:00:00Z")
const longAgo = new Date("2026-03-30T04:00:00Z")

export const channel: ChannelFacts = {
  refund: false,
  partialRefund: false,
  paysOut: true,
  refundQuery: false,
  close: false,
  minimum: 1,
}

export interface Rules {
  decideReturn: (picture: ReturnPicture) => ReturnStep
  decidePayout: (picture: PayoutPicture) => PayoutStep
}

export const ours: Rules = { decideReturn, decidePayout }

export interface Row {
  id: string
  amount: number
}

interface Request {
  intent: ReturnIntent
  /** An admin decided it in the plugin, and Medusa has no row for it. */
  isByHand: boolean
  facts: ReturnFacts
  /** What is wanted besides what was wished before: nothing, where the job carries out what Medusa holds. */
  wish: number
}

/** Payouts that are brought as far as they come, the first of them now. */
interface Look {
  queue: readonly string[]
  facts: PayoutFacts
}

export interface State {
  /** What Ksher truly paid out, by its number, in minor units; `isUnderWay`: it does not say so yet. */
  gone: readonly { number: string; amount: number; isUnderWay: boolean }[]
  /** Minor units that a person has returned in Ksher's console. */
  console: number
  payment: GatewayPayment
  operations: readonly Operation[]
  rows: readonly Row[]
  /** What people want returned, in minor units. */
  wished: number
  request: Request | null
  look: Look | null
  asks: number
  /** Steps since somebody began, which must end. */
  turns: number
}

export const begin: State = {
  gone: [],
  console: 0,
  payment: aPayment({
    ...{ gateway: "ksher", channel: "promptpay", currency, amount: paid, paidAmount: paid },
    ...{ state: "paid", paidAt: now, capturedAt: now },
  }),
  operations: [],
  rows: [],
  wished: 0,
  request: null,
  look: null,
  asks: 0,
  turns: 0,
}

export interface Move {
  what: string
  state: State
  /** An answer was lost, or something else went wrong. */
  isUpset?: boolean
  /** Neither the request nor the payout goes on by it: the process has died, or the shopper has answered. */
  isAside?: true
  /** The shopper has answered just before a refund was taken over. */
  isRace?: true
  /** What the gateway says of the order, where it was asked for that. */
  order?: "paid" | "refunded" | "silent"
  /** A payout that has just been sent. */
  sent?: { operation: Operation; isNew: boolean; before: State }
  /** Refunds that are to be part of the one that is asked for now. */
  takesOver?: { operations: readonly Operation[]; wish: number }
  /** A refund row of Medusa's whose request has just been answered with a yes. */
  granted?: string | null
}

export interface Domain {
  /** How often somebody asks. */
  asks: number
  /** How many payouts are made, the job's among them. */
  operations: number
  /** The shop lets what got no answer be sent again. */
  sendAgain?: true
  /** The gateway answers everything, and no process dies: only people differ. */
  isCalm?: true
}

const major = (minor: number): string => (minor / 100).toFixed(2)

const replaced = (operations: readonly Operation[], by: Operation): Operation[] =>
  operations.map((one) => (one.id === by.id ? by : one))

const sum = (amounts: readonly { amount: number | null }[]): number =>
  amounts.reduce((all, { amount }) => all + (amount ?? 0), 0)

/** Everything that can come of a state. */
export function movesOf(state: State, rules: Rules, most: Domain): Move[] {
  if (!state.request && !state.look) return [...events(state, most), ...answersOf(state)]
  const going = state.look
    ? lookMoves(state, state.look, rules, most)
    : requestMoves(state, state.request as Request, rules)
  if (most.isCalm) return going.filter(({ isUpset }) => !isUpset)
  const over = { ...state, request: null, look: null, turns: 0 }
  const dead = { what: "the process dies", state: over, isAside: true as const }
  return [...going, ...(state.request && !state.look ? answersOf(state) : []), dead]
}

// What people, the shop, the gateway and the clock do.

function events(state: State, most: Domain): Move[] {
  return [
    ...asked(state, most),
    ...carriedOut(state, most),
    ...takenBack(state),
    ...booked(state),
    ...looks(state),
    ...atConsole(state),
    ...time(state),
  ]
}

const start = (state: State, intent: ReturnIntent, wish: number, isByHand = false): State => ({
  ...state,
  request: { intent, isByHand, facts: {}, wish },
  wished: state.wished + wish,
  turns: 0,
})

function asked(state: State, most: Domain): Move[] {
  if (state.asks >= most.asks || state.operations.length >= most.operations) return []
  const next = { ...state, asks: state.asks + 1 }
  const id = `row${next.asks}`
  return [1, 2].flatMap((amount) => [
    {
      what: `Medusa refunds ${amount}`,
      state: start(
        { ...next, rows: [...state.rows, { id, amount }] },
        { amount: { major: major(amount) }, refundId: id },
        amount,
      ),
    },
    { what: `an admin returns ${amount} here`, state: start(next, { amount, refundId: null }, amount, true) },
  ])
}

/** The job carries out what Medusa holds and nothing carries. */
const carriedOut = (state: State, most: Domain): Move[] =>
  state.operations.length >= most.operations
    ? []
    : uncarried(state).map(({ id: refundId, amount }) => ({
        what: `the job carries out ${refundId}`,
        state: start(state, { amount: { major: major(amount) }, refundId, owed: true, byItself: true }, 0),
      }))

const uncarried = ({ operations, rows }: State): Row[] => {
  const carried = matchedRows(operations)
  return rows.filter(({ id }) => !carried.has(id))
}

/** An admin takes back what was begun here and the shopper has not answered. */
const takenBack = (state: State): Move[] =>
  state.operations.filter(isUnanswered).map((one) => ({
    what: `an admin takes ${one.number} back`,
    state: {
      ...state,
      wished: state.wished - (one.amount ?? 0),
      operations: replaced(state.operations, ended(one, "taken_back")),
    },
  }))

const ended = (operation: Operation, reason: string): Operation => ({
  ...operation,
  ...{ state: "not_sent", reason, updatedAt: now },
})

/** At any moment, whoever else is at work. */
const answersOf = (state: State): Move[] =>
  state.operations
    .filter((one) => isWaitingPayout(one) && one.reason === null)
    .map((one) => ({
      what: `the shopper answers ${one.number}`,
      state: answered(state, one),
      isAside: true,
    }))

const answered = (state: State, one: Operation): State => ({
  ...state,
  operations: replaced(state.operations, { ...one, reason: "given", updatedAt: now }),
})

/** The job enters in Medusa what has gone, or goes to an account that is named, unless a row of the amount was never sent. */
function booked(state: State): Move[] {
  const held = new Set(state.rows.map(({ id }) => id))
  const [unbooked] = returns(state.operations).filter(
    (one) => isDone(one) && !isUnanswered(one) && isWithoutRow(one, state, held),
  )
  const tried = new Set(returns(state.operations).map(({ refundId }) => refundId))
  if (!unbooked || state.rows.some((row) => !tried.has(row.id) && row.amount === unbooked.amount)) return []
  const id = `entered-${unbooked.id}`
  const row = { refundId: id, medusaAmount: major(unbooked.amount ?? 0), untold: unbooked.refundId !== null }
  return [
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

const isWithoutRow = (one: Operation, { operations }: State, held: ReadonlySet<string>): boolean =>
  !held.has(one.refundId ?? "") || hasLostRow(one, operations)

const unsettledOf = ({ operations }: State): string[] => operations.filter(isUnsettled).map(({ id }) => id)

const looks = (state: State): Move[] =>
  unsettledOf(state).length
    ? [
        {
          what: "the job looks",
          state: { ...state, look: { queue: unsettledOf(state), facts: {} }, turns: 0 },
        },
      ]
    : []

/** One person returns something in the console, once, and not more than is left. */
const atConsole = (state: State): Move[] =>
  state.console
    ? []
    : [1, paid]
        .filter((amount) => amount + sum(state.gone) <= paid)
        .map((amount) => ({ what: `console returns ${amount}`, state: { ...state, console: amount } }))

/** What was under way has arrived, and what was said before was said long ago. */
function time(state: State): Move[] {
  const isYoung = ({ updatedAt, asked: said }: Operation) => updatedAt === now || said?.at === now
  if (!state.operations.some((one) => isUnsettled(one) && isYoung(one))) return []
  return [{ what: "an hour goes by", state: anHourLater(state) }]
}

const anHourLater = (state: State): State => ({
  ...state,
  gone: state.gone.map((one) => ({ ...one, isUnderWay: false })),
  operations: state.operations.map((one) => ({
    ...one,
    updatedAt: longAgo,
    asked: one.asked && { ...one.asked, at: longAgo },
  })),
})

// What a step of a request does. It is compared with the code that does it, by a test.

const pictureOf = ({ payment, operations }: State, { intent, facts }: Request): ReturnPicture => ({
  ...{ payment, operations, channel, oneAtATime: false, reversible: false, mostPaidOut: 100, intent, facts },
})

function requestMoves(state: State, request: Request, rules: Rules): Move[] {
  const step = rules.decideReturn(pictureOf(state, request))
  const after = { ...state, turns: state.turns + 1 }
  const learned = (facts: Partial<ReturnFacts>, patch: Partial<State> = {}): State => ({
    ...after,
    ...patch,
    request: { ...request, facts: { ...request.facts, ...facts } },
  })
  const what = step.do
  switch (step.do) {
    case "ask_about_doubts":
      return [
        {
          what,
          state: { ...learned({ doubtsAsked: true }), look: { queue: unsettledOf(state), facts: {} } },
        },
      ]
    case "look_for_returns": {
      const seen = learned({ returnsLookedFor: "looked" })
      return [
        { what: `${what}: found`, state: withConsole(seen), order: state.console ? "refunded" : "paid" },
        { what: `${what}: no answer`, state: seen, order: "silent", isUpset: true },
      ]
    }
    case "read_rows": {
      const held = new Set(state.rows.map(({ id }) => id))
      return [
        { what, state: learned({ notBooked: step.done.filter((one) => isWithoutRow(one, state, held)) }) },
      ]
    }
    case "hand_over": {
      const row = { refundId: step.refundId, medusaAmount: step.medusaAmount, untold: false }
      const operations = replaced(state.operations, { ...step.operation, ...row })
      // It is the wish that was known before.
      return [granted(what, { ...after, operations, wished: state.wished - request.wish }, request)]
    }
    case "ask_shopper":
      return [granted(what, withPayout(after, request, step.amount), request)]
    case "take_over":
      return takeOver(after, request, step.operations)
    case "answer":
      return [granted(what, after, request)]
    case "refuse": {
      const { tells } = step
      const operations = tells
        ? replaced(state.operations, { ...tells, untold: false, told: true })
        : state.operations
      return [{ what: `${what} ${step.refusal.code}`, state: thrown({ ...after, operations }, request) }]
    }
    case "ask_about_refused":
    case "book_nothing":
    case "send":
      throw new Error(`PromptPay gives nothing back, and its amounts are whole: ${step.do}.`)
  }
}

/** Of what its console returned, the gateway says only that it did. */
const withConsole = (state: State): State =>
  state.console ? { ...state, payment: { ...state.payment, returnedUnsaid: true } } : state

/** Where the account of one is named in this moment, all of them stay. */
function takeOver(state: State, request: Request, operations: readonly Operation[]): Move[] {
  const { notBooked: _before, ...facts } = request.facts
  const next = { ...state, request: { ...request, facts } }
  const taken = {
    ...next,
    wished: state.wished - sum(operations),
    operations: operations.reduce((all, one) => replaced(all, ended(one, "taken_over")), state.operations),
  }
  const last = operations.at(-1)
  return [
    {
      what: "take_over",
      state: taken,
      takesOver: { operations: sameOf(operations, state), wish: minorOf(request.intent) },
    },
    ...(last?.reason === null
      ? [
          {
            what: "take_over, and the shopper answers first",
            state: answered(next, last),
            isRace: true as const,
          },
        ]
      : []),
  ]
}

const minorOf = ({ amount }: ReturnIntent): number =>
  typeof amount === "object" ? Math.round(Number(amount.major) * 100) : Number(amount)

/** As they truly are. */
const sameOf = (operations: readonly Operation[], { operations: all }: State): Operation[] =>
  all.filter(({ id }) => operations.some((one) => one.id === id))

function withPayout(state: State, { intent, isByHand }: Request, amount: number): State {
  const number = `op${state.operations.length + 1}`
  const at = new Date(now.getTime() + state.operations.length)
  const operation = anOperation({
    ...{ id: number, number, kind: "payout", amount, state: "pending", attempts: 0 },
    ...{
      refundId: intent.refundId,
      medusaAmount: typeof intent.amount === "object" ? intent.amount.major : null,
    },
    ...{ decisionId: isByHand ? "gpdc_1" : null, createdAt: at, updatedAt: now },
  })
  return { ...state, operations: [...state.operations, operation] }
}

const done = (state: State): State => ({ ...state, request: null, turns: 0 })

const granted = (what: string, state: State, { intent }: Request): Move => ({
  what,
  state: done(state),
  granted: intent.refundId,
})

/** Nothing was sent: Medusa deletes its row, unless the job asked. */
function thrown(state: State, { intent, wish }: Request): State {
  if (intent.owed) return done(state)
  const rows = state.rows.filter(({ id }) => id !== intent.refundId)
  return done({ ...state, rows, wished: state.wished - wish })
}

// What a step of a payout does, in the words of `decide-payout.test.ts`, beside everything else.

function payoutPicture(state: State, operation: Operation, facts: PayoutFacts, most: Domain): PayoutPicture {
  const { payment, operations } = state
  const isGiven = operation.reason === "given" || !isWaitingPayout(operation)
  return {
    operation,
    row: { givenAt: isGiven ? longAgo : null, releasedAt: null, link: null },
    isOn: true,
    paysOut: true,
    hasEarlier: refusedBefore(operations).length > 0,
    absentSince: operation.asked?.code === absentCode ? operation.asked.at : null,
    toBeBooked: isToBeBooked(operation),
    readable: isGiven,
    left: payment.returnedUnsaid ? -1 : paid - committedAmount(operations),
    doubtBeside: operations.some((one) => one.id !== operation.id && isInDoubt(one)),
    isMet: isMet(
      operation,
      operations.filter(({ refundId }) => refundId !== null && refundId === operation.refundId),
    ),
    policy: { maxAmount: paid, release: "automatic", sendAgain: most.sendAgain ?? false },
    now,
    facts,
    onlyAsks: false,
  }
}

const isInDoubt = ({ state }: Operation): boolean => state === "sent" || state === "unknown"

const lost = unanswered("timeout", "No answer.")
const absent = refused("absent", absentCode, "Ksher knows no order with this number.")
const failed = answeredUnknown("KSHER_X", "A failure that nobody documents.")

function lookMoves(state: State, look: Look, rules: Rules, most: Domain): Move[] {
  const [id, ...rest] = look.queue
  const operation = state.operations.find((one) => one.id === id && isUnsettled(one))
  const after = { ...state, turns: state.turns + 1 }
  const next = (from: State): State => ({ ...from, look: rest.length ? { queue: rest, facts: {} } : null })
  if (!operation) return [{ what: "nothing of it is open", state: next(after) }]
  const step = rules.decidePayout(payoutPicture(state, operation, look.facts, most))
  const learned = (facts: PayoutFacts, from: State = after): State => ({
    ...from,
    look: { ...look, facts: { ...look.facts, ...facts } },
  })
  const written = (patch: Partial<Operation>, from: State = after): State => ({
    ...from,
    operations: replaced(from.operations, { ...operation, ...patch }),
  })
  const what = `${step.do} ${operation.number}`
  switch (step.do) {
    case "rest":
      return [{ what, state: next(after) }]
    case "ask": {
      const isPaid = state.gone.some((one) => one.number === operation.number && !one.isUnderWay)
      const answer = isPaid ? succeeded<PayoutRecord>({ gatewayNo: "K1", fee: null }) : absent
      return [answer, lost].map((asked) => ({
        what: `${what}: ${asked.kind}`,
        isUpset: asked === lost,
        state: learned({ asked }, asked.kind === "succeeded" ? after : written(askedOf(operation, asked))),
      }))
    }
    case "ask_earlier":
      return [
        { what: `${what}: nothing came of it`, state: learned({ earlierAsked: "none" }) },
        { what: `${what}: no answer`, state: learned({ earlierAsked: "unsure" }), isUpset: true },
      ]
    case "look_for_returns":
      return [
        { what: `${what}: found`, state: learned({ returnsLookedFor: "sure" }, withConsole(after)) },
        { what: `${what}: no answer`, state: learned({ returnsLookedFor: "unsure" }), isUpset: true },
      ]
    case "read_balance":
      return [{ what, state: learned({ balance: succeeded(paid) }) }]
    case "send":
      return sendings(after, operation, look).map((move) => ({
        ...move,
        sent: { operation, isNew: isWaitingPayout(operation), before: state },
      }))
    case "book":
      return [{ what, state: next(counted(written({ state: "succeeded", reason: null, code: null }))) }]
    case "refuse":
      return [{ what, state: next(written({ state: "refused", reason: step.reason, code: step.code })) }]
    case "end":
      return [{ what, state: next(written({ state: "not_sent", reason: "paid_before" })) }]
    case "wait_for_balance":
      throw new Error("The balance is never too small in this walk.")
  }
}

/** That Ksher knows no such payout is kept with the time at which it said so first. */
function askedOf({ asked, reason }: Operation, said: Outcome<PayoutRecord>): Partial<Operation> {
  const { code = null } = problemOf(said)
  if (reason === "answered" && asked?.code === absentCode && code === absentCode) return {}
  return { asked: { at: now, outcome: "unknown", code, message: null } }
}

/** Each fate of one request: the process, the network and Ksher may each fail. */
function sendings(state: State, operation: Operation, look: Look): Move[] {
  const { asked: _before, ...facts } = look.facts
  const what = `send ${operation.number}`
  const attempts = operation.attempts + 1
  const made = { ...operation, attempts, state: "sent" as const, reason: null, asked: null, updatedAt: now }
  const paidOut = (isUnderWay: boolean): State => ({
    ...state,
    gone: [...state.gone, { number: operation.number, amount: operation.amount ?? 0, isUnderWay }],
  })
  const as = (from: State, patch: Partial<Operation>, learned: PayoutFacts): State => ({
    ...from,
    operations: replaced(from.operations, { ...made, ...patch }),
    look: { ...look, facts: learned },
  })
  const dead = (from: State): State => ({ ...as(from, {}, {}), look: null, request: null, turns: 0 })
  const unsure = (from: State, reason: string | null): State =>
    as(from, { state: "unknown", reason, code: reason && "KSHER_X" }, facts)
  const unsent = notSent("connection", "It was not sent.")
  const waits = { state: "pending", attempts: 0, reason: "given", code: unsent.code } as const
  const done = {
    what: `${what}: done`,
    state: as(paidOut(false), {}, { ...facts, sent: succeeded({ gatewayNo: "K1", fee: null }) }),
  }
  const upset = [
    { what: `${what}, and the process dies before`, state: dead(state) },
    { what: `${what}, and the process dies after`, state: dead(paidOut(false)) },
    { what: `${what}: not sent`, state: as(state, attempts === 1 ? waits : {}, { ...facts, sent: unsent }) },
    { what: `${what}: lost`, state: unsure(state, null) },
    { what: `${what}: late`, state: unsure(paidOut(true), null) },
    { what: `${what}: done, and no answer`, state: unsure(paidOut(false), null) },
    { what: `${what}: ${failed.code}`, state: unsure(state, "answered") },
    {
      what: `${what}: ${failed.code}, and it goes out all the same`,
      state: unsure(paidOut(true), "answered"),
    },
  ]
  return [done, ...upset.map((move) => ({ ...move, isUpset: true }))]
}

function counted(state: State): State {
  const refundedAmount = sum(state.operations.filter((one) => one.state === "succeeded"))
  const as = refundedAmount >= paid ? "refunded" : refundedAmount > 0 ? "partially_refunded" : "paid"
  return { ...state, payment: { ...state.payment, refundedAmount, state: as } }
}

/** What of a state decides about what can come of it. */
export function keyOf({ payment, operations, request, look, turns: _, ...rest }: State): string {
  return JSON.stringify([
    [rest, payment.state, payment.returnedUnsaid, operations.map(compact), look],
    request && {
      ...request,
      facts: { ...request.facts, notBooked: request.facts.notBooked?.map(({ id }) => id) },
    },
  ])
}

const compact = (one: Operation) => [
  [one.number, one.amount, one.state, one.reason, one.refundId, one.decisionId, one.attempts, one.code],
  [one.untold, one.told, one.updatedAt === now, one.asked?.code, one.asked?.at === now],
]

// What must hold.

export const mostTurns = 40

/** What is wrong with a move, in words; `undefined` where nothing is. */
export function faultOf({ state, sent, takesOver, granted: row = null }: Move): string | undefined {
  if (state.turns > mostTurns) return `no end within ${mostTurns} turns`
  const gone = sum(state.gone)
  if (gone + state.console > paid) return `${gone + state.console} goes back of ${paid}`
  if (gone > state.wished) return `${gone} goes back where ${state.wished} was asked for`
  if (committedAmount(state.operations) > paid) return "more is promised than was paid"
  if (row !== null && !matchedRows(state.operations).has(row))
    return `${row} is granted, and nothing carries it`
  if (takesOver?.operations.some((one) => !isUnanswered(one)))
    return "what the shopper has answered is taken over"
  if (takesOver && sum(takesOver.operations) > takesOver.wish) return "more is taken over than is asked for"
  const doubtful = sent?.before.operations.find((one) => isInDoubt(one) && one.id !== sent.operation.id)
  if (doubtful) return `${sent?.operation.number} is sent while ${doubtful.number} is in doubt`
  const denied = state.operations.find((one) => isDenied(one, state))
  return denied && `${denied.number} is called ${denied.state}, and has gone through`
}

const isDenied = ({ number, state: as }: Operation, { gone }: State): boolean =>
  (as === "refused" || as === "not_sent") && gone.some((one) => one.number === number)
