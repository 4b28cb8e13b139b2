/** A deliberate mistake in the code: texts to be found exactly once, and what stands there instead. */
export interface Mutation {
  name: string
  /** From the root of the package. */
  file: string
  edits: readonly (readonly [search: string, replacement: string])[]
  /** A seed that caught it, played before the others; where the code has changed, another one may. */
  seed?: number
  /**
   * The shop it is played in: where payments wait for the shopper's choice and unpaid orders are ended, where orders are changed, or where
   * PromptPay refunds are paid out.
   */
  flavour?: "on-demand" | "changing" | "payouts"
  /** The unit test that notices it, as its path begins: no schedule plays what it is about. */
  unit?: string
}

const settlement = (file: string) => `src/services/settlement/${file}.ts`
const ledger = (file: string) => `src/services/ledger/${file}.ts`

const returning = (file: string) => settlement(`returns/${file}`)
const settling = (file: string) => settlement(`settling/${file}`)

const decidesPayout = {
  file: settlement("shopper-payouts/decide-payout"),
  unit: "unit/settlement/decide-payout",
}

const sendsRefund =
  "  return believedAnswer(await deps.gateway.refund(refundOrder(payment, operation, deps)), operations)\n"

/** Mistakes of the kind that other plugins make, or that were made here once. Each must be caught: by some schedule, or by the unit test it names. */
export const mutations: readonly Mutation[] = [
  {
    name: "a refund in doubt is sent again under a new number",
    file: returning("outcomes"),
    edits: [
      [
        "const repeated = await deps.ledger.operations.again(operation.id)",
        "const counted = await deps.ledger.operations.again(operation.id)\n  const repeated = { ...counted, number: `${operation.number.slice(0, 22)}${counted.attempts}` }",
      ],
    ],
  },
  {
    name: "no answer to a refund is taken for a refusal",
    seed: 40,
    file: returning("outcomes"),
    edits: [
      [
        sendsRefund,
        `  const said = await deps.gateway.refund(refundOrder(payment, operation, deps))
  return said.kind === "unknown" ? { kind: "refused", reason: "declined", code: said.code, message: said.message } : said\n`,
      ],
    ],
  },
  {
    name: "no answer to a refund is taken for a success",
    file: returning("outcomes"),
    edits: [
      [
        sendsRefund,
        `  const order = refundOrder(payment, operation, deps)
  const said = await deps.gateway.refund(order)
  return said.kind === "unknown" ? { kind: "succeeded", value: { ...order, state: "succeeded" } } : said\n`,
      ],
    ],
  },
  {
    name: "a refund is written down after it was sent",
    seed: 578,
    file: settlement("refund"),
    edits: [
      [`    : deps.ledger.operations.intend(payment.id, written))\n`, `    : sentAndWritten())\n`],
      [
        `  const attempted = await sendOnce(payment, operations, operation, deps)\n`,
        `  const attempted = early
    ? { ...(await conclude(payment, operation, early, deps)), outcome: early }
    : await sendOnce(payment, operations, operation, deps)\n`,
      ],
      [
        `  const written = { kind, amount, refundId, medusaAmount, decisionId }\n`,
        `  const written = { kind, amount, refundId, medusaAmount, decisionId }
  let early: ReturnOutcome | undefined
  const sentAndWritten = async () => {
    const { ulid } = require("../../core")
    const first = { ...written, number: ulid(deps.clock.now().getTime()) }
    early = await send(payment, first as unknown as Operation, operations, deps)
    return deps.ledger.operations.intend(payment.id, first)
  }\n`,
      ],
    ],
  },
  {
    name: "an earlier refund that Medusa does not know is not taken over",
    seed: 600,
    file: returning("decide-return"),
    edits: [["  const notBooked = facts.notBooked ?? []\n", "  const notBooked: Operation[] = []\n"]],
  },
  {
    name: "what settlement entered is not told to whoever asks again",
    seed: 40,
    file: settlement("refund"),
    edits: [["assign(operation.id, row, !isKnown)", "assign(operation.id, row, false)"]],
  },
  {
    name: "a refund that went through is entered in Medusa's books again and again",
    file: settlement("refund"),
    edits: [["  await deps.ledger.operations.assign(operation.id, row, !isKnown)\n", ""]],
  },
  {
    name: "the lease keeps nobody out",
    file: ledger("leases"),
    edits: [
      ["and (payment.lease_until is null or payment.lease_until <= ?)", "and ?::timestamptz is not null"],
    ],
  },
  {
    name: "a notification is believed without a query",
    file: settlement("notify"),
    edits: [
      [
        "    let payment = await settle(paymentId, refundNo ? { ...deps, onlyAsks: true } : deps)\n",
        `    if (notification.about === "payment")
      await deps.ledger.payments.move(notification.paymentId, "paid", {
        paidAmount: notification.amount ?? 0,
        paidAt: deps.clock.now(),
      })
    let payment = await settle(paymentId, refundNo ? { ...deps, onlyAsks: true } : deps)\n`,
      ],
    ],
  },
  {
    name: "what nobody wants is left open at the gateway",
    file: settling("decide-at-gateway"),
    edits: [["  if (!payment.unwanted && !expired) return rest\n", "  return rest\n"]],
  },
  {
    name: "late money is kept",
    file: settling("decide-owed"),
    edits: [["  if (!isLate || isPassed(picture, null)) return rest\n", "  return rest\n"]],
  },
  {
    name: "what a cancelled order holds is left to Medusa",
    file: settling("decide-owed"),
    edits: [["  if (!order?.canceled || isPassed(picture, null)) return rest\n", "  return rest\n"]],
  },
  {
    name: "a refund that was accepted and failed later is forgotten",
    file: settling("decide-owed"),
    edits: [["mine.some((operation) => isUnclear(operation.state) || isDone(operation))", "mine.length > 0"]],
  },
  {
    name: "an end that was not counted before a kill is never counted",
    seed: 926,
    file: returning("outcomes"),
    edits: [
      [
        "let current = returnedAmount(operations) === payment.refundedAmount ? payment : await tally(payment, deps)",
        "let current = payment",
      ],
    ],
  },
  {
    name: "money that an unknown part of was returned is sent back in full when asked for",
    file: returning("decide-return"),
    edits: [['  if (payment.returnedUnsaid) return refuse({ code: "returned_outside" })\n', ""]],
  },
  {
    name: "an unpaid order is ended, whatever was paid of it meanwhile",
    seed: 13,
    file: settlement("orders/unpaid-order"),
    flavour: "on-demand",
    edits: [
      ["  if (unowned) return never(unowned)\n", ""],
      ["  if (!payment) return true\n", "  return true\n  if (!payment) return true\n"],
    ],
  },
  {
    name: "money that was given up while the gateway was asked is captured all the same",
    seed: 754,
    file: "src/core/states.ts",
    flavour: "changing",
    edits: [['payment.state === "paid" && !payment.unwanted', 'payment.state === "paid"']],
  },
  {
    name: "two links for one difference are both paid for",
    seed: 13,
    file: "src/core/demand.ts",
    flavour: "changing",
    edits: [
      ['  return asking.amount > left + spared ? "not_owed" : null', "  return null"],
      ['  if (roundToMinor(collection.amount, digits) !== asked) return "amount_changed"\n', ""],
    ],
  },
  {
    name: "a payout is sent without asking whether one that counted as refused went through",
    ...decidesPayout,
    edits: [['  if (hasEarlier && !facts.earlierAsked) return { do: "ask_earlier" }\n', ""]],
  },
  {
    name: "a payout is sent without asking whether money went back in the console",
    ...decidesPayout,
    edits: [['  if (!facts.returnsLookedFor) return { do: "look_for_returns" }\n', ""]],
  },
  {
    name: "a payout is sent although the gateway did not say whether money went back in the console",
    ...decidesPayout,
    edits: [
      [
        '  return facts.returnsLookedFor === "unsure" ? { do: "rest", for: "unsent" } : undefined',
        "  return undefined",
      ],
    ],
  },
  {
    name: "a payout is sent before Medusa has booked it",
    ...decidesPayout,
    edits: [["onlyAsks || picture.toBeBooked)", "onlyAsks)"]],
  },
  {
    name: "a payout is sent before it is written that it is",
    seed: 17,
    file: settlement("shopper-payouts/carry-payout"),
    flavour: "payouts",
    edits: [
      [
        "    : await deps.ledger.operations.sendPayout(operation.id, sealed, operation.updatedAt)\n",
        "    : operation\n",
      ],
    ],
  },
  {
    name: "a payout that was sent once and returned another way is not asked about any more",
    ...decidesPayout,
    edits: [["      wasReturnedAnotherWay(operation) || ((state ===", "      ((state ==="]],
  },
  {
    name: "a payout that counted as refused is not asked about any more",
    seed: 97,
    file: decidesPayout.file,
    flavour: "payouts",
    edits: [
      [
        "  refusedBefore(operations).filter((one) => now.getTime() - doubtedSince(one).getTime() < asksLateFor)",
        "  refusedBefore(operations).filter((one) => now < doubtedSince(one))",
      ],
    ],
  },
]

/** The file with the mistake in it. */
export function mutated({ name, file, edits }: Mutation, original: string): string {
  return edits.reduce((text, [search, replacement]) => {
    const parts = text.split(search)
    if (parts.length !== 2)
      throw new Error(
        `"${name}": its text is found ${parts.length - 1} times in ${file}, not once: ${search}`,
      )
    return parts.join(replacement)
  }, original)
}
