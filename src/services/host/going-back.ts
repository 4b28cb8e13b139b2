import { isToCapture } from "../../core"
import type { GatewayPayment, Ledger } from "../ledger"
import { isReturning } from "../settlement"

/** Whether something of a payment goes back, or may have gone, before Medusa has captured it: no order is made by it meanwhile. */
export const isGoingBack = async (payment: GatewayPayment, ledger: Ledger): Promise<boolean> =>
  isToCapture(payment) && payment.capturedAt === null && (await isReturning(payment, { ledger }))
