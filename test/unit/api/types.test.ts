import type { GatewayPayment } from "../../../src/services/ledger"
import { emitTo, sessionData } from "../../../src/services/provider"
import type { PaymentEvent } from "../../../src/services/settlement"
import type { GatewayPaymentEvent, GatewayPaymentEvents, GatewaySessionData } from "../../../src/types"

const payment = {
  id: "gpay_01",
  sessionId: "payses_01",
  orderId: null,
  gateway: "ksher",
  state: "pending",
  action: { type: "redirect", url: "https://gateway.example/pay" },
  unwanted: null,
  expiresAt: new Date("2026-03-01T00:00:00Z"),
  number: "01J9ZK",
} as unknown as GatewayPayment

/** The compiler fails where an event has no type, or a type no event. */
const events: Record<PaymentEvent, keyof GatewayPaymentEvents> = {
  paid: "gateway_payment.paid",
  voided: "gateway_payment.voided",
  refunded: "gateway_payment.refunded",
  refund_failed: "gateway_payment.refund_failed",
  paid_late: "gateway_payment.paid_late",
  attention_required: "gateway_payment.attention_required",
}

it("session data is what its type says", () => {
  const data: GatewaySessionData = sessionData(payment)
  expect(data).toEqual({
    gateway: "ksher",
    state: "pending",
    action: { type: "redirect", url: "https://gateway.example/pay" },
    expires_at: "2026-03-01T00:00:00.000Z",
    merchant_order_no: "01J9ZK",
  })
})

it.each(Object.entries(events))(
  "the event %s has the name and the payload of its type",
  async (event, name) => {
    const told: { name: string; data: unknown }[] = []
    const bus = { emit: async (one: { name: string; data: unknown }) => void told.push(one) }
    await emitTo(bus, { error: () => undefined }, event as PaymentEvent, payment)
    await emitTo(bus, { error: () => undefined }, event as PaymentEvent, { ...payment, orderId: "order_01" })
    const bare: GatewayPaymentEvent = { id: "gpay_01", session_id: "payses_01" }
    expect(told).toEqual([
      { name, data: bare },
      { name, data: { ...bare, order_id: "order_01" } },
    ])
  },
)
