import { randomUUID } from "node:crypto"

import { container as application } from "@medusajs/framework"
import type { ILockingModule, MedusaContainer } from "@medusajs/framework/types"
import { ContainerRegistrationKeys, MathBN, Modules } from "@medusajs/framework/utils"

import { PaymentProblem } from "../../core"
import type { OrderChange } from "../../core"
import { systemClock } from "../ledger"
import { kindOf, logLine } from "../observability"
import type { OrderLock, OrderStanding } from "../settlement"
import { graph } from "./graph"
import type { Amount } from "./transactions"

export interface OrderSummary {
  id: string
  summary?: { pending_difference?: Amount } | null
}

interface OrderRow extends OrderSummary {
  status: string
  canceled_at: unknown
}

interface ChangeRow {
  id: string
  change_type: string | null
  created_at: string | Date
}

/** The container of the whole application, for a provider: it sees the payment module's only. */
export function applicationContainer(): MedusaContainer {
  const container = application as unknown as MedusaContainer
  if (container.hasRegistration(ContainerRegistrationKeys.QUERY)) return container
  throw new PaymentProblem(
    "unexpected_state",
    "order_unreadable",
    "Medusa's order module is not loaded in this program, so it cannot be seen whether Medusa could enter the refund. Nothing was sent: refund from a running Medusa, or with `medusa exec`, and see by `npm ls @medusajs/framework` that there is one copy of it.",
  )
}

/** The order of the payment that Medusa's refund row belongs to. */
export async function orderOfRefund(
  container: MedusaContainer,
  refundId: string,
): Promise<string | undefined> {
  const [row] = await graph<{ payment?: { payment_collection_id: string } | null }>(
    container,
    "refund",
    ["payment.payment_collection_id"],
    { id: refundId },
  )
  const collectionId = row?.payment?.payment_collection_id
  return collectionId === undefined ? undefined : orderOfCollection(container, collectionId)
}

export async function orderOfCollection(
  container: MedusaContainer,
  collectionId: string,
): Promise<string | undefined> {
  const [link] = await graph<{ order_id: string }>(container, "order_payment_collection", ["order_id"], {
    payment_collection_id: collectionId,
  })
  return link?.order_id
}

export async function orderStanding(
  container: MedusaContainer,
  orderId: string,
  amount?: string,
): Promise<OrderStanding | undefined> {
  const fields = ["id", "status", "canceled_at", "summary"]
  const [order] = await graph<OrderRow>(container, "order", fields, { id: orderId })
  if (!order) return undefined
  return {
    id: order.id,
    canceled: order.status === "canceled" || order.canceled_at != null,
    change: await openChange(container, orderId),
    needsCreditLine: amount === undefined || needsCreditLine(order, amount),
  }
}

/** Medusa writes a credit line for what goes back beyond what the order owes the shopper anyway. */
function needsCreditLine(order: OrderSummary, amount: string): boolean {
  const owed = MathBN.mult(order.summary?.pending_difference ?? 0, -1)
  return MathBN.gt(amount, MathBN.gt(owed, 0) ? owed : 0)
}

/**
 * Medusa opens and confirms a credit line's change in one go. One that is still open after this time was left by a process that
 * died, no page of the admin can end it, and the order could never be refunded or cancelled again.
 */
const creditLineTakesMs = 30_000

const openStates = ["pending", "requested"]

export async function openChange(
  container: MedusaContainer,
  orderId: string,
): Promise<OrderChange | undefined> {
  const found = await graph<ChangeRow>(container, "order_change", ["id", "change_type", "created_at"], {
    order_id: orderId,
    status: openStates,
  })
  const left = found.filter(isLeftover)
  if (left.length)
    await container.resolve(Modules.ORDER).softDeleteOrderChanges(left.map((change) => change.id))
  const [open] = found.filter((change) => !left.includes(change))
  return open && kindOfChange(open.change_type)
}

/** Which of these orders have a change open. What a process that died has left is none; whoever looks at the order removes it. */
export async function ordersChanging(
  container: MedusaContainer,
  orderIds: readonly string[],
): Promise<ReadonlySet<string>> {
  if (!orderIds.length) return new Set()
  const fields = ["order_id", "change_type", "created_at"]
  const found = await graph<ChangeRow & { order_id: string }>(container, "order_change", fields, {
    order_id: [...orderIds],
    status: openStates,
  })
  return new Set(found.filter((change) => !isLeftover(change)).map(({ order_id }) => order_id))
}

const isLeftover = ({ change_type, created_at }: ChangeRow): boolean =>
  change_type === "credit_line" &&
  systemClock.now().getTime() - new Date(created_at).getTime() > creditLineTakesMs

const kinds: Record<string, OrderChange> = {
  edit: "edit",
  return_request: "return",
  return_receive: "return",
  exchange: "exchange",
  claim: "claim",
  transfer: "transfer",
  credit_line: "refund",
}

const kindOfChange = (type: string | null): OrderChange => kinds[type ?? ""] ?? "change"

const heldAtMostSeconds = 60

/** On several instances it holds where they share a locking provider. */
export function lockOrder(container: MedusaContainer, orderId: string): OrderLock {
  const locking: ILockingModule = container.resolve(Modules.LOCKING)
  const logger = container.resolve(ContainerRegistrationKeys.LOGGER)
  const ownerId = randomUUID()
  return {
    acquire: () =>
      locking.acquire(orderId, { ownerId, expire: heldAtMostSeconds }).then(
        () => true,
        () => false,
      ),
    // Nobody waits for it: the work has its answer, which a provider that is down must neither change nor hold up.
    release: () =>
      void locking
        .release(orderId, { ownerId })
        .catch((error: unknown) =>
          logger.warn(logLine("lock_not_released", { order: orderId }, kindOf(error))),
        ),
  }
}
