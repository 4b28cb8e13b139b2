import { z } from "zod"

import { gatewayTitles, type Order } from "../books"
import { gneteCalls, ksherCalls, type Fault } from "../faults"
import type { Call } from "../journal"
import type { Delivery } from "../notifier"
import type { Outcome } from "../outcomes"
import type { World } from "../world"
import { liveScript } from "./live"
import { escaped, page } from "./page"
import { amountText, gatewayOf, moneyOf, stateText } from "./pay-page"

const latest = 50

/** What a person sees who opens the sandbox's address: what goes wrong next, the latest payments, and what is called and sent. */
export function frontPage(world: World, problem?: string): string {
  return page(
    `<p class="notice">Simulated Ksher and Gnete. No real money moves here.</p>
    ${problem ? `<p class="notice" role="alert">${escaped(problem)}</p>` : ""}
    <div class="desk">
      <section><h1 id="list">Payments</h1>${payments(world)}</section>
      <div>
        <section><h2>What goes wrong next</h2>${plans(world)}</section>
        <section><h2 id="happens">Calls and notifications</h2>${events(world)}</section>
      </div>
    </div>
    <script>${liveScript}</script>`,
    { title: "Simulated Ksher and Gnete", wide: true },
  )
}

const payments = (world: World): string => `
  <table aria-labelledby="list">
    <thead><tr><th>Order</th><th>Amount</th><th>State</th><th>In the console</th></tr></thead>
    <tbody id="payments" data-live>${
      world.books.orders
        .slice(-latest)
        .reverse()
        .map((order) => row(world, order))
        .join("") ||
      '<tr id="none"><td colspan="4">None yet. They appear here when a shop opens one.</td></tr>'
    }</tbody>
  </table>`

const row = (world: World, order: Order): string => `<tr id="order-${order.token}">
  <td><a href="/pay/${order.token}">${escaped(order.merchantOrderNo)}</a><br>${gatewayOf(order)}</td>
  <td>${escaped(moneyOf(world, order))}${
    order.returned > 0 ? `<br>returned ${amountText(world, order, order.returned)}` : ""
  }</td><td>${stateText(order)}</td>
  <td>${refundForm(world, order)}${resendForm(world, order)}</td></tr>`

function refundForm(world: World, order: Order): string {
  const left = order.taken - order.returned
  const name = escaped(order.merchantOrderNo)
  return left <= 0
    ? ""
    : `<form method="post" action="/desk/refund"><input type="hidden" name="token" value="${order.token}">
      <input name="amount" inputmode="decimal" size="8" required value="${amountText(world, order, left)}" aria-label="Amount to refund of order ${name}">
      <button type="submit" aria-label="Refund order ${name} in the console">Refund</button></form>`
}

function resendForm(world: World, order: Order): string {
  const name = escaped(order.merchantOrderNo)
  const kinds = world.notifier.kindsOf(order)
  return kinds.length
    ? `<form method="post" action="/desk/resend"><input type="hidden" name="token" value="${order.token}">
      <select name="kind" aria-label="Notification of order ${name}">${kinds.map((kind) => option(kind, kind)).join("")}</select>
      <button type="submit" aria-label="Send the notification of order ${name} again">Send the notification again</button></form>`
    : ""
}

const option = (value: string, text: string) => `<option value="${value}">${escaped(text)}</option>`

const refundOutcomes = {
  insufficient_balance: "is refused: the balance is too low",
  fail: "fails",
  in_progress: "is finished later",
} as const satisfies Partial<Record<Outcome, string>>

/** The calls whose lost answers leave a merchant in doubt come first. */
const doubtful: readonly string[] = [
  "order_refund",
  "refund/refundOrder",
  "pay/cancel",
  "cancel_order",
  "pay/close",
]
const callsOf = { ksher: ksherCalls, gnete: gneteCalls } as const
const losable = (["ksher", "gnete"] as const)
  .flatMap((gateway) => callsOf[gateway].map((call) => ({ gateway, call })))
  .sort((one, other) => Number(doubtful.includes(other.call)) - Number(doubtful.includes(one.call)))

const plans = (world: World): string => `
  <form method="post" action="/desk/refuse">
    <label>The next refund at <select name="gateway">${option("ksher", "Ksher")}${option("gnete", "Gnete")}</select></label>
    <select name="outcome" aria-label="What becomes of the next refund">${Object.entries(refundOutcomes)
      .map(([value, text]) => option(value, text))
      .join("")}</select>
    <button type="submit">Plan it</button>
  </form>
  <form method="post" action="/desk/lose">
    <label>The next answer to <select name="call">${losable
      .map(({ gateway, call }) => option(`${gateway}:${call}`, `${gatewayTitles[gateway]} ${call}`))
      .join("")}</select></label>
    <span>is lost, and what was asked for is done</span>
    <button type="submit">Lose it</button>
  </form>
  <ul id="planned" data-live>${planned(world).join("")}</ul>
  <form method="post" action="/desk/undo"><button type="submit">Undo all that is planned</button></form>`

function planned(world: World): string[] {
  const said = [
    ...world.outcomes
      .left()
      .map(
        ({ gateway, of, outcome, times }) =>
          `${gatewayTitles[gateway]}: the next ${of} ${refundOutcomeText(outcome)}${timesText(times)}`,
      ),
    ...world.outcomes
      .answersLeft()
      .map(({ call, says }) => `Gnete: the channel says ${says} to the next ${call}`),
    ...world.faults
      .left()
      .map(
        ({ gateway, call, times = 1, ...each }) =>
          `${gatewayTitles[gateway]} ${call}: ${faultText(each)}${timesText(times)}`,
      ),
  ]
  return said.length
    ? said.map((text, at) => `<li id="planned-${at}">${escaped(text)}</li>`)
    : ['<li id="planned-none">Nothing is planned.</li>']
}

const refundOutcomeText = (outcome: Outcome): string =>
  outcome in refundOutcomes
    ? refundOutcomes[outcome as keyof typeof refundOutcomes]
    : `ends as ${outcome.replaceAll("_", " ")}`

const timesText = (times: number): string => (times > 1 ? ` (${times} times)` : "")

const faultText = ({ kind, when }: Pick<Fault, "kind" | "when">): string =>
  `${kind === "timeout" ? "the answer is lost" : kind.replaceAll("_", " ")}, what was asked for is ${when === "after" ? "done" : "not done"}`

/** The latest first; a call and a notification of the same moment in the order of calls first. */
function events(world: World): string {
  const happened = [...world.journal.calls().slice(-latest), ...world.notifier.deliveries().slice(-latest)]
    .sort((one, other) => other.at - one.at || other.n - one.n)
    .slice(0, latest)
  const items = happened.map((each) => ("call" in each ? callItem(each) : deliveryItem(each)))
  return `<ol id="happened" data-live role="log" aria-labelledby="happens">${
    items.join("") || '<li id="nothing">Nothing yet.</li>'
  }</ol>`
}

const timeOf = (at: number): string => `<time>${new Date(at).toISOString().slice(11, 19)}</time>`

const callItem = ({ n, gateway, call, request, answer, fault, at }: Call): string =>
  `<li id="call-${n}">${timeOf(at)} <b>${gatewayTitles[gateway]} ${escaped(call)}</b> ${escaped(numberIn(request))}<br>${escaped(
    fault ? faultText(fault) : answerText(answer),
  )}</li>`

const deliveryItem = ({ n, gateway, orderNo, kind, attempt, status, acknowledged, at }: Delivery): string =>
  `<li id="delivery-${n}">${timeOf(at)} <b>${gatewayTitles[gateway]} notifies: ${kind}</b> ${escaped(orderNo)}<br>${
    status === null ? "no answer" : `HTTP ${status}`
  }, ${acknowledged ? "acknowledged" : "not acknowledged"}${attempt === 0 ? ", sent by hand" : attempt > 1 ? `, attempt ${attempt}` : ""}</li>`

/** Whichever number a call carries first. */
const numbers = ["mch_order_no", "mchOrderNo", "mchRefundNo", "cancelOrderId", "payOrderId", "refundOrderId"]
const numberIn = (request: Record<string, unknown>): string => {
  const name = numbers.find((each) => typeof request[each] === "string")
  return name === undefined ? "" : String(request[name])
}

const word = z.union([z.string(), z.number()]).optional().catch(undefined)
const answered = z.object({
  code: word,
  msg: word,
  data: z.object({ result: word, err_code: word }).optional().catch(undefined),
})

function answerText(answer: unknown): string {
  const { data } = answered.safeParse(answer)
  if (!data) return "no answer"
  const said = [data.code, data.msg, data.data?.result, data.data?.err_code]
  return `answered ${said.filter((each) => each !== undefined && each !== "").join(" ")}`
}
