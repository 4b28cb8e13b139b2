import { namesBalance, titleOf, type GatewayName } from "../../../core"
import { moneyOf, type Refund } from "./money"
import type { Answer, Done, Probe, Step } from "./steps"

/** A word for a program, and a sentence for a person. */
export interface Said {
  value: string
  text: string
}

interface Question {
  id: string
  gateway: GatewayName
  /** What was learnt; undefined where it was not. */
  answer: (probe: Probe) => Said | undefined
  /** Why this entry cannot be asked at all. */
  cannot?: (probe: Probe) => string | undefined
}

const answerTo = (
  probe: Probe,
  what: Step["do"],
  fits: (step: Step) => boolean = () => true,
): Answer | undefined =>
  probe.done.findLast((one) => one.step.do === what && fits(one.step) && one.answer)?.answer

const askedAs = (as: string) => (step: Step) => "as" in step && step.as === as

/** Words that no gateway chose: what it answered, and its code. */
const worded = ({ kind, reason, code }: Answer): string =>
  [reason ?? (kind === "unknown" ? "failure" : kind), code].filter((one) => one !== undefined).join(":")

/** No answer, or one that the gateway has not signed as it should, teaches nothing about it. */
const isRead = (answer: Answer | undefined): answer is Answer =>
  answer !== undefined && answer.kind !== "not_sent" && !answer.silent && answer.code !== "bad_signature"

const saidOf = (answer: Answer | undefined, text: (answer: Answer) => string): Said | undefined =>
  isRead(answer) ? { value: worded(answer), text: text(answer) } : undefined

const needsPart = ({ plan }: Probe): string | undefined =>
  plan.part === null ? "This channel, or the account, is not known to refund in part." : undefined
const needsList = ({ plan }: Probe): string | undefined =>
  plan.lists ? undefined : "Ksher does not list the refunds of this channel."
const needsRefunds = ({ plan }: Probe): string | undefined =>
  plan.refunds ? undefined : "The gateway does not refund this channel, so that no payment was made."
const needsCancel = ({ plan }: Probe): string | undefined =>
  plan.reverses ? undefined : "It needs --cancel and a second payment."

/** The rows of docs/unknowns.md that a probe can answer, by the ids that stand there. */
export const questions: readonly Question[] = [
  {
    id: "refund_number_twice",
    gateway: "ksher",
    cannot: (probe) => needsPart(probe) ?? needsList(probe),
    answer: (probe) => {
      const answer = answerTo(probe, "refund_again")
      const { again } = moneyOf(probe, "paid")
      if (!isRead(answer) || again === "unclear") return undefined
      return again === "second"
        ? {
            value: "second_refund",
            text: "The number was refunded twice: the gateway does not take each number once.",
          }
        : {
            value: answer.kind === "succeeded" ? "same_refund" : worded(answer),
            text: `Sent again, the number was answered with ${worded(answer)}; no second refund was made.`,
          }
    },
  },
  {
    id: "partial_refund",
    gateway: "ksher",
    cannot: needsPart,
    answer: (probe) => {
      const first = moneyOf(probe, "paid").refunds.find(({ amount }) => amount === probe.plan.part)
      if (first?.state === "returned") return { value: "yes", text: `${probe.plan.channel} refunds in part.` }
      return wasDeclined(first)
        ? { value: `no:${first.failed}`, text: `${probe.plan.channel} was not refunded in part.` }
        : undefined
    },
  },
  {
    id: "sign_v2",
    gateway: "ksher",
    answer: (probe) => {
      const answer = answerTo(probe, "ask_v2")
      if (answer?.bits !== undefined)
        return {
          value: `rsa_${answer.bits}`,
          text: `Asked for V2, Ksher signed with its key of ${answer.bits} bits.`,
        }
      return answer?.code === "bad_signature"
        ? { value: "bad_signature", text: "Asked for V2, Ksher's answer was signed with none of the keys." }
        : saidOf(answer, (one) => `Asked for V2, Ksher answered ${worded(one)}.`)
    },
  },
  {
    id: "state_after_part",
    gateway: "ksher",
    cannot: needsPart,
    answer: (probe) => stateAs(probe, "part", "A partly refunded order"),
  },
  {
    id: "list_without_number",
    gateway: "ksher",
    cannot: needsList,
    answer: (probe) => {
      const answer = answerTo(probe, "list_refunds", askedAs("after"))
      const made = moneyOf(probe, "paid").refunds.filter(({ state }) => state === "returned")
      if (!answer?.refunds)
        return saidOf(answer, (one) => `Asked without a number, refund_query answered ${worded(one)}.`)
      const listed = made.filter(({ number }) => answer.refunds?.some((one) => one.number === number)).length
      return {
        value: listed === made.length ? "all" : "some",
        text: `Asked without a number, refund_query listed ${listed} of ${made.length} refunds.`,
      }
    },
  },
  {
    id: "list_before_refund",
    gateway: "ksher",
    cannot: needsList,
    answer: (probe) => {
      const answer = answerTo(probe, "list_refunds", askedAs("before"))
      if (answer?.refunds?.length === 0)
        return {
          value: "empty_list",
          text: "Before the first refund, refund_query answers with an empty list.",
        }
      return saidOf(answer, (one) => `Before the first refund, refund_query answers ${worded(one)}.`)
    },
  },
  {
    id: "list_of_cards",
    gateway: "ksher",
    cannot: ({ plan }) =>
      /card|_instal$/.test(plan.channel)
        ? undefined
        : "It needs a channel of cards or instalments (--channel).",
    answer: (probe) =>
      saidOf(answerTo(probe, "list_refunds", askedAs("after")), (one) =>
        one.kind === "succeeded"
          ? `refund_query knows refunds of ${probe.plan.channel}.`
          : `Of ${probe.plan.channel}, refund_query answered ${worded(one)}.`,
      ),
  },
  {
    id: "unpaid_number_again",
    gateway: "ksher",
    answer: (probe) =>
      saidOf(answerTo(probe, "open_again"), (one) =>
        one.kind === "succeeded"
          ? "An unpaid number was opened a second time."
          : `Opened a second time, an unpaid number was answered with ${worded(one)}.`,
      ),
  },
  {
    id: "wrong_key",
    gateway: "ksher",
    answer: (probe) =>
      saidOf(answerTo(probe, "ask_wrong_key"), (one) => `To a wrong key Ksher answered ${worded(one)}.`),
  },
  {
    id: "time_zone",
    gateway: "ksher",
    cannot: (probe) =>
      needsRefunds(probe) ??
      (probe.plan.currency === "thb" ? "It needs an account outside Thailand (--currency)." : undefined),
    answer: (probe) => zoneOf(probe.done),
  },
  {
    id: "promptpay_layout",
    gateway: "ksher",
    cannot: ({ plan }) =>
      plan.mode === "qr" && plan.channel.includes("promptpay")
        ? undefined
        : 'It needs mode "qr" and the channel promptpay (--channel).',
    answer: (probe) => {
      const answer = answerTo(probe, "open")
      if (answer?.kind === "succeeded")
        return answer.unread
          ? { value: "other_layout", text: "The code is in a layout that the plugin does not know." }
          : {
              value: "known",
              text: "The code is in the layout that the plugin knows, and says what was asked for.",
            }
      return answer?.code === "qr_mismatch"
        ? { value: "differs", text: "The code says something else than was asked for." }
        : undefined
    },
  },
  {
    id: "refund_before_settlement",
    gateway: "gnete",
    answer: (probe) => {
      const [first] = moneyOf(probe, "paid").refunds
      if (first?.state === "returned")
        return { value: "taken", text: "A refund was taken on the day of the payment." }
      return wasDeclined(first)
        ? { value: `refused:${first.failed}`, text: "A refund was refused on the day of the payment." }
        : undefined
    },
  },
  {
    id: "state_unpaid",
    gateway: "gnete",
    answer: (probe) => {
      const state = answerTo(probe, "ask_order", askedAs("unpaid"))?.state
      if (state !== "unpaid" && state !== "in_progress") return undefined
      const code = state === "unpaid" ? 0 : 1
      return { value: String(code), text: `An order that nobody has paid is in state ${code}.` }
    },
  },
  {
    id: "cancel_time",
    gateway: "gnete",
    cannot: needsCancel,
    answer: (probe) => {
      const cancel = probe.done.findLast(({ step, answer }) => step.do === "cancel" && answer)
      const came = probe.plan.reverses ? reversalOf(probe) : undefined
      if (!cancel || came === undefined) return undefined
      return { value: `${came}@${cancel.at}`, text: `A same-day cancel at ${cancel.at} was ${came}.` }
    },
  },
  {
    id: "state_after_cancel",
    gateway: "gnete",
    cannot: needsCancel,
    answer: (probe) =>
      reversalOf(probe) === "carried out" ? stateAs(probe, "cancelled", "A cancelled payment") : undefined,
  },
]

/** A balance that does not cover it says nothing of what the gateway refunds. */
const wasDeclined = (refund: Refund | undefined): refund is Refund & { failed: string } =>
  refund?.state === "declined" && refund.failed !== undefined && !namesBalance(refund.failed)

function reversalOf(probe: Probe): "carried out" | "refused" | undefined {
  const states = [moneyOf(probe, "cancelled").cancel, moneyOf(probe, "paid").cancel]
  if (states.includes("reversed")) return "carried out"
  return states.includes("declined") ? "refused" : undefined
}

function stateAs(probe: Probe, as: string, what: string): Said | undefined {
  const state = answerTo(probe, "ask_order", askedAs(as))?.state
  return state && { value: state, text: `${what} is called ${state} by ${titleOf(probe.plan.gateway)}.` }
}

/** When the payment was seen, beside when the gateway says that it was made. */
function zoneOf(done: readonly Done[]): Said | undefined {
  const seen = done.findLast(({ step, answer }) => step.do === "ask_order" && answer?.paidAt)
  const paidAt = done.find(({ answer }) => answer?.paidAt)?.answer?.paidAt
  const waited = done.find(({ step }) => step.do === "await_payment")
  if (!seen || !waited || paidAt === undefined) return undefined
  const hour = 3_600_000
  const hours = Math.round((Date.parse(paidAt) - Date.parse(seen.at)) / hour)
  return {
    value: hours === 0 ? "right" : `off_by_${hours}_hours`,
    text:
      hours === 0
        ? "The time of the payment is in the zone that the plugin takes it to be in."
        : `The time of the payment is off by ${hours} hours: tell the project.`,
  }
}

/** What one question came to. */
export interface Answered {
  id: string
  state: "answered" | "open" | "not_asked"
  value?: string
  text: string
}

/** Every question of the gateway, with its answer or why there is none. */
export function answersOf(probe: Probe): Answered[] {
  return questions
    .filter(({ gateway }) => gateway === probe.plan.gateway)
    .map(({ id, answer, cannot }) => {
      const why = cannot?.(probe)
      if (why !== undefined) return { id, state: "not_asked", text: why }
      const said = answer(probe)
      return said
        ? { id, state: "answered", ...said }
        : { id, state: "open", text: "The probe ended before it was answered." }
    })
}
