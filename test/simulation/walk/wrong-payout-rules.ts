import { isUnanswered, isWaitingPayout } from "../../../src/services/ledger"
import type { ReturnPicture } from "../../../src/services/settlement/returns/decide-return"
import type { PayoutPicture } from "../../../src/services/settlement/shopper-payouts/decide-payout"
import { ours, type Rules } from "./payouts"

/** A rule that is wrong, and what the walk says of it. */
export interface WrongRule {
  name: string
  rules: Rules
  fault: RegExp
}

const returning = (name: string, fault: RegExp, decideReturn: Rules["decideReturn"]): WrongRule => ({
  name,
  fault,
  rules: { ...ours, decideReturn },
})

const paying = (
  name: string,
  fault: RegExp,
  change: (picture: PayoutPicture) => PayoutPicture,
): WrongRule => ({
  name,
  fault,
  rules: { ...ours, decidePayout: (picture) => ours.decidePayout(change(picture)) },
})

const withOperations = (
  picture: ReturnPicture,
  change: (operation: ReturnPicture["operations"][number]) => ReturnPicture["operations"],
): ReturnPicture => ({ ...picture, operations: picture.operations.flatMap(change) })

export const wrongRules: readonly WrongRule[] = [
  returning("what the shopper has not answered holds no money", /is promised/, (picture) =>
    ours.decideReturn(withOperations(picture, (one) => (isUnanswered(one) ? [] : [one]))),
  ),
  returning("what the shopper has answered is taken over", /is taken over/, (picture) =>
    ours.decideReturn(
      withOperations(picture, (one) => [isWaitingPayout(one) ? { ...one, reason: null } : one]),
    ),
  ),
  returning("a smaller refund takes over a larger one", /more is taken over/, (picture) => {
    const step = ours.decideReturn(picture)
    const unanswered = picture.operations.filter(isUnanswered)
    return step.do === "refuse" && step.refusal.code === "refund_exceeds" && unanswered.length
      ? { do: "take_over", operations: unanswered }
      : step
  }),
  returning(
    "a refund is as good as made where others wait for the shopper",
    /nothing carries it/,
    (picture) => {
      const step = ours.decideReturn(picture)
      const [operation] = picture.operations
      return step.do === "take_over" && operation ? { do: "answer", operation } : step
    },
  ),
  returning("the account is asked for without a look at what is left", /is promised/, (picture) => {
    const step = ours.decideReturn(picture)
    return step.do === "refuse" && step.refusal.code === "refund_exceeds" && step.refusal.amount > 0
      ? { do: "ask_shopper", amount: step.refusal.amount }
      : step
  }),
  returning("another is promised while one is in doubt", /is promised|goes back/, (picture) =>
    ours.decideReturn(withOperations(picture, (one) => (one.state === "unknown" ? [] : [one]))),
  ),
  paying("it is sent beside one in doubt", /is in doubt/, (picture) => ({ ...picture, doubtBeside: false })),
  paying("what the console returned is not counted", /goes back of/, (picture) => ({
    ...picture,
    left: Math.max(picture.left, 0),
  })),
  paying("what got no answer is sent under its number as if it were new", /goes back/, (picture) => ({
    ...picture,
    operation:
      picture.operation.state === "unknown" ? { ...picture.operation, state: "pending" } : picture.operation,
  })),
  paying("a failure is believed at once", /is called refused/, (picture) => ({
    ...picture,
    absentSince: picture.absentSince && new Date(0),
  })),
]
