import { unowed } from "../../../core"
import type { Asking, Demand, Reserved, Unwanted } from "../../../core"
import { begunAt } from "../../ledger"
import type { GatewayPayment, PaymentPatch } from "../../ledger"
import type { HostOrder } from "../host"
import { minute } from "../schedule"

/** What was read of Medusa since the look began. What is absent was not read. */
export interface AbandonmentFacts {
  session?: "there" | "gone"
  /** `null`: there is none for the collection. */
  order?: HostOrder | null
  demand?: { demand: Demand; reserved: readonly Reserved[] }
}

export interface AbandonmentPicture {
  payment: GatewayPayment
  now: Date
  facts: AbandonmentFacts
}

export type AbandonmentStep =
  | { do: "read_session" }
  | { do: "read_order"; collectionId: string }
  | { do: "read_demand"; collectionId: string }
  | { do: "note"; patch: Pick<PaymentPatch, "unwanted" | "orderId"> }
  | { do: "rest" }

/** Longer than a create call takes. */
const openPatience = 10 * minute

/** Whether Medusa has given a payment up, or what has to be read to know. Its money is late then. Pure and total. */
export function decideAbandonment(picture: AbandonmentPicture): AbandonmentStep {
  const { payment, now, facts } = picture
  const { collectionId } = payment
  if (payment.unwanted) return takeBack(picture)
  // The process died before the create answer was stored: nobody has the link, and no query returns it.
  if (payment.state === "created" && now.getTime() - begunAt(payment).getTime() > openPatience)
    return { do: "note", patch: { unwanted: "open_lost" } }
  if (payment.capturedAt) return followOrder(picture)
  if (!collectionId) return followSession(facts)
  if (!facts.demand) return { do: "read_demand", collectionId }
  const { demand, reserved } = facts.demand
  const unwanted = reasonToAbandon(payment, demand, reserved)
  const isNews = demand.order !== undefined && demand.order.id !== payment.orderId
  const patch = { ...(isNews ? { orderId: demand.order?.id } : {}), ...(unwanted ? { unwanted } : {}) }
  return Object.keys(patch).length ? { do: "note", patch } : rest
}

const rest: AbandonmentStep = { do: "rest" }

/** Medusa captured it for an order that stands: that its session is deleted since, as a shop may, takes nothing back. */
function takeBack({ payment, facts }: AbandonmentPicture): AbandonmentStep {
  const { collectionId } = payment
  if (!payment.capturedAt || !collectionId) return rest
  if (facts.order === undefined) return { do: "read_order", collectionId }
  if (!facts.order || facts.order.canceled) return rest
  return { do: "note", patch: { unwanted: null, orderId: facts.order.id } }
}

/** Of what Medusa has captured, only a cancelled order takes the wish back. */
function followOrder({ payment, facts }: AbandonmentPicture): AbandonmentStep {
  const { collectionId } = payment
  if (!collectionId) return rest
  const { order } = facts
  if (order === undefined) return { do: "read_order", collectionId }
  if (!order || (payment.orderId === order.id && !order.canceled)) return rest
  return {
    do: "note",
    patch: {
      ...(payment.orderId === order.id ? {} : { orderId: order.id }),
      ...(order.canceled ? { unwanted: "order_canceled" } : {}),
    },
  }
}

function followSession({ session }: AbandonmentFacts): AbandonmentStep {
  if (!session) return { do: "read_session" }
  return session === "there" ? rest : { do: "note", patch: { unwanted: "session_deleted" } }
}

const asking = (payment: GatewayPayment): Asking => ({
  ...payment,
  collectionId: payment.collectionId ?? "",
})

/** Why Medusa does not want the payment any more, as far as was looked up; null where it does. Pure. */
export function reasonToAbandon(
  payment: GatewayPayment,
  demand: Demand,
  reserved: readonly Reserved[],
): Unwanted | null {
  const sessions = new Set(demand.sessionIds)
  // One whose session is gone is not captured any more.
  const coming = reserved.filter(({ sessionId }) => sessions.has(sessionId))
  const why = unowed(asking(payment), demand, coming, payment.digits)
  const held = demand.held.some(({ sessionId }) => sessionId === payment.sessionId)
  // A cart that is changed asks for another amount, and its sessions go: the latter is the reason.
  if (why !== "order_canceled" && !held && !sessions.has(payment.sessionId)) return "session_deleted"
  return why
}
