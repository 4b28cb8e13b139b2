import { mayMove } from "../../../../src/core"
import type {
  Attention,
  AttentionCode,
  Demand,
  Outcome,
  Reserved,
  State as PaymentState,
} from "../../../../src/core"
import type { GatewayPayment, Operation, PaymentPatch } from "../../../../src/services/ledger"
import { decideRaise, withoutAttention } from "../../../../src/services/settlement/attention"
import { reasonToAbandon } from "../../../../src/services/settlement/settling/decide-abandonment"
import type {
  GatewayFacts,
  GatewayStep,
} from "../../../../src/services/settlement/settling/decide-at-gateway"
import type { CaptureFacts, CaptureStep } from "../../../../src/services/settlement/settling/decide-capture"
import { mostTries } from "../../../../src/services/settlement/schedule"
import { day, hour, minute } from "../../../../src/services/settlement/schedule"
import type { OwedFacts } from "../../../../src/services/settlement/settling/decide-owed"
import { counted } from "../../../../src/services/settlement/settling/confirm"
import { aPayment, anOperation } from "../../../unit/settlement/pictures"

/* What the world of a life is: the payment, the shop, the gateway and the time. */

/**
 * `redirect`: a page. `qr`: a code that a call closes. `open_qr`: one that none closes. `waiting`: opened by the shopper's choice, or never.
 * The others are pages of which something else is played: `told`: the gateway's messages; `kin`: a second payment of the same order;
 * `desk`: what a person decides; `hold`: late money is kept for a person; `parts`: the console returns a part, and the gateway lists it;
 * `unsaid`: it does not say how much.
 */
export const kinds = [
  "redirect",
  "qr",
  "open_qr",
  "waiting",
  "told",
  "kin",
  "desk",
  "hold",
  "parts",
  "unsaid",
] as const
export type Kind = (typeof kinds)[number]

export const amount = 2
export const begun = new Date("2026-03-30T03:00:00Z")
/** How long after its beginning each boundary of a payment's time is crossed. */
export const momentsOf: Record<Kind, readonly number[]> = {
  redirect: [0, 11 * minute, 40 * minute, 3 * hour, 4 * day],
  qr: [0, 40 * minute, 4 * day, 8 * day],
  open_qr: [0, 11 * minute, 40 * minute, 4 * day, 31 * day],
  waiting: [0, 40 * minute, 4 * day],
  told: [0, 4 * day],
  kin: [0, 40 * minute],
  desk: [0, 40 * minute, 4 * day],
  hold: [0, 40 * minute],
  parts: [0, 40 * minute, 4 * day],
  unsaid: [0, 40 * minute, 4 * day],
}
/** A request that is held up arrives within so long, or never. */
export const arrivesWithin = 3 * hour
export const expiresAfter = 30 * minute

export const timeOf = ({ passed }: Pick<Life, "passed">): Date => new Date(begun.getTime() + passed)

/** What the order is at the gateway, whatever its answers say. */
/** `part`: a part of it was returned in the console. */
export type There =
  "part" | "none" | "unpaid" | "in_progress" | "paid" | "paid_less" | "closed" | "failed" | "refunded"

/** What is so in Medusa. */
export interface Shop {
  session: "there" | "opening" | "gone"
  order: "none" | "placed" | "canceled"
  /** The cart asks for another amount by now. */
  changed: boolean
  /** Another payment of the same order: Medusa is being told of it, or has captured it. */
  other: "none" | "reserved" | "captured"
  captured: boolean
}

/** A look that has begun, and what it has come to. */
type Look =
  | { at: "gateway"; facts: GatewayFacts }
  | { at: "medusa"; facts: CaptureFacts }
  | { at: "return"; facts: OwedFacts }

/** A message that verified and has no end yet, or was tried for the last time. `isActing`: the look is for it. */
export interface Message {
  says: "paid" | "closed"
  tries: number
  isActing: boolean
}

export interface Life {
  kind: Kind
  there: There
  /** A create request is held up on its way. */
  late: boolean
  shop: Shop
  /** Since the payment was made, in milliseconds. */
  passed: number
  payment: GatewayPayment
  look: Look | null
  message: Message | null
  /** What went back in the gateway's console, in minor units. */
  console: readonly number[]
  /** The returns that the ledger knows. */
  operations: readonly Operation[]
  /** Whoever looks only asks. */
  onlyAsks: boolean
  /** The job looks at it again, as far as the last look has said. */
  due: boolean
  /** Steps since the look began, which must end. */
  steps: number
}

const patchOf: Record<Kind, Partial<GatewayPayment>> = {
  redirect: { mode: "redirect", state: "created", action: null },
  qr: { mode: "qr", channel: "alipay", state: "created", action: null },
  open_qr: { mode: "qr", channel: "promptpay", state: "created", action: null },
  waiting: { mode: "redirect", state: "unopened", action: null, onDemand: true, openedAt: null },
  told: { mode: "redirect", state: "created", action: null },
  kin: { mode: "redirect", state: "created", action: null },
  desk: { mode: "redirect", state: "created", action: null },
  hold: { mode: "redirect", state: "created", action: null },
  parts: { mode: "redirect", state: "created", action: null },
  unsaid: { mode: "redirect", state: "created", action: null },
}

export const beginLife = (kind: Kind): Life => ({
  kind,
  there: "none",
  late: false,
  shop: { session: "opening", order: "none", changed: false, other: "none", captured: false },
  passed: 0,
  payment: aPayment({ amount, attention: null, createdAt: begun, ...patchOf[kind] }),
  look: null,
  message: null,
  console: [],
  operations: [],
  onlyAsks: false,
  due: true,
  steps: 0,
})

/** What was asked, and what came back. */
export interface Asked {
  name: "query" | "close" | "list"
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
  /** So much is asked back. */
  wants?: number
  /** What a person has recorded as returned. */
  recorded?: number
  /** What a person has dismissed. */
  dismissed?: AttentionCode
}

export const isOfParts = ({ kind }: Life): boolean => kind === "parts" || kind === "unsaid"

/** What the ledger knows of a return that it did not send. */
export const aReturn = (number: string, minor: number): Operation =>
  anOperation({ id: number, number, amount: minor, outside: true, attempts: 0 })

/** The payment is what its returns make of it. */
export function withReturns(life: Life, operations: readonly Operation[]): Life {
  const after = counted(life.payment, operations)
  return { ...life, operations, payment: after ? { ...life.payment, ...after } : life.payment }
}

/** Nobody is at it any more. */
export const without = (life: Life): Life => ({
  ...life,
  look: null,
  onlyAsks: false,
  steps: 0,
  message: life.message && { ...life.message, isActing: false },
})

export const write = (payment: GatewayPayment, patch: PaymentPatch): GatewayPayment => {
  const { dueBy: _due, ...columns } = patch
  return { ...payment, ...(columns as Partial<GatewayPayment>) }
}

export const moved = (payment: GatewayPayment, to: PaymentState, patch: PaymentPatch = {}): GatewayPayment =>
  mayMove(payment.state, to) ? { ...write(payment, patch), state: to } : payment

export const cleared = (payment: GatewayPayment, codes: readonly AttentionCode[]): GatewayPayment =>
  payment.attentionCode && codes.includes(payment.attentionCode)
    ? write(payment, withoutAttention(payment))
    : payment

export function raised(payment: GatewayPayment, attention: Attention | undefined): GatewayPayment {
  if (!attention) return payment
  const raising = decideRaise(payment, attention.code, attention.values)
  return raising ? write(payment, raising.patch) : payment
}

export const isClosable = (payment: GatewayPayment): boolean => payment.channel !== "promptpay"

/** The session of the second payment of the same order. */
export const otherSession = ({ sessionId }: GatewayPayment): string => `other-${sessionId}`

/** What the ledger says of payments that Medusa is being told of. */
export const reservedOf = ({ shop, payment }: Pick<Life, "shop" | "payment">): Reserved[] =>
  shop.other === "none"
    ? []
    : [{ sessionId: otherSession(payment), collectionId: payment.collectionId ?? "", amount, digits: 2 }]

export const demandOf = ({ shop, payment }: Life): Demand => ({
  collection: { id: payment.collectionId ?? "", amount: shop.changed ? "0.01" : "0.02" },
  detached: false,
  order:
    shop.order === "none"
      ? undefined
      : { id: "order_1", canceled: shop.order === "canceled", wanted: "0.02", total: "0.02" },
  collectionIds: [payment.collectionId ?? ""],
  sessionIds: [
    ...(shop.session === "gone" ? [] : [payment.sessionId]),
    ...(shop.other === "none" ? [] : [otherSession(payment)]),
  ],
  held: [
    ...(shop.other === "captured"
      ? [{ sessionId: otherSession(payment), collectionId: payment.collectionId ?? "", amount: "0.02" }]
      : []),
    ...(shop.captured
      ? [{ sessionId: payment.sessionId, collectionId: payment.collectionId ?? "", amount: "0.02" }]
      : []),
  ],
  elsewhere: "0",
})

/** Whether the shop wants the payment, read from the world and not from the ledger. */
export const isWantedIn = (life: Life): boolean =>
  reasonToAbandon({ ...life.payment, askedAmount: amount }, demandOf(life), reservedOf(life)) === null

export const booksOf = ({ payment, shop }: Life): CaptureFacts["booked"] =>
  shop.captured
    ? {
        ...{ id: "pay_1", sessionId: payment.sessionId, collectionId: payment.collectionId ?? "" },
        ...{ captured: "0.02", refunds: [] },
      }
    : null

export const isToTry = (message: Message | null): boolean => message !== null && message.tries < mostTries

export const mostSteps = 24

export const isPayable = ({ there }: Life): boolean => there === "unpaid" || there === "in_progress"

export const isExpired = (life: Life): boolean =>
  life.payment.expiresAt !== null && life.payment.expiresAt <= timeOf(life)

/** What of a life decides about what can come of it. */
export const keyOfLife = (life: Life): string =>
  [
    ...[life.there, life.late, life.passed, life.steps, life.onlyAsks, life.kind === "desk" && life.due],
    ...[numberOf(life.shop, Object.values), numberOf(life.payment, columnsOf)],
    ...[life.look && numberOf(life.look), life.message && numberOf(life.message), numberOf(life.console)],
    numberOf(life.operations, sumsOf),
  ].join()

const numbers = new Map<string, number>()
const numbered = new WeakMap<object, number>()

/** Parts of one content have one number. Most lives share a part with the one before, and no part is ever changed: it is read once. */
function numberOf<T extends object>(part: T, contentOf: (part: T) => unknown = (whole) => whole): number {
  const known = numbered.get(part)
  if (known !== undefined) return known
  const content = JSON.stringify(contentOf(part))
  const number = numbers.get(content) ?? numbers.size
  numbers.set(content, number)
  numbered.set(part, number)
  return number
}

const sumsOf = (operations: readonly Operation[]) =>
  operations.map(({ number, amount: minor }) => [number, minor])

const columnsOf = (payment: GatewayPayment) => [
  ...[payment.state, payment.unwanted, payment.attentionCode, payment.attentionValues, payment.settledBy],
  ...[
    payment.capturedAt !== null,
    payment.paidAt?.getTime(),
    payment.expiresAt?.getTime(),
    payment.action !== null,
  ],
  ...[
    payment.openedAt?.getTime(),
    payment.orderId,
    payment.returnedUnsaid,
    payment.channel,
    payment.dismissed,
  ],
]
