import { hasMoney, isUnended, roundToMinor, unowed } from "../../core"
import type { Demand, GatewayName, PaymentAction, PaymentMethod, Reserved, State, Unwanted } from "../../core"

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
}

/** Everything that decides what the page shows, looked up once. */
export interface PageFacts {
  link: LinkTerms
  demand: Demand
  reserved: readonly Reserved[]
  /** Of the link's collection, oldest first. */
  payments: readonly PagePayment[]
  /** Decimals of the currency. */
  digits: number
  now: Date
}

/** Why the shopper is asked to try once more. */
export type Tried = "failed" | "expired"

/** Why there is nothing to pay by this link. */
export type Refusal = "expired" | "amount_changed" | "order_canceled" | "nothing_owed" | "gone"

export type PageView =
  /** The shopper chooses how to pay. */
  | { kind: "choose"; tried: Tried | null }
  /** The gateway is making the order. */
  | { kind: "opening" }
  /** There is a link or a code to pay by. */
  | { kind: "pay"; payment: PagePayment & { action: PaymentAction } }
  | { kind: "paid" }
  | { kind: "refused"; why: Refusal }

/** What the page shows. What is paid comes first, then what Medusa still asks for, then what can be paid by. Pure. */
export function viewOf(facts: PageFacts): PageView {
  const { link, demand, payments, now } = facts
  if (payments.some(({ state, unwanted }) => state === "paid" && !unwanted)) return { kind: "paid" }
  const why = refusalOf(facts)
  if (why) return why === "nothing_owed" && isHeld(demand, link) ? { kind: "paid" } : { kind: "refused", why }
  const last = lastOf(facts)
  if (last && isPayable(last, now)) return { kind: "pay", payment: last }
  if (link.expiresAt <= now) return { kind: "refused", why: "expired" }
  if (last?.state === "created" && !last.unwanted) return { kind: "opening" }
  return { kind: "choose", tried: last ? triedOf(last, now) : null }
}

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

function refusalOf({ link, demand, reserved, digits }: PageFacts): Refusal | null {
  const minor = roundToMinor(link.amount, digits)
  const asking = { sessionId: "", ...link, amount: minor, askedAmount: minor }
  const why = unowed(asking, demand, reserved, digits)
  switch (why) {
    case "collection_deleted":
      return "gone"
    case "not_owed":
      return "nothing_owed"
    default:
      return why
  }
}

/** What is not owed any more was paid by this link's own collection. */
const isHeld = ({ held }: Demand, { collectionId }: LinkTerms): boolean =>
  held.some((one) => one.collectionId === collectionId)

function triedOf({ state, expiresAt, unwanted }: PagePayment, now: Date): Tried | null {
  if (state === "failed" || unwanted === "open_lost") return "failed"
  if (hasMoney(state) || state === "unopened") return null
  if (state === "void" || (isUnended(state) && expiresAt !== null && expiresAt <= now)) return "expired"
  return null
}
