import { formatMoney, money } from "../../core"
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
    ? ok("The key of payouts seals and opens.")
    : wrong("The key of payouts does not open what it seals.")
  const balance = await rail.balance()
  if (balance.kind !== "succeeded") {
    const said = "message" in balance ? balance.message : ""
    return [
      key,
      wrong(
        `The balance for payouts could not be read: ${said} Ask Ksher whether the account has the contract.`,
      ),
    ]
  }
  const shown = formatMoney(money(balance.value, rail.currency), 2)
  return [key, (balance.value > 0 ? ok : note)(`The balance for payouts is ${shown}.`)]
}
