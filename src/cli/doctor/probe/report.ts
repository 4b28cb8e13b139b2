import { formatMoney, money, titleOf } from "../../../core"
import { ownManifest } from "../../manifest"
import { moneyOf, type OrderMoney } from "./money"
import { answersOf, type Answered } from "./questions"
import { orderNames, type Answer, type OrderName, type Probe, type Step } from "./steps"

/** Where the money of one order is, in minor units. */
interface OrderReport {
  order: OrderName
  number: string
  state: "not_opened" | "closed" | "open" | "returned" | "held"
  paid: number
  returned: number
  inDoubt: number
  /** In words, where a person has something to do. */
  toDo?: string
}

/** What a probe came to. Nothing in it is a key, a whole account or about the person who paid. */
export interface Report {
  result: "complete" | "incomplete" | "held"
  entry: string
  gateway: string
  account: string
  channel: string
  currency: string
  amount: number
  startedAt: string
  endedAt: string
  version: string
  answers: Answered[]
  orders: OrderReport[]
  steps: { at: string; do: Step["do"]; number: string; amount?: number; answer: string }[]
}

/** Pure, but for the version of this package. */
export function reportOf(probe: Probe, endedAt: Date): Report {
  const { providerId, gateway, account, channel, currency, amount, startedAt } = probe.plan
  const answers = answersOf(probe)
  const orders = orderNames.map((order) => orderReport(probe, moneyOf(probe, order)))
  return {
    result: resultOf(answers, orders),
    entry: providerId,
    gateway,
    account,
    channel,
    currency,
    amount,
    startedAt,
    endedAt: endedAt.toISOString(),
    version: ownManifest().version,
    answers,
    orders,
    steps: probe.done.map(({ step, answer, at }) => ({
      at,
      do: step.do,
      number: "number" in step ? step.number : probe.plan.numbers[step.order],
      ...("amount" in step && { amount: step.amount }),
      answer: wordsOf(answer),
    })),
  }
}

function resultOf(answers: readonly Answered[], orders: readonly OrderReport[]): Report["result"] {
  if (orders.some(({ toDo }) => toDo !== undefined)) return "held"
  return answers.some(({ state }) => state === "open") ? "incomplete" : "complete"
}

function orderReport(probe: Probe, found: OrderMoney): OrderReport {
  const { order, paid, returned, inDoubt } = found
  const state = stateOf(found)
  const base = { order, number: probe.plan.numbers[order], state, paid, returned, inDoubt }
  if (state === "held") return { ...base, toDo: heldSentence(probe, found) }
  return state === "open" && found.wasShown ? { ...base, toDo: openSentence(probe, order) } : base
}

function stateOf({
  opening,
  isPaid,
  isClosed,
  paid,
  returned,
  inDoubt,
  differs,
}: OrderMoney): OrderReport["state"] {
  if (isPaid) return !differs && inDoubt === 0 && returned >= paid ? "returned" : "held"
  if (!opening || opening.answer?.kind === "refused" || opening.answer?.kind === "not_sent")
    return "not_opened"
  return isClosed ? "closed" : "open"
}

function heldSentence({ plan }: Probe, { order, paid, returned, inDoubt, differs }: OrderMoney): string {
  const sum = (minor: number) => formatMoney(money(minor, plan.currency), plan.digits)
  const where = `at ${titleOf(plan.gateway)}, account ${plan.account}, order ${plan.numbers[order]}`
  const then =
    "Run the same command again: it goes on and asks first. Or refund the rest of the order in the gateway's console."
  if (differs)
    return `The gateway names another amount for the order than was asked for, ${where}. Nothing was refunded. Look the order up in the gateway's console and refund it there.`
  const doubt = inDoubt > 0 ? ` Of ${sum(inDoubt)} it is not known whether it was returned.` : ""
  return `${sum(paid - returned)} of ${sum(paid)} is held ${where}.${doubt} ${then}`
}

const openSentence = ({ plan }: Probe, order: OrderName): string =>
  `The order ${plan.numbers[order]} at ${titleOf(plan.gateway)} is not known to be closed, and may still be paid. Do not pay it. Run the same command again: it asks what became of it, and refunds what was paid.`

const wordsOf = (answer: Answer | undefined): string =>
  answer === undefined
    ? "no answer was noted"
    : [answer.kind, answer.state, answer.reason, answer.code].filter((one) => one !== undefined).join(" ")

/** The report as a page. */
export function asMarkdown(report: Report): string {
  const { entry, account, channel, currency, amount, startedAt, endedAt, version } = report
  return [
    `# Probe of ${entry}`,
    "",
    resultSentences[report.result],
    "",
    ...report.orders.flatMap(({ toDo }) => (toDo === undefined ? [] : [`**${toDo}**`, ""])),
    table(
      ["", ""],
      [
        ["account", account],
        ["channel", channel],
        ["amount", `${amount} minor units, ${currency.toUpperCase()}`],
        ["begun, ended", `${startedAt}, ${endedAt}`],
        ["version", version],
      ],
    ),
    "",
    "## Answers",
    "",
    "The ids are those of docs/unknowns.md.",
    "",
    table(
      ["id", "value", "answer"],
      report.answers.map(({ id, state, value, text }) => [id, value ?? state, text]),
    ),
    "",
    "## Money",
    "",
    table(
      ["order", "number", "state", "paid", "returned", "in doubt"],
      report.orders.map((one) => [
        ...[one.order, one.number, one.state],
        ...[one.paid, one.returned, one.inDoubt].map(String),
      ]),
    ),
    "",
    "## Steps",
    "",
    table(
      ["at", "step", "number", "amount", "answer"],
      report.steps.map((one) => [one.at, one.do, one.number, String(one.amount ?? ""), one.answer]),
    ),
    "",
  ].join("\n")
}

export const resultSentences: Readonly<Record<Report["result"], string>> = {
  complete: "Every question that this entry can be asked is answered, and no money is held.",
  incomplete: "Some questions are still open. No money is held.",
  held: "Money is held at the gateway, or an order may still be paid.",
}

const table = (heads: readonly string[], rows: readonly (readonly string[])[]): string =>
  [heads, heads.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n")
