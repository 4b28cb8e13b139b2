import { answeredUnknown, hasMoney, isOpen, mayMove, refused, succeeded, unanswered } from "../../../src/core"
import type { Attention, AttentionCode, Demand, Outcome, Standing } from "../../../src/core"
import type { State as PaymentState } from "../../../src/core"
import type { GatewayPayment, PaymentPatch } from "../../../src/services/ledger"
import { decideRaise, staleCodes, withoutAttention } from "../../../src/services/settlement/attention"
import {
  decideAbandonment,
  reasonToAbandon,
} from "../../../src/services/settlement/settling/decide-abandonment"
import type {
  AbandonmentPicture,
  AbandonmentStep,
} from "../../../src/services/settlement/settling/decide-abandonment"
import {
  decideAtGateway,
  staysPayable,
  wentUnanswered,
} from "../../../src/services/settlement/settling/decide-at-gateway"
import type {
  GatewayFacts,
  GatewayPicture,
  GatewayStep,
} from "../../../src/services/settlement/settling/decide-at-gateway"
import { decideCapture } from "../../../src/services/settlement/settling/decide-capture"
import type {
  CaptureFacts,
  CapturePicture,
  CaptureStep,
} from "../../../src/services/settlement/settling/decide-capture"
import { decideClosed } from "../../../src/services/settlement/settling/decide-closed"
import type { ClosedStep } from "../../../src/services/settlement/settling/decide-closed"
import { decideStanding } from "../../../src/services/settlement/settling/decide-standing"
import type { StandingStep } from "../../../src/services/settlement/settling/decide-standing"
import { nextCheck } from "../../../src/services/settlement/settling/next-check"
import type { Found } from "../../../src/services/settlement/settling/next-check"
import { day, hour, minute } from "../../../src/services/settlement/schedule"
import { aPayment } from "../../unit/settlement/pictures"

/*
 * The life of one payment until its money goes back. The other walk is about what goes back. The decisions are the product's. What a
 * step does, and what the world is, the walk says in its own words.
 */

/** The decisions that this walk proves. A test puts a wrong one in their place, and the walk must notice. */
export interface LifeRules {
  decideAbandonment: (picture: AbandonmentPicture) => AbandonmentStep
  decideAtGateway: (picture: GatewayPicture) => GatewayStep
  decideStanding: (payment: GatewayPayment, standing: Standing, now: Date) => StandingStep
  decideClosed: (outcome: Outcome<unknown>) => ClosedStep
  decideCapture: (picture: CapturePicture) => CaptureStep
  nextCheck: typeof nextCheck
}

export const lifeRules: LifeRules = {
  ...{ decideAbandonment, decideAtGateway, decideStanding, decideClosed, decideCapture, nextCheck },
}

/** `redirect`: a page. `qr`: a code that a call closes. `open_qr`: one that none closes. `waiting`: opened by the shopper's choice, or never. */
export const kinds = ["redirect", "qr", "open_qr", "waiting"] as const
export type Kind = (typeof kinds)[number]

const amount = 2
const begun = new Date("2026-03-30T03:00:00Z")
/** How long after its beginning each boundary of a payment's time is crossed. */
const momentsOf: Record<Kind, readonly number[]> = {
  redirect: [0, 11 * minute, 40 * minute, 3 * hour, 4 * day],
  qr: [0, 40 * minute, 4 * day, 8 * day],
  open_qr: [0, 11 * minute, 40 * minute, 4 * day, 31 * day],
  waiting: [0, 40 * minute, 4 * day],
}
/** A request that is held up arrives within so long, or never. */
const arrivesWithin = 3 * hour
const expiresAfter = 30 * minute

export const timeOf = ({ passed }: Pick<Life, "passed">): Date => new Date(begun.getTime() + passed)

/** What the order is at the gateway, whatever its answers say. */
type There = "none" | "unpaid" | "in_progress" | "paid" | "paid_less" | "closed" | "failed" | "refunded"

/** What is so in Medusa. */
interface Shop {
  session: "there" | "opening" | "gone"
  order: "none" | "placed" | "canceled"
  /** The cart asks for another amount by now. */
  changed: boolean
  /** Another payment of the same order was captured. */
  paidOtherwise: boolean
  captured: boolean
}

/** A look that has begun, and what it has come to. */
type Look = { at: "gateway"; facts: GatewayFacts } | { at: "medusa"; facts: CaptureFacts } | { at: "return" }

export interface Life {
  there: There
  /** A create request is held up on its way. */
  late: boolean
  shop: Shop
  /** Since the payment was made, in milliseconds. */
  passed: number
  payment: GatewayPayment
  look: Look | null
  /** Steps since the look began, which must end. */
  steps: number
}

const patchOf: Record<Kind, Partial<GatewayPayment>> = {
  redirect: { mode: "redirect", state: "created", action: null },
  qr: { mode: "qr", channel: "alipay", state: "created", action: null },
  open_qr: { mode: "qr", channel: "promptpay", state: "created", action: null },
  waiting: { mode: "redirect", state: "unopened", action: null, onDemand: true, openedAt: null },
}

export const beginLife = (kind: Kind): Life => ({
  there: "none",
  late: false,
  shop: { session: "opening", order: "none", changed: false, paidOtherwise: false, captured: false },
  passed: 0,
  payment: aPayment({ amount, attention: null, createdAt: begun, ...patchOf[kind] }),
  look: null,
  steps: 0,
})

/** What was asked, and what came back. */
export interface Asked {
  name: "query" | "close"
  outcome: Outcome<unknown>
}

export interface Step {
  what: string
  life: Life
  asked?: readonly Asked[]
  /** What has just been decided. */
  decided?: GatewayStep["do"] | CaptureStep["do"]
  /** The look has come to rest, and is begun again then. */
  rest?: { next: Date | null }
  /** In the middle of it the process died. */
  died?: true
}

// What the shopper, the shop, the gateway and the clock do.

export function happenings(life: Life, kind: Kind): Step[] {
  return [...opening(life), ...atTheShop(life, kind), ...atTheGateway(life), ...timeGoesBy(life, kind)]
}

/**
 * The create call lasts for seconds: it arrives and is answered, arrives without an answer, is held up, or is refused. Where none of that
 * happens in time, its process has died before.
 */
function opening(life: Life): Step[] {
  const { payment, shop } = life
  if (payment.state === "unopened") {
    if (shop.session === "gone" || life.passed > 3 * hour) return []
    const openedAt = timeOf(life)
    const chosen = { ...payment, state: "created" as const, openedAt }
    return [{ what: "the shopper chooses how to pay", life: { ...life, payment: chosen } }]
  }
  const isCalling = payment.openedAt?.getTime() === timeOf(life).getTime()
  if (payment.state !== "created" || life.there !== "none" || life.late || !isCalling) return []
  const opened = {
    ...payment,
    state: "pending" as const,
    action: { type: "redirect" as const, url: "https://gateway.example/pay" },
    expiresAt: new Date((payment.openedAt ?? begun).getTime() + expiresAfter),
  }
  const failed = { ...payment, state: "failed" as const }
  return [
    { what: "it is opened, and answered", life: { ...life, there: "unpaid", payment: opened } },
    { what: "it is opened, and the process dies", life: { ...life, there: "unpaid" } },
    { what: "the request to open it is held up", life: { ...life, late: true } },
    { what: "the gateway refuses to open it", life: { ...life, payment: failed } },
  ]
}

function atTheShop(life: Life, kind: Kind): Step[] {
  const { shop } = life
  const now = (what: string, patch: Partial<Shop>): Step => ({
    what,
    life: { ...life, shop: { ...shop, ...patch } },
  })
  const { session, order, changed, captured, paidOtherwise } = shop
  // Of one kind every reason is played that takes the wish back, and one at a time: each more makes twice as many pictures.
  const isWanted = kind === "redirect" && session !== "gone" && !changed && !paidOtherwise
  return [
    ...(session === "opening" ? [now("Medusa has stored the session", { session: "there" })] : []),
    ...(session !== "gone" ? [now("Medusa deletes the session", { session: "gone" })] : []),
    ...(order === "none" && captured ? [now("Medusa places the order", { order: "placed" })] : []),
    ...(order === "none" && !captured && session === "there"
      ? [now("an order is placed unpaid", { order: "placed" })]
      : []),
    ...(order === "placed" ? [now("the order is cancelled", { order: "canceled" })] : []),
    ...(isWanted && !captured && order === "none" ? [now("the cart changes", { changed: true })] : []),
    ...(isWanted && !captured ? [now("the order is paid otherwise", { paidOtherwise: true })] : []),
  ]
}

function atTheGateway(life: Life): Step[] {
  const { there, late, payment } = life
  const now = (what: string, patch: Partial<Life>): Step => ({ what, life: { ...life, ...patch } })
  const arrived =
    late && there === "none" ? [now("the request to open it arrives", { there: "unpaid", late: false })] : []
  const dropped = late ? [now("the request to open it never arrives", { late: false })] : []
  const payable = there === "unpaid" || there === "in_progress"
  return [
    ...arrived,
    ...dropped,
    ...(there === "unpaid" ? [now("the shopper begins to pay", { there: "in_progress" })] : []),
    ...(payable ? [now("the shopper has paid", { there: "paid" })] : []),
    ...(payable ? [now("it fails", { there: "failed" })] : []),
    ...(payable ? [now("the gateway closes it", { there: "closed" })] : []),
    ...(there === "unpaid" ? [now("less than asked for is paid", { there: "paid_less" })] : []),
    ...(there === "failed" && payment.action ? [now("a second try is paid", { there: "paid" })] : []),
    ...(there === "closed" && payment.mode === "qr" ? [now("a saved code is paid", { there: "paid" })] : []),
    ...(there === "paid" ? [now("the console returns all", { there: "refunded" })] : []),
  ]
}

/** Only between looks: one lasts for seconds. */
function timeGoesBy(life: Life, kind: Kind): Step[] {
  const next = momentsOf[kind].find((moment) => moment > life.passed)
  if (next === undefined || life.look || (life.late && next > arrivesWithin)) return []
  return [{ what: `${next / minute} minutes have gone by`, life: { ...life, passed: next } }]
}

// A look.

export const beginLook = (life: Life): Step => ({
  what: "a look begins",
  life: { ...life, look: { at: "gateway", facts: {} }, steps: 0 },
})

/** Everything that can come of a life: what happens, and how a look goes on, or dies. */
export function stepsOf(life: Life, kind: Kind, rules: LifeRules): Step[] {
  if (!life.look) return [beginLook(life), ...happenings(life, kind)]
  return [...look(life, rules), ...(life.steps > 0 ? whileLooking(life, kind) : [])]
}

/** In the middle of a look the process may die; of one kind, the shopper pay and the shop let go as well. */
const whileLooking = (life: Life, kind: Kind): Step[] => [
  { what: "the process dies", life: { ...life, look: null, steps: 0 }, died: true },
  ...(kind === "redirect" ? [...atTheShop(life, kind), ...atTheGateway(life)] : []).filter(({ what }) =>
    meanwhile.has(what),
  ),
]
const meanwhile: ReadonlySet<string> = new Set([
  "the shopper has paid",
  "Medusa deletes the session",
  "the order is cancelled",
])

/** How a look goes on. */
export function look(life: Life, rules: LifeRules): Step[] {
  const next = { ...life, steps: life.steps + 1 }
  if (life.look?.at === "gateway") return gatewaySteps(next, life.look.facts, rules)
  if (life.look?.at === "medusa") return medusaSteps(next, life.look.facts, rules)
  return returnSteps(next, rules)
}

const write = (payment: GatewayPayment, patch: PaymentPatch): GatewayPayment => {
  const { dueBy: _due, ...columns } = patch
  return { ...payment, ...(columns as Partial<GatewayPayment>) }
}

const moved = (payment: GatewayPayment, to: PaymentState, patch: PaymentPatch = {}): GatewayPayment =>
  mayMove(payment.state, to) ? { ...write(payment, patch), state: to } : payment

const cleared = (payment: GatewayPayment, codes: readonly AttentionCode[]): GatewayPayment =>
  payment.attentionCode && codes.includes(payment.attentionCode)
    ? write(payment, withoutAttention(payment))
    : payment

function raised(payment: GatewayPayment, attention: Attention | undefined): GatewayPayment {
  if (!attention) return payment
  const raising = decideRaise(payment, attention.code, attention.values)
  return raising ? write(payment, raising.patch) : payment
}

const isClosable = (payment: GatewayPayment): boolean => payment.channel !== "promptpay"

function gatewaySteps(life: Life, facts: GatewayFacts, rules: LifeRules): Step[] {
  const { payment } = life
  const picture: GatewayPicture = {
    payment,
    operations: [],
    gateway: { name: "ksher", refundCodes: undefined },
    closable: isClosable(payment),
    now: timeOf(life),
    onlyAsks: false,
    facts,
  }
  const step = rules.decideAtGateway(picture)
  const on = (learned: GatewayFacts, changed: GatewayPayment = payment, patch: Partial<Life> = {}): Life => ({
    ...life,
    ...patch,
    payment: changed,
    look: { at: "gateway", facts: { ...facts, ...learned } },
  })
  const one = (now: Life): Step[] => [{ what: step.do, life: now, decided: step.do }]
  switch (step.do) {
    case "note_abandonment":
      return one(on({ abandonmentNoted: true }, abandonmentNoted(life, rules)))
    case "ask_about_doubts":
      return one(on({ doubtsAsked: true }))
    case "report": {
      const told = step.clear ? cleared(payment, [step.clear]) : raised(payment, step.raise)
      return one(on({ [step.as]: true }, told))
    }
    case "query":
      return querySteps(life, rules).map(({ said, asked, standing, payment: known }) => ({
        what: `query: ${said}`,
        decided: "query",
        asked: [asked],
        life: on({ standing: standing ?? { unanswered: "" } }, known),
      }))
    case "close":
      return closeSteps(life, rules).map((closed) => ({
        ...closed,
        decided: "close",
        life: on({ closed: isOpen(closed.life.payment.state) ? "asked" : "over" }, closed.life.payment, {
          there: closed.life.there,
        }),
      }))
    case "close_again":
      return closeAgainSteps(life, rules).map(({ isOver, refusal, ...closed }) => ({
        ...closed,
        decided: "close_again",
        life: on({ closed: isOver ? "over" : "asked", refusal }, closed.life.payment, {
          there: closed.life.there,
        }),
      }))
    case "read_again":
      return one(on({ readAgain: true }))
    case "call_void":
      return one(on({ closed: "over" }, moved(payment, "void", endedOutside(payment))))
    case "rest": {
      const rested = step.clear ? cleared(payment, [step.clear]) : raised(payment, step.raise)
      if (!hasMoney(rested.state))
        return [atRest({ ...life, payment: rested }, foundBy({ ...picture, payment: rested }), rules)]
      return one({ ...life, payment: rested, look: { at: "medusa", facts: {} } })
    }
  }
}

/** That a notification says paid, a close does not answer. */
const endedOutside = (payment: GatewayPayment): PaymentPatch => ({
  settledBy: "outside",
  checks: 0,
  ...(payment.attentionCode === "contradiction" ? {} : withoutAttention(payment)),
})

export const demandOf = ({ shop, payment }: Life): Demand => ({
  collection: { id: payment.collectionId ?? "", amount: shop.changed ? "0.01" : "0.02" },
  detached: false,
  order:
    shop.order === "none"
      ? undefined
      : { id: "order_1", canceled: shop.order === "canceled", wanted: "0.02", total: "0.02" },
  collectionIds: [payment.collectionId ?? ""],
  sessionIds: shop.session === "gone" ? [] : [payment.sessionId],
  held: [
    ...(shop.paidOtherwise
      ? [{ sessionId: "payses_other", collectionId: payment.collectionId ?? "", amount: "0.02" }]
      : []),
    ...(shop.captured
      ? [{ sessionId: payment.sessionId, collectionId: payment.collectionId ?? "", amount: "0.02" }]
      : []),
  ],
  elsewhere: "0",
})

/** Whether the shop wants the payment, read from the world and not from the ledger. */
export const isWantedIn = (life: Life): boolean =>
  reasonToAbandon({ ...life.payment, askedAmount: amount }, demandOf(life), []) === null

function abandonmentNoted(life: Life, rules: LifeRules): GatewayPayment {
  const { payment, shop } = life
  const order = shop.order === "none" ? null : { id: "order_1", canceled: shop.order === "canceled" }
  const step = rules.decideAbandonment({
    payment: { ...payment, askedAmount: amount },
    now: timeOf(life),
    facts: {
      session: shop.session === "gone" ? "gone" : "there",
      order,
      demand: { demand: demandOf(life), reserved: [] },
    },
  })
  return step.do === "note" ? write(payment, step.patch) : payment
}

interface Heard {
  said: string
  asked: Asked
  standing: Standing | undefined
  payment: GatewayPayment
}

const lost: Outcome<never> = unanswered("timeout", "The gateway did not answer in time.")

const standingOf = (there: There): Standing => {
  if (there === "paid_less") return { state: "paid", amount: { minor: amount - 1, currency: "thb" } }
  const state = there === "none" ? "absent" : there
  const said = { amount: { minor: amount, currency: "thb" } }
  return state === "refunded" ? { state, returned: "all", ...said } : { state, ...said }
}

/** The gateway is asked about the order: it answers, or does not. */
function querySteps(life: Life, rules: LifeRules): Heard[] {
  const standing = standingOf(life.there)
  const answered = cleared(life.payment, ["unanswered"])
  return [
    {
      said: life.there,
      asked: { name: "query", outcome: succeeded(standing) },
      standing,
      payment: believed(answered, standing, life, rules),
    },
    {
      said: "no answer",
      asked: { name: "query", outcome: lost },
      standing: undefined,
      payment: life.payment,
    },
  ]
}

function believed(payment: GatewayPayment, standing: Standing, life: Life, rules: LifeRules): GatewayPayment {
  const now = timeOf(life)
  const step = rules.decideStanding(payment, standing, now)
  switch (step.do) {
    case "raise":
      return raised(payment, step.attention)
    case "call_paid":
      return returned(cleared(moved(payment, step.to, step.patch), step.clears), standing)
    case "end":
      return cleared(
        moved(payment, step.to, { ...(step.to === "void" ? { settledBy: "outside" } : {}), checks: 0 }),
        step.clears,
      )
    case "note":
      return returned(cleared(step.patch ? write(payment, step.patch) : payment, step.clears), standing)
  }
}

/** All of it went back in the gateway's console. */
const returned = (payment: GatewayPayment, { state }: Standing): GatewayPayment =>
  state === "refunded" && payment.state !== "refunded"
    ? { ...moved(payment, "refunded", { settledBy: "outside" }), refundedAmount: amount }
    : payment

interface Fate {
  said: string
  outcome: Outcome<unknown>
  there: There
}

const refusalOf: Record<There, Parameters<typeof refused>[0] | undefined> = {
  none: "absent",
  unpaid: undefined,
  in_progress: "in_progress",
  paid: "already_paid",
  paid_less: "already_paid",
  closed: "already_closed",
  failed: "already_closed",
  refunded: "already_refunded",
}

/** What can become of a close: it arrives or not, its answer comes or not, or the gateway says something that nobody documents. */
function fatesOfClose({ there }: Life): Fate[] {
  const reason = refusalOf[there]
  const answered: Fate = reason
    ? { said: reason, outcome: refused(reason, "1", "No."), there }
    : { said: "closed", outcome: succeeded(undefined), there: "closed" }
  return [
    answered,
    { said: "no answer", outcome: lost, there },
    ...(reason ? [] : [{ said: "closed, no answer", outcome: lost, there: "closed" as const }]),
    {
      said: "a failure",
      outcome: answeredUnknown("system_error", "A failure that nobody documents."),
      there,
    },
    { said: "declined", outcome: refused("declined", "2", "No."), there },
  ]
}

interface Closed {
  what: string
  asked: readonly Asked[]
  life: Life
}

function closeSteps(life: Life, rules: LifeRules): Closed[] {
  const { payment } = life
  if (payment.state === "unopened")
    return [
      {
        what: "close: it was never opened",
        asked: [],
        life: { ...life, payment: moved(payment, "void", { checks: 0 }) },
      },
    ]
  if (!isOpen(payment.state)) return [{ what: "close: nothing is open", asked: [], life }]
  return fatesOfClose(life).flatMap(({ said, outcome, there }): Closed[] => {
    const after = { ...life, there }
    const asked: Asked = { name: "close", outcome }
    const end = rules.decideClosed(outcome)
    const now = (changed: GatewayPayment): Closed[] => [
      { what: `close: ${said}`, asked: [asked], life: { ...after, payment: changed } },
    ]
    switch (end.do) {
      case "call_void":
        return now(moved(payment, "void", { ...endedOutside(payment), settledBy: "close" }))
      case "raise":
        return now(raised(payment, end.attention))
      case "leave":
        return now(payment)
      case "query":
        return querySteps(after, rules).map((heard) => ({
          what: `close: ${said}, query: ${heard.said}`,
          asked: [asked, heard.asked],
          life: { ...after, payment: overIfFailed(heard) },
        }))
    }
  })
}

interface ClosedAgain extends Closed {
  isOver: boolean
  refusal?: GatewayFacts["refusal"]
}

function closeAgainSteps(life: Life, rules: LifeRules): ClosedAgain[] {
  return fatesOfClose(life).flatMap(({ said, outcome, there }): ClosedAgain[] => {
    const after = { ...life, there }
    const asked: Asked = { name: "close", outcome }
    const end = rules.decideClosed(outcome)
    if (end.do === "raise" && end.attention.code === "close_failed") {
      const refusal = end.attention as GatewayFacts["refusal"]
      return [{ what: `close again: ${said}`, asked: [asked], life: after, isOver: false, refusal }]
    }
    if (end.do !== "query")
      return [{ what: `close again: ${said}`, asked: [asked], life: after, isOver: end.do === "call_void" }]
    return querySteps(after, rules).map((heard) => ({
      what: `close again: ${said}, query: ${heard.said}`,
      asked: [asked, heard.asked],
      life: { ...after, payment: heard.payment },
      isOver: heard.standing !== undefined,
    }))
  })
}

/** What failed for good, and cannot be closed any more, cannot be paid any more. */
const overIfFailed = ({ payment, standing }: Heard): GatewayPayment =>
  standing?.state === "failed" && !hasMoney(payment.state)
    ? moved(payment, "void", { settledBy: "outside", checks: 0 })
    : payment

function medusaSteps(life: Life, facts: CaptureFacts, rules: LifeRules): Step[] {
  const { payment, shop } = life
  const step = rules.decideCapture({ payment, now: timeOf(life), facts })
  const on = (learned: CaptureFacts, patch: Partial<Life> = {}): Life => ({
    ...life,
    ...patch,
    look: { at: "medusa", facts: { ...facts, ...learned } },
  })
  const one = (now: Life): Step[] => [{ what: step.do, life: now, decided: step.do }]
  switch (step.do) {
    case "read_books":
      return one(on({ booked: booksOf(life) }))
    case "note_captured":
      return one(on({}, { payment: captured(life) }))
    case "call_late":
      return one(on({}, { payment: moved(payment, "paid_late") }))
    case "read_session":
      return one(
        on({
          session:
            shop.session === "gone" ? null : { amount: "0.02", beingOpened: shop.session === "opening" },
        }),
      )
    case "link_order":
      return one(on({ linked: true }))
    case "tell":
      return tellSteps(life).map(({ what, now }) => ({
        what: `tell: ${what}`,
        decided: "tell",
        life: {
          ...now,
          look: { at: "medusa", facts: { ...facts, told: { problem: null }, booked: booksOf(now) } },
        },
      }))
    case "note_abandonment":
      return one(on({ abandonmentNoted: true }, { payment: abandonmentNoted(life, rules) }))
    case "rest": {
      const now = { ...life, payment: raised(payment, step.raise) }
      return owesReturn(now) ? one({ ...now, look: { at: "return" } }) : [atRest(now, {}, rules)]
    }
  }
}

const captured = (life: Life): GatewayPayment =>
  cleared({ ...life.payment, capturedAt: timeOf(life) }, ["not_captured"])

export const booksOf = ({ payment, shop }: Life): CaptureFacts["booked"] =>
  shop.captured
    ? {
        ...{ id: "pay_1", sessionId: payment.sessionId, collectionId: payment.collectionId ?? "" },
        ...{ captured: "0.02", refunds: [] },
      }
    : null

/**
 * Medusa asks the provider, which looks once more whether the payment is wanted, and takes the money for its order or does not. A cart
 * that cannot be completed has it given back: that is the other walk's.
 */
function tellSteps(life: Life): { what: string; now: Life }[] {
  const { payment, shop } = life
  const unwanted = reasonToAbandon({ ...payment, askedAmount: amount }, demandOf(life), [])
  if (unwanted) return [{ what: "not wanted any more", now: { ...life, payment: { ...payment, unwanted } } }]
  const takes = { ...life, shop: { ...shop, captured: true } }
  const places =
    shop.order === "none" ? { ...takes, shop: { ...takes.shop, order: "placed" as const } } : takes
  return [
    { what: "Medusa takes it", now: places },
    { what: "Medusa takes it, and dies before the order", now: takes },
    { what: "Medusa does not take it", now: life },
  ]
}

/** Money that nobody waits for, of which nothing went back. */
export const owesReturn = ({ payment, shop }: Life): boolean =>
  hasMoney(payment.state) &&
  payment.state !== "refunded" &&
  ((!shop.captured && (payment.state === "paid_late" || payment.unwanted !== null)) ||
    (shop.captured && shop.order === "canceled"))

/** The other walk's half, in one step: it goes back, or does not, and stays owed. */
function returnSteps(life: Life, rules: LifeRules): Step[] {
  const { payment } = life
  const back = { ...moved(payment, "refunded", { settledBy: "refund" }), refundedAmount: amount }
  return [
    atRest({ ...life, there: "refunded", payment: back }, {}, rules),
    { ...atRest(life, {}, rules), what: "nothing went back" },
  ]
}

function atRest(life: Life, seen: Found, rules: LifeRules): Step {
  const clock = { now: () => timeOf(life) }
  const payment = cleared(life.payment, staleCodes(life.payment))
  const found = { ...seen, owedInMedusa: owesReturn(life) }
  const next = rules.nextCheck({ ...payment, checks: 1 }, [], { clock, random: () => 0 }, found)
  return { what: "rest", life: { ...life, payment, look: null, steps: 0 }, rest: { next } }
}

const foundBy = (picture: GatewayPicture): Found => ({
  unanswered: wentUnanswered(picture.facts),
  staysPayable: staysPayable(picture),
})

// What must hold.

export const mostSteps = 24

/** What is wrong with a step, in words; `undefined` where nothing is. `before`: what was so. */
export function faultOfLife(before: Life, step: Step): string | undefined {
  const { life } = step
  if (life.steps > mostSteps) return `no rest within ${mostSteps} steps`
  return faultOfDecision(before, step) ?? (step.rest && faultOfRest(life, step.rest.next))
}

const isPayable = ({ there }: Life): boolean => there === "unpaid" || there === "in_progress"

const isExpired = (life: Life): boolean =>
  life.payment.expiresAt !== null && life.payment.expiresAt <= timeOf(life)

/** Whether the shop waits for it, in the walk's own words: an order that stands has it, or may still have it. */
const isWaitedFor = ({ shop, payment, passed }: Life): boolean => {
  if (shop.order === "canceled") return false
  if (shop.captured) return true
  const isLost = payment.unwanted === "open_lost" || (payment.state === "created" && passed > 10 * minute)
  return shop.session !== "gone" && !shop.changed && !shop.paidOtherwise && !isLost
}

function faultOfDecision(before: Life, { decided, life }: Step): string | undefined {
  const { payment } = before
  const isClosing = decided === "close" || (life.payment.state === "void" && payment.state !== "void")
  const mayStillPay = isPayable(before) || before.there === "none"
  if (isClosing && mayStillPay && isWaitedFor(before) && !isExpired(before))
    return "what the shop waits for is closed"
  if (decided === "call_void" && isPayable(before) && !hasLapsed(before))
    return "what somebody may pay is called void"
  if (decided === "tell" && (payment.state !== "paid" || payment.unwanted))
    return "Medusa is told of what is not paid, or not wanted"
  const isTaken = life.shop.captured && !before.shop.captured
  if (isTaken && before.there !== "paid" && before.there !== "refunded") return "what is not paid is captured"
  if (isTaken && !isWaitedFor(before)) return "what the shop does not want is captured"
  const isCalledLate = life.payment.state === "paid_late" && payment.state !== "paid_late"
  if (isCalledLate && payment.state !== "void" && isWaitedFor(before)) return "wanted money is called late"
  if (life.payment.state === "void" && payment.state !== "void" && knowsPaid(before))
    return "what the gateway calls paid is called void"
  return undefined
}

const hasLapsed = (life: Life): boolean =>
  timeOf(life).getTime() - (life.payment.expiresAt ?? begun).getTime() > 3 * day

const knowsPaid = ({ look: begun }: Life): boolean => {
  const standing = begun?.at === "gateway" ? begun.facts.standing : undefined
  return standing !== undefined && "state" in standing && standing.state === "paid"
}

/** At rest something comes next, a person is told, or nothing can happen any more. */
function faultOfRest(life: Life, next: Date | null): string | undefined {
  const { payment, there, shop } = life
  const isShown = payment.action !== null && isOpen(payment.state) && !isClosable(payment)
  if (isShown && payment.unwanted === "order_canceled" && isPayable(life) && !payment.attentionCode)
    return `nobody knows that a code of a cancelled order stays payable (${shop.order})`
  if (next || payment.attentionCode) return undefined
  // After a month, the gateway's own end is trusted.
  const isOld = life.passed > 30 * day
  if ((isPayable(life) || life.late) && !isOld)
    return `it rests for good while somebody may pay it (${payment.state})`
  if (there === "paid" && !hasMoney(payment.state) && !isOld)
    return "it rests for good, and money is at the gateway"
  if (hasMoney(payment.state) && payment.state !== "refunded" && payment.capturedAt === null)
    return "money rests for good, and Medusa has not taken it"
  if (owesReturn(life)) return "money that is owed rests for good"
  return undefined
}

/** So many looks, each answered and disturbed by nobody, have to be enough: one more changes nothing. */
const calmLooks = 3

/** From any rest: what calm looks do not bring in order. `undefined`: everything is where it should be. */
export function faultAfterCalm(life: Life, rules: LifeRules): string | undefined {
  let now = life
  for (let looks = 0; looks <= calmLooks; looks++) {
    let step = beginLook(now)
    while (step.life.look) {
      const [first] = look(step.life, rules)
      if (!first || first.life.steps > mostSteps) return "a calm look comes to no rest"
      step = first
    }
    if (looks === calmLooks && keyOfLife(step.life) !== keyOfLife(now))
      return "calm looks do not come to an end"
    now = step.life
  }
  return disorderOf(now)
}

function disorderOf(life: Life): string | undefined {
  const { payment, there, shop } = life
  const isGivenUp = !isWantedIn(life) || isExpired(life)
  if (there === "unpaid" && isGivenUp && isClosable(payment) && payment.openedAt)
    return "calm looks leave open what nobody wants"
  if (there === "closed" && payment.state !== "void") return "calm looks do not notice that it is closed"
  if (there === "unpaid" && payment.state === "void" && isClosable(payment))
    return "calm looks leave open what is called void"
  const isOver = there === "refunded" || (there === "closed" && !payment.capturedAt)
  if (isOver && payment.attentionCode) return `calm looks leave ${payment.attentionCode} where all is over`
  if (there === "paid_less" && payment.attentionCode !== "amount_mismatch")
    return "nobody is told that less was paid"
  if (there !== "paid") return undefined
  const isTaken = shop.captured && payment.capturedAt !== null
  const isWaiting = shop.session === "opening" && life.passed < 3 * minute
  return isTaken || isWaiting ? undefined : "calm looks neither capture the money nor return it"
}

/** What of a life decides about what can come of it. */
export const keyOfLife = ({ there, late, shop, passed, payment, look: begun, steps }: Life): string =>
  JSON.stringify([there, late, Object.values(shop), passed, steps, columnsOf(payment), begun])

const columnsOf = (payment: GatewayPayment) => [
  ...[payment.state, payment.unwanted, payment.attentionCode, payment.attentionValues, payment.settledBy],
  ...[
    payment.capturedAt !== null,
    payment.paidAt?.getTime(),
    payment.expiresAt?.getTime(),
    payment.action !== null,
  ],
  ...[payment.openedAt?.getTime(), payment.orderId, payment.returnedUnsaid, payment.channel],
]
