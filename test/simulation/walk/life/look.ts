import { hasMoney, isOpen } from "../../../../src/core"
import type { GatewayPayment } from "../../../../src/services/ledger"
import { staysPayable, wentUnanswered } from "../../../../src/services/settlement/settling/decide-at-gateway"
import type {
  GatewayFacts,
  GatewayPicture,
} from "../../../../src/services/settlement/settling/decide-at-gateway"
import type { Found } from "../../../../src/services/settlement/settling/next-check"
import { closeAgainSteps, closeSteps, endedOutside, querySteps } from "./gateway"
import { abandonmentNoted, medusaSteps, returnSteps, toReturn } from "./medusa"
import { atRest } from "./rest"
import type { LifeRules } from "./rules"
import { cleared, isClosable, moved, raised, timeOf } from "./world"
import type { Life, Step } from "./world"

/* How a look of the code goes on: at the gateway, and then by what that has come to. */

export const beginLook = (life: Life): Step => ({
  what: "a look begins",
  life: { ...life, look: { at: "gateway", facts: {} }, steps: 0, onlyAsks: false },
})

/** How a look goes on. */
export function look(life: Life, rules: LifeRules): Step[] {
  const next = { ...life, steps: life.steps + 1 }
  if (life.look?.at === "gateway") return gatewaySteps(next, life.look.facts, rules)
  if (life.look?.at === "medusa") return medusaSteps(next, life.look.facts, rules)
  return life.look?.at === "return" ? returnSteps(next, life.look.facts, rules) : []
}

function gatewaySteps(life: Life, facts: GatewayFacts, rules: LifeRules): Step[] {
  const { payment } = life
  const picture: GatewayPicture = {
    payment,
    operations: life.operations,
    gateway: { name: "ksher", refundCodes: undefined },
    closable: isClosable(payment),
    now: timeOf(life),
    onlyAsks: life.onlyAsks,
    facts,
  }
  const step = rules.decideAtGateway(picture)
  const on = (learned: GatewayFacts, changed: GatewayPayment = payment, patch: Partial<Life> = {}): Life => ({
    ...life,
    ...patch,
    payment: changed,
    look: { at: "gateway", facts: { ...facts, ...learned } },
  })
  const one = (now: Life): Step[] => [{ what: step.do, life: now, decided: step.do }]
  switch (step.do) {
    case "note_abandonment":
      return one(on({ abandonmentNoted: true }, abandonmentNoted(life, rules)))
    case "ask_about_doubts":
      return one(on({ doubtsAsked: true }))
    case "report": {
      const told = step.clear ? cleared(payment, [step.clear]) : raised(payment, step.raise)
      return one(on({ [step.as]: true }, told))
    }
    case "query":
      return querySteps(life, rules).map(({ said, asked, standing, life: known }) => ({
        what: `query: ${said}`,
        decided: "query",
        asked,
        life: on({ standing: standing ?? { unanswered: "" } }, known.payment, known),
      }))
    case "close":
      return closeSteps(life, rules).map((closed) => ({
        ...closed,
        decided: "close",
        life: on({ closed: isOpen(closed.life.payment.state) ? "asked" : "over" }, closed.life.payment, {
          there: closed.life.there,
          operations: closed.life.operations,
        }),
      }))
    case "close_again":
      return closeAgainSteps(life, rules).map(({ isOver, refusal, ...closed }) => ({
        ...closed,
        decided: "close_again",
        life: on({ closed: isOver ? "over" : "asked", refusal }, closed.life.payment, {
          there: closed.life.there,
          operations: closed.life.operations,
        }),
      }))
    case "read_again":
      return one(on({ readAgain: true }))
    case "call_void":
      return one(on({ closed: "over" }, moved(payment, "void", endedOutside(payment))))
    case "rest": {
      const rested = step.clear ? cleared(payment, [step.clear]) : raised(payment, step.raise)
      if (!hasMoney(rested.state))
        return [atRest({ ...life, payment: rested }, foundBy({ ...picture, payment: rested }), rules)]
      const now: Life = { ...life, payment: rested, look: { at: "medusa", facts: {} } }
      // How much of it is still there, only a person can find out: nothing is captured.
      return rested.returnedUnsaid ? toReturn(now, rules, (owing) => one(owing)) : one(now)
    }
  }
}

const foundBy = (picture: GatewayPicture): Found => ({
  unanswered: wentUnanswered(picture.facts),
  staysPayable: staysPayable(picture),
})
