import {
  money,
  sameMoney,
  type Gateway,
  type OrderRef,
  type Outcome,
  type PaymentLink,
  type RefundOrder,
  type RefundRecord,
  type ReversalRecord,
  type Standing,
} from "../../../core"
import { plainCode } from "../../../services/transport"
import { stepsOf } from "./money"
import type { Answer, OrderName, Probe, Step } from "./steps"

/** What a probe acts with. */
export interface Hands {
  gateway: Gateway
  /** The same account with the newer signature, one for each key that may have signed; none where the gateway has one form. */
  signedV2: readonly { bits: number; gateway: Gateway }[]
  /** The same account with a key that is not its own. */
  stranger: Gateway | undefined
  notifyUrl: string
  /** Shows a person how to pay, and waits for them. */
  awaitPayment: (link: PaymentLink, ask: () => Promise<Outcome<Standing>>) => Promise<Outcome<Standing>>
}

type Work<Do extends Step["do"]> = (
  step: Extract<Step, { do: Do }>,
  probe: Probe,
  hands: Hands,
  links: Map<OrderName, PaymentLink>,
) => Promise<Answer>

/** Carries out one step. Never throws for what a gateway or the network does. */
export function perform(
  step: Step,
  probe: Probe,
  hands: Hands,
  links: Map<OrderName, PaymentLink>,
): Promise<Answer> {
  const work = works[step.do] as Work<Step["do"]>
  return work(step, probe, hands, links)
}

const works: { readonly [Do in Step["do"]]: Work<Do> } = {
  ask_wrong_key: async (step, probe, { stranger }) =>
    stranger ? askWith(stranger, orderRef(probe, step.order)) : { kind: "not_sent", code: "no_key" },
  ask_v2: (step, probe, { signedV2 }) => firstVerified(signedV2, orderRef(probe, step.order)),
  open: (step, probe, hands, links) => open(step.order, probe, hands, links),
  open_again: (step, probe, hands) => open(step.order, probe, hands, new Map()),
  await_payment: async ({ order }, probe, { gateway, awaitPayment }, links) => {
    const link = links.get(order)
    const asked = orderRef(probe, order)
    const ask = () => gateway.query(asked)
    return ofStanding(link ? await awaitPayment(link, ask) : await ask(), asked)
  },
  ask_order: async ({ order }, probe, { gateway }) => askWith(gateway, orderRef(probe, order)),
  close: async ({ order }, probe, { gateway }) => plain(await gateway.close(orderRef(probe, order))),
  list_refunds: async ({ order }, probe, { gateway }) => {
    const listed = await gateway.refundsOf(orderRef(probe, order))
    if (listed.kind !== "succeeded") return plain(listed)
    const refunds = listed.value.map(({ number, amount, state }) => ({ number, amount: amount.minor, state }))
    return { kind: "succeeded", refunds }
  },
  refund: async (step, probe, hands) => ofRecord(await hands.gateway.refund(refundOrder(step, probe, hands))),
  refund_again: async (step, probe, hands) =>
    ofRecord(await hands.gateway.refund(refundOrder(step, probe, hands))),
  ask_refund: async (step, probe, hands) =>
    ofRecord(await hands.gateway.refundQuery(refundOrder(step, probe, hands))),
  cancel: async ({ order }, probe, { gateway, notifyUrl }) =>
    ofRecord(await gateway.cancel(orderRef(probe, order), notifyUrl)),
  ask_cancel: async ({ order, gatewayNo }, probe, { gateway }) =>
    ofRecord(await gateway.cancelQuery(orderRef(probe, order), gatewayNo)),
}

async function open(
  order: OrderName,
  { plan }: Probe,
  { gateway, notifyUrl }: Hands,
  links: Map<OrderName, PaymentLink>,
): Promise<Answer> {
  const { channel, amount, currency, numbers } = plan
  const opened = await gateway.open({
    number: numbers[order],
    amount: money(amount, currency),
    channel,
    sessionId: numbers[order],
    notifyUrl,
  })
  if (opened.kind !== "succeeded") return plain(opened)
  links.set(order, opened.value)
  const { gatewayNo, unread } = opened.value
  return { kind: "succeeded", ...(gatewayNo !== undefined && { gatewayNo }), ...(unread && { unread }) }
}

const askWith = async (gateway: Gateway, order: OrderRef): Promise<Answer> =>
  ofStanding(await gateway.query(order), order)

/** The key that verifies says which one the gateway signs with. */
async function firstVerified(signedV2: Hands["signedV2"], order: OrderRef): Promise<Answer> {
  let last: Answer = { kind: "not_sent", code: "no_key" }
  for (const { bits, gateway } of signedV2) {
    const asked = await askWith(gateway, order)
    if (asked.kind === "succeeded") return { ...asked, bits }
    last = asked
    if (asked.code !== "bad_signature") return last
  }
  return last
}

/** With everything that the gateway has told of the order so far. */
export function orderRef(probe: Probe, order: OrderName): OrderRef {
  const { mode, channel, amount, currency, numbers } = probe.plan
  const told = stepsOf(probe, order).flatMap(({ step, answer }) =>
    answer && ["open", "await_payment", "ask_order"].includes(step.do) ? [answer] : [],
  )
  return {
    number: numbers[order],
    amount: money(amount, currency),
    mode,
    channel: told.findLast((one) => one.channel !== undefined)?.channel ?? channel,
    gatewayNo: told.findLast((one) => one.gatewayNo !== undefined)?.gatewayNo,
    payNo: told.findLast((one) => one.payNo !== undefined)?.payNo,
  }
}

const refundOrder = (
  { order, number, amount }: { order: OrderName; number: string; amount: number },
  probe: Probe,
  { notifyUrl }: Hands,
): RefundOrder => ({
  number,
  amount: money(amount, probe.plan.currency),
  order: orderRef(probe, order),
  notifyUrl,
})

function ofStanding(outcome: Outcome<Standing>, { amount: asked }: OrderRef): Answer {
  if (outcome.kind !== "succeeded") return plain(outcome)
  const { state, returned, gatewayNo, payNo, channel, paidAt, amount } = outcome.value
  return {
    kind: "succeeded",
    state,
    ...(returned && { returned }),
    ...(gatewayNo && { gatewayNo }),
    ...(payNo && { payNo }),
    ...(channel && { channel }),
    ...(paidAt && { paidAt: paidAt.toISOString() }),
    ...(amount && !sameMoney(amount, asked) && { differs: true as const }),
  }
}

function ofRecord(outcome: Outcome<RefundRecord | ReversalRecord>): Answer {
  if (outcome.kind !== "succeeded" && outcome.kind !== "pending") return plain(outcome)
  const { gatewayNo } = outcome.value
  return { kind: outcome.kind, ...(gatewayNo && { gatewayNo }) }
}

/** Values only: a sentence may be the gateway's own. */
function plain(outcome: Outcome<unknown>): Answer {
  if (outcome.kind === "succeeded" || outcome.kind === "pending") return { kind: outcome.kind }
  const code = plainCode(outcome.code)
  if (outcome.kind === "refused") return { kind: "refused", code, reason: outcome.reason }
  if (outcome.kind === "not_sent") return { kind: "not_sent", code }
  return {
    kind: "unknown",
    code,
    ...(outcome.answered && { answered: true as const }),
    ...(outcome.unhandled && { unhandled: true as const }),
    ...(outcome.silent && { silent: true as const }),
    ...(outcome.gatewayNo && { gatewayNo: outcome.gatewayNo }),
  }
}
