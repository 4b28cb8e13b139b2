import { MedusaError } from "@medusajs/framework/utils"

import { PaymentProblem } from "../../core"
import { kindOf } from "../observability"

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
  if (MedusaError.isMedusaError(error) && error.type !== MedusaError.Types.DB_ERROR) return error
  const { kind, message, code } = asProblem(error)
  return new MedusaError(types[kind], message, code)
}

/** What PostgreSQL answers about a table, a column or a function that is not there. */
const missing: ReadonlySet<string> = new Set(["42P01", "42703", "42883", "3F000"])

/** An error of this plugin, or what is to be said of any other: a database's own words quote what was being written. */
function asProblem(error: unknown): PaymentProblem {
  if (error instanceof PaymentProblem) return error
  const kind = kindOf(error)
  return missing.has(kind)
    ? new PaymentProblem(
        "unexpected_state",
        "ledger_not_migrated",
        `The tables are not those of this version (${kind}). Run "npx medusa db:migrate" and try again. What was sent before is written down, and is settled automatically.`,
      )
    : new PaymentProblem(
        "unexpected_state",
        "ledger_unavailable",
        `The database could not be used (${kind}). What was sent before is written down, and is settled automatically once the database is back; then look at the payment, and try again.`,
      )
}

/** The codes that say so of the database, and not of the request. */
export const isOfDatabase = ({ code }: { code?: string | undefined }): boolean =>
  code === "ledger_unavailable" || code === "ledger_not_migrated"
