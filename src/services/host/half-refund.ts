import { randomUUID } from "node:crypto"
import { setTimeout } from "node:timers/promises"

import type { ILockingModule, MedusaContainer } from "@medusajs/framework/types"
import { ContainerRegistrationKeys, MathBN, Modules } from "@medusajs/framework/utils"

import { PaymentProblem } from "../../core"
import { kindOf, logLine } from "../observability"
import { graph } from "./graph"
import type { Amount } from "./transactions"

interface PaymentRow {
  provider_id: string
  payment_collection_id: string
  amount: Amount
}

interface OrderRow {
  id: string
  status: string
  summary?: { pending_difference?: Amount } | null
}

const heldAtMostSeconds = 60
const waitedAtMost = 10_000
const askedAgainAfter = 100

/**
 * Medusa's refund has the provider give the money back first, and refuses only then an order that is cancelled or has a
 * change open (`createOrderRefundCreditLinesWorkflow`): the admin reads an error, asks again, and it goes back twice. Another
 * refund of the same order is such a change while Medusa enters it. So one refund of an order is carried out at a time, and
 * one that Medusa could not enter is refused before anything is sent.
 *
 * The lock is Medusa's: on several instances it holds where they share a locking provider. No transaction may be open
 * while a gateway is asked, so it is acquired and released (`execute` of the PostgreSQL provider would hold one). It guards
 * Medusa's books alone, the money has the ledger's lease: who waits in vain goes on without it. The PostgreSQL provider never
 * gives up the lock of a process that died, and a Redis may be down.
 */
export async function refundOneByOne(
  container: MedusaContainer,
  refund: { paymentId: string; amount: unknown },
  carryOut: () => Promise<unknown>,
  pause: (ms: number) => Promise<unknown> = setTimeout,
): Promise<void> {
  const order = await orderOfPayment(container, refund.paymentId)
  if (!order) {
    await carryOut()
    return
  }
  const lock = lockOf(container, order.id)
  const locked = await inTime(lock, pause)
  try {
    await refuseHalfRefund(container, order, refund.amount)
    await carryOut()
  } finally {
    if (locked) lock.release()
  }
}

interface Lock {
  acquire(): Promise<void>
  release(): void
}

function lockOf(container: MedusaContainer, orderId: string): Lock {
  const locking: ILockingModule = container.resolve(Modules.LOCKING)
  const logger = container.resolve(ContainerRegistrationKeys.LOGGER)
  const key = `gateway-refund:${orderId}`
  const ownerId = randomUUID()
  return {
    acquire: () => locking.acquire(key, { ownerId, expire: heldAtMostSeconds }),
    // Nobody waits for it: the refund has its answer, which a provider that is down must neither change nor hold up.
    release: () =>
      void locking
        .release(key, { ownerId })
        .catch((error: unknown) =>
          logger.warn(logLine("lock_not_released", { order: orderId }, kindOf(error))),
        ),
  }
}

/**
 * Whether the lock was had within the time. A provider that is out of reach may take minutes to say so, or not say it at all:
 * the refund of somebody who has asked again meanwhile would be carried out in the end as well.
 */
async function inTime(lock: Lock, pause: (ms: number) => Promise<unknown>): Promise<boolean> {
  let over = false
  const isOver = () => over
  let deadline: NodeJS.Timeout | undefined
  const waited = new Promise<boolean>((resolve) => {
    deadline = globalThis.setTimeout(() => {
      over = true
      resolve(false)
    }, waitedAtMost)
  })
  const asking = async (): Promise<boolean> => {
    for (let asked = 0; asked * askedAgainAfter <= waitedAtMost; asked++) {
      if (asked > 0) await pause(askedAgainAfter)
      if (isOver()) return false
      try {
        await lock.acquire()
      } catch {
        // No provider tells "held by another" from "out of reach": both are waited for.
        continue
      }
      if (isOver()) lock.release()
      return true
    }
    return false
  }
  try {
    return await Promise.race([asking(), waited])
  } finally {
    clearTimeout(deadline)
  }
}

interface PaymentOfOrder {
  id: string
  paid: Amount
}

/** The order of a payment at one of the two gateways; the other providers' refunds are none of this plugin's business. */
async function orderOfPayment(
  container: MedusaContainer,
  paymentId: string,
): Promise<PaymentOfOrder | undefined> {
  const fields = ["provider_id", "payment_collection_id", "amount"]
  const [payment] = await graph<PaymentRow>(container, "payment", fields, { id: paymentId })
  if (!payment || !/^pp_(ksher|gnete)(_|$)/.test(payment.provider_id)) return
  const [link] = await graph<{ order_id: string }>(container, "order_payment_collection", ["order_id"], {
    payment_collection_id: payment.payment_collection_id,
  })
  return link && { id: link.order_id, paid: payment.amount }
}

async function refuseHalfRefund(
  container: MedusaContainer,
  { id, paid }: PaymentOfOrder,
  asked: unknown,
): Promise<void> {
  const [order] = await graph<OrderRow>(container, "order", ["id", "status", "summary"], { id })
  if (!order || !needsCreditLine(order, typeof asked === "number" ? asked : paid)) return
  if (order.status === "canceled")
    throw new PaymentProblem(
      "conflict",
      "order_canceled",
      "The order is cancelled: what it still holds goes back by itself. Nothing was sent for this request; what is owed beyond that is refunded under Gateway payments.",
    )
  const [changing] = await graph<{ id: string }>(container, "order_change", ["id"], {
    order_id: id,
    status: ["pending", "requested"],
  })
  if (changing)
    throw new PaymentProblem(
      "conflict",
      "order_changing",
      "The order has a change open (an edit, a return or an exchange), and Medusa cannot enter a refund beside it. Nothing was sent: confirm or cancel that change, then refund.",
    )
}

/** Medusa writes a credit line for what goes back beyond what the order owes the shopper anyway. */
function needsCreditLine(order: OrderRow, amount: Amount): boolean {
  const owed = MathBN.mult(order.summary?.pending_difference ?? 0, -1)
  return MathBN.gt(amount, MathBN.gt(owed, 0) ? owed : 0)
}
