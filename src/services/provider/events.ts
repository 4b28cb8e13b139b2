import type { GatewayPayment } from "../ledger"
import { kindOf, logLine } from "../observability"
import type { Log, PaymentEvent } from "../settlement"

export interface EventBus {
  emit(event: { name: string; data: unknown }): Promise<void>
}

/** Tells Medusa's bus. Money has moved by now: a bus that is down must not make Medusa delete its refund row. The job tells again. */
export async function emitTo(
  bus: EventBus | undefined,
  log: Pick<Log, "error">,
  event: PaymentEvent,
  payment: GatewayPayment,
): Promise<void> {
  const order = payment.orderId ? { order_id: payment.orderId } : {}
  const data = { id: payment.id, session_id: payment.sessionId, ...order }
  try {
    await bus?.emit({ name: `gateway_payment.${event}`, data })
  } catch (error) {
    log.error(logLine("event_not_told", { event, payment: payment.id }, kindOf(error)))
  }
}
