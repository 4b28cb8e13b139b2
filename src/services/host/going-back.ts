import { isToCapture } from "../../core"
import { committedAmount } from "../ledger"
import type { GatewayPayment, Ledger } from "../ledger"

/** Whether something of a payment goes back, or may have gone, before Medusa has captured it: no order is made by it meanwhile. */
export const isGoingBack = async (payment: GatewayPayment, ledger: Ledger): Promise<boolean> =>
  isToCapture(payment) &&
  payment.capturedAt === null &&
  committedAmount(await ledger.operations.ofPayment(payment.id)) > 0
