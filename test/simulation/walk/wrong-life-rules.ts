import { lifeRules } from "./life"
import type { Kind, LifeRules } from "./life"

export interface WrongLifeRule {
  name: string
  kind: Kind
  rules: Partial<LifeRules>
  /** What the walk must say of it. */
  noticed: RegExp
}

const {
  decideAbandonment,
  decideAtGateway,
  decideCapture,
  decideClosed,
  decideNotified,
  decideOwed,
  decideStanding,
  nextCheck,
  reasonToAbandon,
} = lifeRules

/** Rules that look right and lose money, each planted in the place of ours. */
export const wrongLifeRules: readonly WrongLifeRule[] = [
  {
    name: "what nobody wants is left open",
    kind: "redirect",
    rules: {
      decideAtGateway: (picture) => {
        const step = decideAtGateway(picture)
        return step.do === "close" ? { do: "rest" } : step
      },
    },
    noticed: /leave open what nobody wants/,
  },
  {
    name: "every open payment is closed, wanted or not",
    kind: "redirect",
    rules: {
      decideAtGateway: (picture) =>
        decideAtGateway({ ...picture, payment: { ...picture.payment, expiresAt: new Date(0) } }),
    },
    noticed: /waits for is closed/,
  },
  {
    name: "a close that failed counts as an end",
    kind: "redirect",
    rules: { decideClosed: () => ({ do: "call_void" }) },
    noticed: /rests for good|is called void/,
  },
  {
    name: "a close without an answer counts as an end",
    kind: "redirect",
    rules: {
      decideClosed: (outcome) => (outcome.kind === "unknown" ? { do: "call_void" } : decideClosed(outcome)),
    },
    noticed: /rests for good|is called void/,
  },
  {
    name: "one that was paid already counts as closed",
    kind: "redirect",
    rules: {
      decideClosed: (outcome) =>
        outcome.kind === "refused" && outcome.reason === "already_paid"
          ? { do: "call_void" }
          : decideClosed(outcome),
    },
    noticed: /is called void|rests for good/,
  },
  {
    name: "late money is taken for wanted money",
    kind: "redirect",
    rules: {
      decideStanding: (payment, standing, now) =>
        decideStanding({ ...payment, unwanted: null }, standing, now),
      decideCapture: (picture) =>
        decideCapture({ ...picture, payment: { ...picture.payment, unwanted: null } }),
    },
    noticed: /not wanted|does not want/,
  },
  {
    name: "an abandoned payment is captured",
    kind: "redirect",
    rules: {
      decideCapture: (picture) =>
        decideCapture({ ...picture, payment: { ...picture.payment, unwanted: null } }),
    },
    noticed: /not wanted|does not want/,
  },
  {
    name: "an unpaid answer counts as paid",
    kind: "redirect",
    rules: {
      decideStanding: (payment, standing, now) =>
        decideStanding(
          payment,
          standing.state === "in_progress" ? { ...standing, state: "paid" } : standing,
          now,
        ),
    },
    noticed: /not paid is captured/,
  },
  {
    name: "what the gateway calls paid is taken for captured",
    kind: "redirect",
    rules: {
      decideStanding: (payment, standing, now) => {
        const step = decideStanding(payment, standing, now)
        return step.do === "call_paid" ? { ...step, patch: { ...step.patch, capturedAt: now } } : step
      },
    },
    noticed: /neither capture the money nor return it/,
  },
  {
    name: "a void payment is never closed again",
    kind: "redirect",
    rules: {
      decideAtGateway: (picture) =>
        picture.payment.state === "void" && picture.facts.standing
          ? { do: "rest" }
          : decideAtGateway(picture),
    },
    noticed: /leave open what nobody wants|rests for good while/,
  },
  {
    name: "a code that no call closes is called void at once",
    kind: "open_qr",
    rules: {
      decideAtGateway: (picture) => {
        const step = decideAtGateway(picture)
        const isOpen = picture.payment.state === "pending" && picture.payment.unwanted !== null
        return step.do === "rest" && isOpen && !picture.facts.closed ? { do: "call_void" } : step
      },
    },
    noticed: /what somebody may pay is called void/,
  },
  {
    name: "nobody is told of a cancelled order's open code",
    kind: "open_qr",
    rules: {
      decideAtGateway: (picture) => {
        const step = decideAtGateway(picture)
        return step.do === "read_again" ? { do: "rest" } : step
      },
    },
    noticed: /nobody knows/,
  },
  {
    name: "every payment is given up",
    kind: "redirect",
    rules: { decideAbandonment: () => ({ do: "note", patch: { unwanted: "session_deleted" } }) },
    noticed: /waits for is closed|called late/,
  },
  {
    name: "what has no money yet counts as closed",
    kind: "redirect",
    rules: {
      decideStanding: (payment, standing, now) =>
        decideStanding(
          payment,
          standing.state === "unpaid" ? { ...standing, state: "closed" } : standing,
          now,
        ),
    },
    noticed: /waits for is closed/,
  },
  {
    name: "less than was asked for is not told",
    kind: "redirect",
    rules: {
      decideStanding: (payment, standing, now) => {
        const step = decideStanding(payment, standing, now)
        return step.do === "raise" ? { do: "note", patch: null, clears: [] } : step
      },
    },
    noticed: /less was paid/,
  },
  {
    name: "what is void is never looked at again",
    kind: "redirect",
    rules: {
      nextCheck: (payment, ...rest) => (payment.state === "void" ? null : nextCheck(payment, ...rest)),
    },
    noticed: /rests for good/,
  },
  {
    name: "an attention is never taken away",
    kind: "redirect",
    rules: {
      decideStanding: (payment, standing, now) => ({ ...decideStanding(payment, standing, now), clears: [] }),
    },
    noticed: /where all is over/,
  },
  {
    name: "a message that says paid is done with, whatever the query says",
    kind: "told",
    rules: { decideNotified: () => ({ do: "finish", clears: [] }) },
    noticed: /nobody is told of a message/,
  },
  {
    name: "nobody is called when a message was tried for the last time",
    kind: "told",
    rules: {
      decideNotified: (notification, payment, said) => {
        const step = decideNotified(notification, payment, said)
        return step.do === "try_again" && payment.state !== "void" ? { do: "try_again", why: step.why } : step
      },
    },
    noticed: /nobody is told of a message/,
  },
  {
    name: "money of another amount is called unconfirmed",
    kind: "told",
    rules: {
      decideNotified: (notification, payment, said) =>
        decideNotified(notification, { ...payment, attentionCode: null }, said),
    },
    noticed: /told over/,
  },
  {
    name: "what another payment of the order has reserved counts as owed",
    kind: "kin",
    rules: {
      reasonToAbandon: (payment, demand) => reasonToAbandon(payment, demand, []),
      decideAbandonment: ({ facts, ...picture }) => {
        const isPaid = picture.payment.state === "paid"
        const demand = isPaid && facts.demand ? { ...facts.demand, reserved: [] } : facts.demand
        return decideAbandonment({ ...picture, facts: { ...facts, ...(demand ? { demand } : {}) } })
      },
    },
    noticed: /does not want is captured/,
  },
  {
    name: "who only asks has it closed",
    kind: "desk",
    rules: { decideAtGateway: (picture) => decideAtGateway({ ...picture, onlyAsks: false }) },
    noticed: /only asks/,
  },
  {
    name: "money goes back where nobody knows how much is left",
    kind: "unsaid",
    rules: {
      decideOwed: (picture) =>
        decideOwed({ ...picture, payment: { ...picture.payment, returnedUnsaid: false } }),
    },
    noticed: /nobody knows how much is left/,
  },
  {
    name: "what the console returned of a cancelled order is returned once more",
    kind: "parts",
    rules: {
      decideOwed: ({ facts, ...picture }) =>
        decideOwed({ ...picture, facts: { ...facts, ...(facts.notBooked ? { notBooked: [] } : {}) } }),
    },
    noticed: /more is asked back than is left/,
  },
  {
    name: "late money is returned where a person is to decide",
    kind: "hold",
    rules: { decideOwed: (picture) => decideOwed({ ...picture, latePayment: "refund" }) },
    noticed: /held for a person/,
  },
  {
    name: "late money that was refused once is forgotten",
    kind: "desk",
    rules: {
      decideOwed: (picture) => (picture.payment.state === "paid_late" ? { do: "rest" } : decideOwed(picture)),
    },
    noticed: /neither capture the money nor return it/,
  },
]
