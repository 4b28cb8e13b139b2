import type Medusa from "@medusajs/js-sdk"

/** What `GET /store/gateway-payments/:session_id` tells a storefront. */
export interface GatewayPayment {
  session_id: string
  state:
    | "unopened"
    | "created"
    | "pending"
    | "paid"
    | "partially_refunded"
    | "refunded"
    | "void"
    | "failed"
    | "paid_late"
  /** How to pay; `null` once it can no longer be paid. */
  action: Action | null
  expires_at: string | null
}

/** A QR comes as the text to draw, or where the gateway gives no text, as a finished picture. */
export type Action =
  | { type: "redirect"; url: string }
  | { type: "qr"; content: string; image?: undefined }
  | { type: "qr"; image: string; content?: undefined }

export async function gatewayPayment(sdk: Medusa, sessionId: string): Promise<GatewayPayment> {
  const { gateway_payment } = await sdk.client.fetch<{ gateway_payment: GatewayPayment }>(
    `/store/gateway-payments/${sessionId}`,
    { cache: "no-store" },
  )
  return gateway_payment
}

/** A way to pay, as `GET /store/gateway-payments/methods` lists it. */
export interface Method {
  provider_id: string
  channel: string
  name: { en: string }
  available: boolean
}

/** Opens the payment of a session with what the shopper chose. The same choice gets the same link, however often it is made. */
export async function openPayment(sdk: Medusa, sessionId: string, channel: string): Promise<GatewayPayment> {
  const { gateway_payment } = await sdk.client.fetch<{ gateway_payment: GatewayPayment }>(
    `/store/gateway-payments/${sessionId}/open`,
    { method: "POST", body: { channel } },
  )
  return gateway_payment
}

/** Whether the shopper can still pay it. */
export const isOpen = (payment: GatewayPayment, now: Date): boolean =>
  payment.action !== null && (payment.expires_at === null || new Date(payment.expires_at) > now)

const pollMs = 2_000

/** Asks until `done` says so, or `signal` ends it. A request that fails is only one missed look. */
export async function watch(
  sdk: Medusa,
  sessionId: string,
  done: (payment: GatewayPayment) => boolean,
  signal: AbortSignal,
): Promise<GatewayPayment | undefined> {
  while (!signal.aborted) {
    const payment = await gatewayPayment(sdk, sessionId).catch(() => undefined)
    if (payment && done(payment)) return payment
    await new Promise((resolve) => setTimeout(resolve, pollMs))
  }
  return undefined
}
