import { titleOf } from "./gateway"
import type { GatewayName } from "./gateway"

/** Payments in a row that the gateway answered alike and did not open. */
export interface NotOpening {
  /** `answerOf` each of them. */
  answer: string
  payments: number
  since: Date
  lastAt: Date
}

/** What shoppers or channels cause ends with the next payment; from this many in a row on, it is the configuration. */
export const tooManyInARow = 3

const usualCauses: Record<GatewayName, string> = {
  ksher:
    "a returnUrl that is too long, a channel that the contract does not have, or an appid and privateKey of different accounts",
  gnete:
    "a returnUrl of more than 128 characters, a way code that the contract does not have, or credentials of Gnete's other host",
}

export const notOpeningSentence = (
  gateway: GatewayName,
  { answer, payments }: Pick<NotOpening, "answer" | "payments">,
): string =>
  `The last ${payments} payments did not open: ${titleOf(gateway)} gave each of them the same answer (${answer}). Usual causes: ${usualCauses[gateway]}. The next payment that opens ends this warning.`
