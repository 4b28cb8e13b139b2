import { refused } from "../../../src/core"
import { isDone } from "../../../src/services/ledger"
import type { Operation } from "../../../src/services/ledger"
import type { DoubtPicture, DoubtStep } from "../../../src/services/settlement/returns/decide-doubt"
import type { ReturnPicture, ReturnStep } from "../../../src/services/settlement/returns/decide-return"
import type { Flavour } from "./truth"
import { ours, type Rules } from "./walk"

/** A rule that is wrong, and a gateway at which it costs money. */
export interface WrongRule {
  name: string
  flavour: Flavour
  rules: Rules
  /** Where it takes a second wish to show; else a repetition of the first. */
  isOfTwoWishes?: true
}

const returning = (
  name: string,
  flavour: Flavour,
  decideReturn: (picture: ReturnPicture) => ReturnStep,
): WrongRule => ({
  name,
  flavour,
  rules: { ...ours, decideReturn },
})

const doubting = (
  name: string,
  flavour: Flavour,
  decideDoubt: (picture: DoubtPicture) => DoubtStep,
): WrongRule => ({
  name,
  flavour,
  rules: { ...ours, decideDoubt },
})

const without = (picture: ReturnPicture, isLeftOut: (state: string) => boolean): ReturnPicture => ({
  ...picture,
  operations: picture.operations.filter(({ state }) => !isLeftOut(state)),
})

const knowing = (picture: ReturnPicture, facts: ReturnPicture["facts"]): ReturnPicture => ({
  ...picture,
  facts: { ...picture.facts, ...facts },
})

const longAfter = new Date("2027-01-01T00:00:00Z")

export const wrongRules: readonly WrongRule[] = [
  returning("another refund goes out while one is in doubt", "ksher", (picture) =>
    ours.decideReturn(without(picture, (state) => state === "unknown" || state === "sent")),
  ),
  {
    ...returning(
      "a refund is measured against what was paid, not against what is left",
      "ksher",
      (picture) => {
        const step = ours.decideReturn(picture)
        if (step.do !== "refuse" || step.refusal.code !== "refund_exceeds") return step
        return step.refusal.amount > 0 ? { do: "send", kind: "refund", amount: step.refusal.amount } : step
      },
    ),
    isOfTwoWishes: true,
  },
  returning("what went through is not taken over by who asks again", "ksher", (picture) =>
    ours.decideReturn(picture.facts.notBooked ? knowing(picture, { notBooked: [] }) : picture),
  ),
  returning(
    "who was not told that it went through is not told, and a second one is sent",
    "ksher",
    (picture) =>
      ours.decideReturn({
        ...picture,
        operations: picture.operations.map((one) => ({ ...one, untold: false })),
      }),
  ),
  returning("the job pays a row that asked again for what went through", "ksher", (picture) =>
    ours.decideReturn({ ...picture, intent: { ...picture.intent, byItself: false } }),
  ),
  returning("what is in doubt is believed to be refused without a question", "gnete", (picture) =>
    ours.decideReturn({
      ...picture,
      operations: picture.operations.map((one) =>
        one.state === "unknown" ? { ...one, state: "refused" as const, reason: "declined" } : one,
      ),
    }),
  ),
  doubting("what is in doubt is called refused", "ksher", ({ operation }) => ({
    do: "conclude",
    finding: { outcome: refused("declined", "", `${operation.number} got no answer.`), by: "asking" },
  })),
  doubting("a number that the gateway does not know yet is called refused", "ksher", (picture) => {
    const { refund } = picture.facts
    return refund?.kind === "refused" && refund.reason === "absent"
      ? { do: "conclude", finding: { outcome: refund, by: "asking" } }
      : ours.decideDoubt(picture)
  }),
  doubting("the refusal of a repetition is believed at once", "ksher", (picture) =>
    ours.decideDoubt({ ...picture, now: longAfter }),
  ),
  doubting(
    "a repetition's refusal is believed where the gateway cannot be asked",
    "ksher_unlisted",
    (picture) => {
      const { sent } = picture.facts
      return sent && sent !== "ended" && sent.outcome.kind === "refused"
        ? { do: "conclude", finding: { outcome: sent.outcome, by: "sending" } }
        : ours.decideDoubt(picture)
    },
  ),
  doubting("a reversal whose answer is lost has failed", "gnete", (picture) =>
    picture.operation.kind === "cancel"
      ? { do: "conclude", finding: { outcome: refused("declined", "", "No answer."), by: "asking" } }
      : ours.decideDoubt(picture),
  ),
  doubting("a reversal that was sent twice is what its one known name came to", "gnete", (picture) =>
    ours.decideDoubt(
      picture.operation.gatewayNo === null
        ? picture
        : { ...picture, operation: { ...picture.operation, attempts: 1 } },
    ),
  ),
  doubting("a reversal of which one name failed has failed while another is on its way", "gnete", (picture) =>
    ours.decideDoubt(picture.operation.gatewayNo === null ? picture : { ...picture, now: longAfter }),
  ),
  returning("what a person calls refused is not asked about before another is sent", "gnete", (picture) =>
    ours.decideReturn(knowing(picture, { refusedAsked: { unanswered: undefined } })),
  ),
  returning("silence about what a person calls refused is a no", "gnete", (picture) =>
    ours.decideReturn(
      picture.facts.refusedAsked ? knowing(picture, { refusedAsked: { unanswered: undefined } }) : picture,
    ),
  ),
  {
    name: "a person's word counts more than the gateway's, and nobody asks again",
    flavour: "ksher",
    rules: {
      ...ours,
      decideReturn: (picture) =>
        ours.decideReturn(knowing(picture, { refusedAsked: { unanswered: undefined } })),
      decideWord: (wentThrough) => ({ do: "conclude", state: wentThrough ? "succeeded" : "refused" }),
    },
  },
  // Accepted, entered in Medusa, failed: the repetition and the job's own would be two more, of which the job's is the third in all.
  returning(
    "who asks again before the job has made anew what failed is not told",
    "gnete_finishes",
    (picture) => {
      const made = picture.operations.filter(isDone)
      const isMadeAnew = ({ refundId }: Operation) => made.some((one) => one.refundId === refundId)
      const operations = picture.operations.map((one) =>
        one.state === "refused" && !isMadeAnew(one) ? { ...one, untold: false, told: false } : one,
      )
      return ours.decideReturn({ ...picture, operations })
    },
  ),
  {
    ...returning(
      "what the job sent in the place of a refund that failed is not told",
      "gnete_unhandled",
      (picture) =>
        ours.decideReturn({
          ...picture,
          operations: picture.operations.map((one) =>
            one.state === "refused" ? { ...one, untold: false, told: false } : one,
          ),
        }),
    ),
  },
]
