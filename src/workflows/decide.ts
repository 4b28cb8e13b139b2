import {
  WorkflowResponse,
  createHook,
  createStep,
  createWorkflow,
  StepResponse,
} from "@medusajs/framework/workflows-sdk"
import type { WorkflowData } from "@medusajs/framework/workflows-sdk"

import { gatewayPayments } from "../services/host"
import { decideByHand } from "../services/settlement"
import type { DecisionAsked } from "../services/settlement"

/** A decision about one gateway payment, as the admin's routes take it. Amounts are major units, as plain decimals. */
export interface DecideGatewayPaymentInput extends Omit<DecisionAsked, "version" | "key"> {
  /** The gateway payment. */
  id: string
  /** Who decides: it is kept with the decision. */
  by: string
  /** Of the payment as it was looked at: refused where it has changed since. Left out, it is taken as it is now. */
  version?: number | undefined
  /** The same key is carried out once, whoever repeats it. */
  key?: string | undefined
}

/** What became of it. Amounts in minor units. */
export interface DecidedGatewayPayment {
  id: string
  state: string
  paid_amount: number
  refunded_amount: number
}

/** What moved money is not undone where a later step fails: it has no compensation. */
export const decideStep = createStep(
  "decide-gateway-payment-step",
  async ({ id, version, key, ...asked }: DecideGatewayPaymentInput, { container }) => {
    const plugin = gatewayPayments(container)
    const payment = await plugin.payment(id)
    const decision = { ...asked, version: version ?? payment.version, key: key ?? null }
    await plugin.atOrderOf(payment, () =>
      decideByHand(payment, decision, plugin.depsOfPayment(payment), async (now) => ({ id: now.id })),
    )
    const { state, paidAmount, refundedAmount } = await plugin.payment(id)
    const decided: DecidedGatewayPayment = {
      ...{ id, state, paid_amount: paidAmount, refunded_amount: refundedAmount },
    }
    return new StepResponse(decided)
  },
)

/**
 * Carries out a decision about a gateway payment. The hook `validate` runs before anything is written or sent: a handler that throws
 * refuses it. Throws what the admin's route answers.
 */
export const decideGatewayPaymentWorkflow = createWorkflow(
  "decide-gateway-payment",
  (input: WorkflowData<DecideGatewayPaymentInput>) => {
    const validate = createHook("validate", { input })
    return new WorkflowResponse(decideStep(input), { hooks: [validate] })
  },
)
