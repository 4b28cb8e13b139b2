import { statementProblemCodes } from "../../core/statement-problems"
import type { StatementProblem } from "../api/payouts"
import type { Writer } from "./attention"

/** What is wrong with a row, from its code; the server's own sentence where this release does not know the code. */
export function statementText({ code, values, reason }: StatementProblem, { t }: Pick<Writer, "t">): string {
  const known = statementProblemCodes.find((one) => one === code)
  return known ? t(`statement.row.${known}`, values) : reason
}
