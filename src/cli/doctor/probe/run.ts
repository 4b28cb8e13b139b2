import type { GatewayName, Outcome, PaymentLink, Standing } from "../../../core"
import type { Terminal } from "../../run"
import type { Journal } from "./journal"
import { nextStep } from "./next-step"
import { perform, type Hands } from "./perform"
import type { OrderName, Probe, Step } from "./steps"

/** Between two questions about the same thing, and between two looks at whether a person has paid. */
const pauseMs = 5_000

export type Person = Pick<Terminal, "wait" | "now" | "untilStopped">

/** Does one step after the other until there is none. Each is in the journal before it is sent. */
export async function runProbe(journal: Journal, hands: Hands, person: Person, say: (line: string) => void) {
  const links = new Map<OrderName, PaymentLink>()
  let last: Step | undefined
  for (let step = nextStep(journal.probe); step; step = nextStep(journal.probe)) {
    if (last && isSame(last, step)) await person.wait(pauseMs)
    say(sentenceOf(step, journal.probe))
    journal.begun(step, person.now())
    journal.answered(await perform(step, journal.probe, hands, links))
    last = step
  }
}

const isSame = (a: Step, b: Step): boolean =>
  a.do === b.do && a.order === b.order && ("number" in a ? a.number : "") === ("number" in b ? b.number : "")

/** Asks until the gateway says how it ended, its time is over, or the person gives up: what comes then is decided by its steps. */
export async function pollPayment(
  { expiresAt }: PaymentLink,
  ask: () => Promise<Outcome<Standing>>,
  { wait, now, untilStopped }: Person,
  openStates: ReadonlySet<string>,
): Promise<Outcome<Standing>> {
  const over = { now: false }
  const givenUp = untilStopped().then(() => void (over.now = true))
  for (;;) {
    const asked = await ask()
    const isOpen = asked.kind !== "succeeded" || openStates.has(asked.value.state)
    if (!isOpen || over.now || now() >= expiresAt) return asked
    await Promise.race([wait(pauseMs), givenUp])
  }
}

/** Where a payment can still come. A failed one of Ksher's may be tried again, one of Gnete's is over. */
export const openStatesOf = (gateway: GatewayName): ReadonlySet<string> =>
  new Set(["absent", "unpaid", "in_progress", ...(gateway === "ksher" ? ["failed"] : [])])

function sentenceOf(step: Step, { plan }: Probe): string {
  const number = "number" in step ? step.number : plan.numbers[step.order]
  return `${sentences[step.do]} (${number})`
}

const sentences: Readonly<Record<Step["do"], string>> = {
  ask_wrong_key: "Asking about an order with a key that is not the account's",
  ask_v2: "Asking about the order with the V2 signature",
  open: "Opening an order",
  open_again: "Opening the same number again; nobody is shown it",
  await_payment: "Waiting for the payment",
  ask_order: "Asking about the order",
  close: "Closing the order, and asking whether it is closed",
  list_refunds: "Asking for the list of refunds",
  refund: "Refunding",
  refund_again: "Sending the same refund number again",
  ask_refund: "Asking about the refund",
  cancel: "Reversing the payment",
  ask_cancel: "Asking about the reversal",
}
