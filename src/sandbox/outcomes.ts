import type { GatewayName } from "./books"

/** What the channel behind the gateway says to a refund or a cancel. */
export type Outcome = "success" | "in_progress" | "fail" | "created" | "insufficient_balance"

export type OutcomeOf = "refund" | "cancel" | "open"

interface Planned {
  gateway: GatewayName
  of: OutcomeOf
  outcome: Outcome
  times: number
}

/** The channel's next answers, in the order in which they were planned; success where nothing was. */
export class Outcomes {
  private planned: Planned[] = []

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
