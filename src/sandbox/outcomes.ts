import type { GatewayName } from "./books"

/** What the channel behind the gateway says to a refund or a cancel. */
export type Outcome = "success" | "in_progress" | "fail" | "created" | "insufficient_balance"

/** What a channel says to Gnete, by Jeepay's states: `api_error` is an error of its own, `nothing` no answer at all. */
export const channelWords = [
  "confirms",
  "declines",
  "waits",
  "unknown",
  "api_error",
  "system_error",
  "exception",
  "nothing",
] as const

export interface ChannelAnswer {
  call: "open" | "close" | "refund"
  says: (typeof channelWords)[number]
  /** For `unknown` and `system_error`: Jeepay's channel throws it instead of answering it. */
  thrown?: boolean | undefined
  /** The channel's own code and text. */
  code?: string | undefined
  message?: string | undefined
}

export type OutcomeOf = "refund" | "cancel" | "open" | "payout"

export interface PlannedOutcome {
  gateway: GatewayName
  of: OutcomeOf
  outcome: Outcome
  times: number
}

/** The channel's next answers, in the order in which they were planned; success where nothing was. */
export class Outcomes {
  private planned: PlannedOutcome[] = []
  private answers: ChannelAnswer[] = []

  clear(): void {
    this.planned = []
    this.answers = []
  }

  /** What is not used up, `times` being what is left. */
  left(): PlannedOutcome[] {
    return this.planned.map((each) => ({ ...each }))
  }

  answersLeft(): ChannelAnswer[] {
    return [...this.answers]
  }

  planAnswer(answer: ChannelAnswer): void {
    this.answers.push(answer)
  }

  /** What the channel was told to say to this call; undefined where nothing was planned. */
  nextAnswer(call: ChannelAnswer["call"]): ChannelAnswer | undefined {
    const answer = this.answers.find((each) => each.call === call)
    if (answer) this.answers = this.answers.filter((each) => each !== answer)
    return answer
  }

  plan(gateway: GatewayName, of: OutcomeOf, outcome: Outcome, times: number): void {
    this.planned.push({ gateway, of, outcome, times })
  }

  next(gateway: GatewayName, of: OutcomeOf): Outcome {
    const planned = this.planned.find((each) => each.gateway === gateway && each.of === of)
    if (!planned) return "success"
    planned.times -= 1
    if (planned.times === 0) this.planned = this.planned.filter((each) => each !== planned)
    return planned.outcome
  }
}
