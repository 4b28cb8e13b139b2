import { isOpen } from "../../core"
import type { GatewayPayment } from "../ledger"

/**
 * What Medusa stores with session and payment, and the storefront sees: enough to pay and to poll. Medusa merges it into
 * what it has (H4), so that what no longer holds is null and never left out.
 */
export const sessionData = (payment: GatewayPayment) => ({
  gateway: payment.gateway,
  state: payment.state,
  action: isOpen(payment.state) && !payment.unwanted ? payment.action : null,
  expires_at: payment.expiresAt?.toISOString() ?? null,
  merchant_order_no: payment.number,
})
