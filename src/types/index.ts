/** Types for a shop's own code. Nothing of this file is there at run time. */
import type { z } from "zod"

import type * as answers from "../api/answers"

type Of<Schema extends z.ZodType> = z.output<Schema>

/** The payload of every event: look the payment up for the rest. */
export interface GatewayPaymentEvent {
  id: string
  session_id: string
  /** Left out until there is an order. */
  order_id?: string
}

/** The events of this plugin by name, for a subscriber: `SubscriberArgs<GatewayPaymentEvents["gateway_payment.paid"]>`. */
export type GatewayPaymentEvents = Record<
  | "gateway_payment.paid"
  | "gateway_payment.voided"
  | "gateway_payment.refunded"
  | "gateway_payment.refund_failed"
  | "gateway_payment.paid_late"
  | "gateway_payment.attention_required",
  GatewayPaymentEvent
>

/** How a shopper pays. */
export type GatewayPaymentAction = Of<typeof answers.paymentAction>

/** `data` of a payment session, as a storefront sees it. */
export interface GatewaySessionData {
  gateway: "ksher" | "gnete"
  state: StoreGatewayPayment["state"]
  action: GatewayPaymentAction | null
  expires_at: string | null
  merchant_order_no: string
}

export type StoreGatewayPaymentResponse = Of<typeof answers.shopperAnswer>
export type StoreGatewayPayment = StoreGatewayPaymentResponse["gateway_payment"]
export type StorePaymentMethodsResponse = Of<typeof answers.methodsAnswer>
export type StorePaymentMethod = StorePaymentMethodsResponse["methods"][number]
export type StoreOrderCancelResponse = Of<typeof answers.cancelAnswer>

export type AdminGatewayPaymentListResponse = Of<typeof answers.listAnswer>
export type AdminGatewayPayment = AdminGatewayPaymentListResponse["gateway_payments"][number]
export type AdminGatewayPaymentResponse = Of<typeof answers.detailAnswer>
export type AdminGatewayPaymentDetail = AdminGatewayPaymentResponse["gateway_payment"]
export type AdminGatewayTotalsResponse = Of<typeof answers.totalsAnswer>
export type AdminGatewayReconcileResponse = Of<typeof answers.reconcileAnswer>
export type AdminGatewayProvidersResponse = Of<typeof answers.providersAnswer>
export type AdminGatewayPayLinksResponse = Of<typeof answers.payLinksAnswer>
export type AdminGatewayPayLink = AdminGatewayPayLinksResponse["links"][number]
export type AdminGatewayPayLinkMadeResponse = Of<typeof answers.madeLinkAnswer>
export type AdminGatewayConnectionResponse = Of<typeof answers.connectionAnswer>
export type GatewayPaymentRefusal = Of<typeof answers.refusalAnswer>
