import { PaymentProblem } from "../../../core"
import { isWaitingPayout } from "../../ledger"
import type { GatewayPayment, Operation, SeenPayout } from "../../ledger"
import type { Deps } from "../deps"
import { withLease } from "../lease"
import { canBeTakenBack } from "./carry-payout"

/** A payout, as an admin has seen it. */
export interface PayoutSight {
  operationId: string
  seen: SeenPayout
  by: string
}

/**
 * Ends a refund that was started here, before the shopper has named an account: nothing is owed for it any more. The payment is held
 * meanwhile, as for a refund of Medusa's that may be handed this very one: whoever comes second finds what the first has done.
 */
export const takePayoutBack = (
  { id }: GatewayPayment,
  { operationId, seen, by }: PayoutSight,
  deps: Deps,
): Promise<void> =>
  withLease(id, deps, async (payment, { ledger }, operations) => {
    const operation = waitingPayout(payment, operations, operationId)
    if (seen.givenAt !== null || !canBeTakenBack(payment, operation)) throw notTakenBack(payment)
    const message = `Taken back by ${by}, before the shopper named an account.`
    if (!(await ledger.shopperPayouts.takeBack(operationId, seen.linkId, message)))
      throw payoutNotAsSeen(payment)
  })

/** The payout of that id, while nothing is sent of it. */
export function waitingPayout(
  payment: GatewayPayment,
  operations: readonly Operation[],
  operationId: string,
): Operation {
  const operation = operations.find(({ id }) => id === operationId)
  if (operation?.kind !== "payout")
    throw new PaymentProblem(
      "invalid_data",
      "resolve_invalid",
      `Payment ${payment.number} has no refund of that id that is paid out to the shopper's account.`,
    )
  if (!isWaitingPayout(operation)) throw notWaiting(payment)
  return operation
}

const notWaiting = ({ number }: GatewayPayment) =>
  new PaymentProblem(
    "conflict",
    "changed",
    `This refund of payment ${number} has been sent or has ended. Nothing was changed: look at the payment again.`,
  )

/** Somebody has made a link since, or the shopper has named an account: what the admin decided was about another one. */
export const payoutNotAsSeen = ({ number }: GatewayPayment) =>
  new PaymentProblem(
    "conflict",
    "changed",
    `The link or the account of this refund of payment ${number} is not the one that you saw. Nothing was changed: look at the payment again.`,
  )

const notTakenBack = ({ number }: GatewayPayment) =>
  new PaymentProblem(
    "conflict",
    "refund_stays_owed",
    `This refund of payment ${number} cannot be taken back: it is in Medusa's books, or the shopper has named an account, or the order is cancelled. Nothing was changed, and the money is still owed.`,
  )
