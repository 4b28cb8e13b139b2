import { MedusaError } from "@medusajs/framework/utils"

import { PaymentProblem } from "../../core"

/** Medusa puts its own words over a CONFLICT and hides a plain Error: only these types carry a sentence to the admin. */
const types: Record<PaymentProblem["kind"], string> = {
  invalid_data: MedusaError.Types.INVALID_DATA,
  not_allowed: MedusaError.Types.NOT_ALLOWED,
  not_found: MedusaError.Types.NOT_FOUND,
  conflict: MedusaError.Types.NOT_ALLOWED,
  unexpected_state: MedusaError.Types.UNEXPECTED_STATE,
}

/** Runs what Medusa asked for; what goes wrong reaches the admin as a sentence about the money. */
export async function inMedusasWords<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw asMedusaError(error)
  }
}

export function asMedusaError(error: unknown): MedusaError {
  if (MedusaError.isMedusaError(error)) return error
  if (error instanceof PaymentProblem) return new MedusaError(types[error.kind], error.message, error.code)
  const name = error instanceof Error ? error.name : "Error"
  return new MedusaError(
    MedusaError.Types.UNEXPECTED_STATE,
    `The gateway payments ledger could not be used (${name}). What was sent before is in it and is settled by itself; try again.`,
  )
}
