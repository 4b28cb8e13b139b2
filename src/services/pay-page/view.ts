import { hasMoney, isToCapture, isUnended, roundToMinor, unowed } from "../../core"
import type {
  Demand,
  GatewayName,
  PaymentAction,
  PaymentMethod,
  Reserved,
  State,
  Tried,
  Unwanted,
} from "../../core"

/** What a link was made for. Amounts in major units, as Medusa keeps them. */
export interface LinkTerms {
  collectionId: string
  orderId: string | null
  amount: string
  expiresAt: Date
}

/** What the page has to know of a payment of the collection. */
export interface PagePayment {
  sessionId: string
  providerId: string
  gateway: GatewayName
  state: State
  /** What the shopper chose, or the gateway says. */
  channel: string | null
  askedChannel: string | null
  action: PaymentAction | null
  unwanted: Unwanted | null
  expiresAt: Date | null
  /** When it was opened at the gateway; null: it never was. */
  openedAt: Date | null
  /** Minor units, with so many digits as its entry counts them. */
  amount: number
  digits: number
  /** Something of it went back, and nobody knows how much. */
  returnedUnsaid: boolean
  /** Paid and not captured, and something of it goes back, or may have gone. */
  returning: boolean
}

/** Everything that decides what the page shows, looked up once. */
export interface PageFacts {
  link: LinkTerms
  demand: Demand
  reserved: readonly Reserved[]
  /** `taken`: another provider holds a payment of the collection, or is about to. To choose one here would give that up. */
  standing: "open" | "canceled" | "taken"
  /** Of the link's collection, oldest first. */
  payments: readonly PagePayment[]
  /** Decimals of the currency. */
  digits: number
  now: Date
}

/** Why there is nothing to pay by this link. */
export type Refusal = "expired" | "amount_changed" | "order_canceled" | "nothing_owed" | "gone"

export type PageView =
  /** The shopper chooses how to pay. */
  | { kind: "choose"; tried: Tried | null; isEarlierOpen: boolean }
  /** The gateway is making the order. */
  | { kind: "opening" }
  /** There is a link or a code to pay by. */
  | { kind: "pay"; payment: PagePayment & { action: PaymentAction }; isEarlierOpen: boolean }
  | { kind: "paid" }
  | { kind: "refused"; why: Refusal }

/** What the page shows. What is paid comes first, then what Medusa still asks for, then what can be paid by. Pure. */
export function viewOf(facts: PageFacts): PageView {
  const { link, payments, now } = facts
  if (payments.some((one) => isToCapture(one) && !one.returning && isForAll(one, link)))
    return { kind: "paid" }
  const why = refusalOf(facts)
  if (why) return why === "nothing_owed" && isHeld(facts) ? { kind: "paid" } : { kind: "refused", why }
  const last = lastOf(facts)
  // A code may live longer than its time, and one of an earlier choice too.
  const isEarlierOpen = payments.some((one) => one !== last && isStillOpen(one))
  if (last && isPayable(last, now) && isForAll(last, link))
    return { kind: "pay", payment: last, isEarlierOpen }
  if (link.expiresAt <= now) return { kind: "refused", why: "expired" }
  if (last?.state === "created" && !last.unwanted) return { kind: "opening" }
  const isReturned = payments.some(
    ({ state, unwanted, returning }) => hasMoney(state) && (state !== "paid" || unwanted || returning),
  )
  const tried = isReturned ? "returned" : last ? triedOf(last, now) : null
  return { kind: "choose", tried, isEarlierOpen }
}

/** A gateway may count other minor units than people write: `minorUnits` of its entry says so. */
export const isForAll = ({ amount, digits }: PagePayment, link: LinkTerms): boolean =>
  amount === roundToMinor(link.amount, digits)

/** What the link is for, in minor units. */
export const amountOf = ({ link, digits }: Pick<PageFacts, "link" | "digits">): number =>
  roundToMinor(link.amount, digits)

const isStillOpen = ({ state, action }: PagePayment): boolean =>
  state === "pending" || (state === "failed" && action !== null)

/**
 * One of each way to pay: a region may offer the same channel by several entries. The entry whose payment it is comes first, so that a
 * shopper stays with it.
 */
export function oneOfEach(
  methods: readonly PaymentMethod[],
  providerId: string | undefined,
): PaymentMethod[] {
  const same = (one: PaymentMethod, other: PaymentMethod) => one.name.en === other.name.en
  return methods.filter((method, at) => {
    const preferred = methods.find((one) => same(one, method) && one.providerId === providerId)
    return preferred ? preferred === method : methods.findIndex((one) => same(one, method)) === at
  })
}

/** The newest payment whose session Medusa still has. */
export const lastOf = ({
  payments,
  demand,
}: Pick<PageFacts, "payments" | "demand">): PagePayment | undefined =>
  payments.filter(({ sessionId }) => demand.sessionIds.includes(sessionId)).at(-1)

/** The shopper can pay by what is on the page. */
export const isPayable = (
  payment: PagePayment,
  now: Date,
): payment is PagePayment & { action: PaymentAction } =>
  payment.state === "pending" &&
  payment.action !== null &&
  !payment.unwanted &&
  (payment.expiresAt === null || payment.expiresAt > now)

function refusalOf(facts: PageFacts): Refusal | null {
  const { link, demand, reserved, standing, digits } = facts
  const minor = amountOf(facts)
  const asking = { sessionId: "", ...link, amount: minor, askedAmount: minor }
  const why = unowed(asking, demand, reserved, digits)
  if (why === null && standing !== "open") return standing === "taken" ? "nothing_owed" : "gone"
  switch (why) {
    case "collection_deleted":
      return "gone"
    case "not_owed":
      return "nothing_owed"
    default:
      return why
  }
}

/** What is not owed any more was paid by this link's own collection, whole, and is still there. */
function isHeld(facts: PageFacts): boolean {
  const { demand, link, digits } = facts
  const held = demand.held.filter(({ collectionId }) => collectionId === link.collectionId)
  const sum = held.reduce((all, { amount }) => all + roundToMinor(amount, digits), 0)
  return held.length > 0 && sum >= amountOf(facts)
}

function triedOf({ state, expiresAt, unwanted }: PagePayment, now: Date): Tried | null {
  if (state === "failed" || unwanted === "open_lost") return "failed"
  if (hasMoney(state) || state === "unopened") return null
  if (state === "void" || (isUnended(state) && expiresAt !== null && expiresAt <= now)) return "expired"
  return null
}
