import { formatMoney, money } from "../../core"
import type { Outcome } from "../../core"
import type { PayoutOptions } from "../../services/options/shared"
import { seal, unseal } from "../../services/settlement"
import { note, ok, wrong, type Finding, type Result } from "./finding"
import type { Subject } from "./gateway-checks"

/** The key that shoppers' accounts are kept with, and what can be paid out; nothing where the shop pays nothing out. */
export async function checkPayouts(about: string, subject: Subject): Promise<Finding[]> {
  return (await resultsOf(subject)).map((result) => ({ about, check: "payouts", ...result }))
}

async function resultsOf({ gateway, payouts }: Subject): Promise<Result[]> {
  const rail = gateway.shopperPayouts
  if (!payouts || !rail) return []
  const sample = { type: "mobile", number: "0800000000" } as const
  const opened = unseal(seal(sample, "doctor", payouts.keys), "doctor", payouts.keys)
  const key = opened
    ? ok(`The key of payouts seals and opens${versionsIn(payouts.keys)}.`)
    : wrong("The key of payouts does not open what it seals.")
  return [key, judged(await rail.balance(), rail.currency)]
}

/** The names of the keys, and nothing of the keys. */
const versionsIn = ([newest, ...older]: PayoutOptions["keys"]): string => {
  const names = older.map(({ version }) => version).join(", ")
  return ` (version ${newest?.version ?? ""}${names && `; what ${names} sealed is opened too`})`
}

function judged(balance: Outcome<number>, currency: string): Result {
  if (balance.kind === "succeeded") {
    const shown = formatMoney(money(balance.value, currency), 2)
    return (balance.value > 0 ? ok : note)(`The balance for payouts is ${shown}.`)
  }
  const said = "message" in balance ? balance.message : ""
  // Whether a failure that no page lists is about the contract, only Ksher can say.
  const isAnswered = balance.kind === "refused" || (balance.kind === "unknown" && balance.answered === true)
  return isAnswered
    ? wrong(
        `Ksher does not tell the balance for payouts: ${said} Ask Ksher whether the account has the contract.`,
      )
    : wrong(`The balance for payouts could not be read: ${said} Until it can be, no payout is sent.`)
}
