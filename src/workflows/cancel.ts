import {
  StepResponse,
  WorkflowResponse,
  createHook,
  createStep,
  createWorkflow,
} from "@medusajs/framework/workflows-sdk"
import type { WorkflowData } from "@medusajs/framework/workflows-sdk"

import { PaymentProblem } from "../core"
import { aroundCancel, gatewayPayments } from "../services/host"

export interface CancelGatewayOrderInput {
  order_id: string
}

/** What went back is not undone where a later step fails: it has no compensation. */
const cancelStep = createStep(
  "cancel-gateway-order-step",
  async ({ order_id }: CancelGatewayOrderInput, { container }) => {
    const plugin = gatewayPayments(container)
    await aroundCancel(plugin, order_id, async () => {
      const { problem } = await plugin.host.cancelOrder(order_id)
      if (problem !== undefined) throw unfinished(problem)
      return { status: 200 }
    })
    return new StepResponse({ order_id })
  },
)

const unfinished = (problem: string) =>
  new PaymentProblem(
    "conflict",
    "cancel_unfinished",
    `Medusa has not cancelled the order (${problem}). What went back meanwhile is kept; look at its payments.`,
  )

/**
 * Cancels an order as the admin does: its open payments are closed, and what was paid goes back. The hook `validate` runs before anything is
 * written or sent: a handler that throws refuses it.
 */
export const cancelGatewayOrderWorkflow = createWorkflow(
  "cancel-gateway-order",
  (input: WorkflowData<CancelGatewayOrderInput>) => {
    const validate = createHook("validate", { input })
    return new WorkflowResponse(cancelStep(input), { hooks: [validate] })
  },
)
