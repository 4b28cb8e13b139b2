import { WorkflowResponse, createHook, createWorkflow, transform } from "@medusajs/framework/workflows-sdk"
import type { WorkflowData } from "@medusajs/framework/workflows-sdk"

import { decideStep } from "./decide"
import type { DecideGatewayPaymentInput } from "./decide"

/** A refund of one gateway payment: of `amount` in major units, or of all that is left. */
export type RefundGatewayPaymentInput = Omit<DecideGatewayPaymentInput, "action" | "operationId" | "how">

/**
 * Returns money by the gateway and books it in Medusa. The hook `validate` runs before anything is written or sent: a handler that throws
 * refuses the refund. Throws what the admin's route answers.
 */
export const refundGatewayPaymentWorkflow = createWorkflow(
  "refund-gateway-payment",
  (input: WorkflowData<RefundGatewayPaymentInput>) => {
    const validate = createHook("validate", { input })
    const asked = transform({ input }, ({ input: refund }) => ({ ...refund, action: "refund" as const }))
    return new WorkflowResponse(decideStep(asked), { hooks: [validate] })
  },
)
