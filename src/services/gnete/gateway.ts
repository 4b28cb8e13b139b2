import {
  pending,
  refused,
  refusedHere,
  succeeded,
  unknown,
  namesBalance,
  type AccountInfo,
  type ChannelFacts,
  type Gateway,
  type KnownAccount,
  type NewOrder,
  type NotificationReading,
  type OrderRef,
  type Outcome,
  type PaymentLink,
  type RawNotification,
  type RefundOrder,
  type RefundRecord,
  type ReversalRecord,
  type Standing,
} from "../../core"
import { fillSessionId, notifyUrlProblem } from "../options/shared"
import {
  andThen,
  closedBy,
  endOfClose,
  isNumber,
  refundProblem,
  type Answer,
  type ClientTools,
} from "../transport"
import { extraOf, facts } from "./channels"
import { GneteClient } from "./client"
import { cancelStates, openStates, payDataKindOf, refundStates, standings, type Progress } from "./mapping"
import { readGneteNotification } from "./notification"
import type { GneteOptions } from "./options"
import type { GneteNewOrder, GneteOrder } from "./schema"

type Settings = Omit<GneteOptions, "appSecret">

export class GneteGateway implements Gateway {
  readonly name = "gnete"
  readonly account: string
  readonly maxNumberLength = 30
  readonly probeCurrency = "hkd"
  readonly listsRefunds = false
  readonly refundsOneAtATime = true
  readonly acknowledgement = {
    contentType: "text/plain",
    accepted: "success",
    // Gnete compares the body with one word and reads nothing else.
    rejected: () => "fail",
  }
  readonly notifiedPaid = "2"
  readonly refundCodes = { stopped: "state_4", created: "state_0" }
  known: KnownAccount | undefined

  readonly #client: GneteClient
  readonly #settings: Settings
  readonly #appSecret: string
  readonly #now: () => Date

  constructor(options: GneteOptions, tools: ClientTools = {}) {
    const { appSecret, ...settings } = options
    const { mchNo, appId, baseUrl, timeoutMs, proxyUrl } = settings
    this.#client = new GneteClient({ mchNo, appId, appSecret, baseUrl, timeoutMs, proxyUrl, ...tools })
    this.#settings = settings
    this.#appSecret = appSecret
    this.#now = tools.now ?? (() => new Date())
    this.account = `${mchNo}/${appId}`
  }

  digits(currency: string): { digits: number } | { problem: string } {
    if (currency === "hkd") return { digits: 2 }
    return { problem: `Gnete takes HKD only, not ${currency.toUpperCase()}.` }
  }

  channelFacts(): ChannelFacts {
    return facts
  }

  /** Each wayCode decides for itself whether it redirects or draws a QR. */
  get offer() {
    return { mode: "redirect" as const, channels: this.#settings.wayCodes }
  }

  chooseChannel(asked: unknown): { channel: string | undefined } | { problem: string } {
    const { wayCodes } = this.#settings
    if (asked === undefined || asked === null) return { channel: wayCodes[0] }
    const channel = wayCodes.find((one) => one === asked)
    return channel === undefined
      ? { problem: `Choose one of these way codes: ${wayCodes.join(", ")}.` }
      : { channel }
  }

  async open(order: NewOrder): Promise<Outcome<PaymentLink>> {
    const problem = this.#problemOf(order)
    if (problem !== undefined) return refusedHere("invalid", problem)
    const { subject, body, returnUrl, expireSeconds } = this.#settings
    const wayCode = this.#wayCodeOf(order)
    const channelExtra = this.#channelExtra(wayCode)
    const answer = await this.#client.unifiedOrder({
      mchOrderNo: order.number,
      wayCode,
      amount: order.amount.minor,
      currency: order.amount.currency.toUpperCase(),
      subject,
      body,
      notifyUrl: order.notifyUrl,
      ...(returnUrl !== undefined && { returnUrl: fillSessionId(returnUrl, order.sessionId) }),
      expiredTime: expireSeconds,
      ...(channelExtra !== undefined && { channelExtra }),
    })
    return answer.kind === "succeeded" ? this.#link(answer.value, wayCode) : answer
  }

  async query(order: OrderRef): Promise<Answer<Standing>> {
    const answer = await this.#client.payQuery({ mchOrderNo: order.number })
    if (answer.kind === "refused" && answer.reason === "absent") return succeeded({ state: "absent" })
    return andThen(answer, standingOf)
  }

  /** Confirmed by a query: Gnete answers a close with nothing where its channel has none, and a shopper may pay meanwhile. */
  async close(order: OrderRef): Promise<Outcome<Record<string, never>>> {
    const asked = await this.#client.payClose({ mchOrderNo: order.number })
    // A channel's own words are passed on as the reason, and may say that it does not know the order.
    const absent = asked.kind === "refused" && asked.reason === "absent"
    return (absent ? undefined : endOfClose(asked)) ?? closedBy("Gnete", asked, await this.query(order))
  }

  async cancel(order: OrderRef, notifyUrl: string): Promise<Outcome<ReversalRecord>> {
    const problem = notifyUrlProblem(notifyUrl)
    if (problem !== undefined) return refusedHere("invalid", problem)
    const answer = await this.#client.payCancel({
      mchOrderNo: order.number,
      payOrderId: order.gatewayNo,
      notifyUrl,
    })
    return answer.kind === "succeeded" ? reversalOf(answer.value) : maybeUnhandled(answer)
  }

  async cancelQuery(order: OrderRef, gatewayCancelNo: string): Promise<Outcome<ReversalRecord>> {
    const answer = await this.#client.cancelQuery({ cancelOrderId: gatewayCancelNo })
    if (answer.kind !== "succeeded") return maybeUnhandled(answer)
    const { payOrderId, payAmount, currency } = answer.value
    const another = order.gatewayNo !== undefined && payOrderId !== order.gatewayNo
    if (another || payAmount !== order.amount.minor || currency !== order.amount.currency)
      return unknown(
        "answer_mismatch",
        "Gnete has a reversal of another payment or amount under this number.",
      )
    return reversalOf(answer.value)
  }

  async refund(refund: RefundOrder): Promise<Outcome<RefundRecord>> {
    const problem = this.#refundProblem(refund)
    if (problem !== undefined) return problem
    const answer = await this.#client.refundOrder({
      mchOrderNo: refund.order.number,
      mchRefundNo: refund.number,
      refundAmount: refund.amount.minor,
      currency: refund.amount.currency.toUpperCase(),
      refundReason: this.#settings.refundReason,
      notifyUrl: refund.notifyUrl,
    })
    return answer.kind === "succeeded" ? refundOf(refund, answer.value) : answer
  }

  async refundQuery(refund: RefundOrder): Promise<Outcome<RefundRecord>> {
    const answer = await this.#client.refundQuery({ mchRefundNo: refund.number })
    if (answer.kind !== "succeeded") return answer
    const { refundAmount, currency, payOrderId } = answer.value
    const { amount, order } = refund
    const another =
      order.gatewayNo !== undefined && payOrderId !== undefined && order.gatewayNo !== payOrderId
    if (another || refundAmount !== amount.minor || currency !== amount.currency)
      return unknown("answer_mismatch", "Gnete has another refund under this number than was asked for.")
    return refundOf(refund, answer.value)
  }

  async refundsOf(): Promise<Outcome<RefundRecord[]>> {
    return Promise.resolve(
      refusedHere("not_supported", "Gnete does not list the refunds of a payment: ask by refund number."),
    )
  }

  async readAccount(): Promise<Outcome<AccountInfo>> {
    return Promise.resolve(
      refusedHere("not_supported", "Gnete has no call that says what an account may do."),
    )
  }

  learn(known: KnownAccount): void {
    this.known = known
  }

  readNotification(raw: RawNotification): NotificationReading {
    return readGneteNotification(raw, this.#appSecret)
  }

  /** Why an order cannot be opened, before anything is sent. */
  #problemOf(order: NewOrder): string | undefined {
    const units = this.digits(order.amount.currency)
    if ("problem" in units) return units.problem
    if (!isNumber(order.number, this.maxNumberLength)) return "A Gnete order number has 1 to 30 characters."
    if (!this.#settings.wayCodes.includes(this.#wayCodeOf(order)))
      return `The way code ${this.#wayCodeOf(order).slice(0, 30)} is not among the configured ones.`
    if (order.amount.minor < facts.minimum) return "The smallest payment is one cent."
    return notifyUrlProblem(order.notifyUrl)
  }

  #wayCodeOf({ channel }: NewOrder): string {
    return channel ?? this.#settings.wayCodes[0] ?? ""
  }

  #channelExtra(wayCode: string): string | undefined {
    const extra = this.#settings.channelExtra[wayCode] ?? extraOf(wayCode)
    return extra && JSON.stringify(extra)
  }

  #link(opened: GneteNewOrder, wayCode: string): Outcome<PaymentLink> {
    const state = openStates[opened.orderState]
    if (state === "declined")
      return refused("declined", `state_${opened.orderState}`, "The channel refused to open the payment.")
    if (state === undefined)
      return unknown(
        `state_${opened.orderState}`,
        "Gnete opened the payment in a state that a new one does not have.",
      )
    const action = this.#action(opened)
    if ("kind" in action) return action
    return succeeded({
      action,
      mode: action.type,
      channel: wayCode,
      gatewayNo: opened.payOrderId,
      expiresAt: new Date(this.#now().getTime() + this.#settings.expireSeconds * 1000),
    })
  }

  #action(opened: GneteNewOrder) {
    const { payData } = opened
    const kind = payDataKindOf(opened)
    if (kind === undefined)
      return refused(
        "not_supported",
        "pay_data_type",
        "Gnete answered with a payment that only an app can make, not a browser: choose another wayCode.",
      )
    if (payData === undefined)
      return unknown("no_link", "Gnete opened the payment and gave nothing to pay it with.")
    if (kind === "content") return { type: "qr" as const, content: payData }
    return kind === "url"
      ? { type: "redirect" as const, url: payData }
      : { type: "qr" as const, image: payData }
  }

  #refundProblem(refund: RefundOrder) {
    const problem = notifyUrlProblem(refund.notifyUrl)
    if (problem !== undefined) return refusedHere("invalid", problem)
    return refundProblem("Gnete", this.maxNumberLength, refund)
  }
}

/** Both calls of a reversal are Gnete's own: a host without them answers like one that has never heard of the address. */
const nothingThere: ReadonlySet<string> = new Set(["http_404", "http_405", "http_501"])

const maybeUnhandled = (answer: Exclude<Answer<unknown>, { kind: "succeeded" }>) =>
  answer.kind === "unknown" && nothingThere.has(answer.code)
    ? { ...answer, message: "Gnete does not take this call.", unhandled: true as const }
    : answer

function standingOf(order: GneteOrder) {
  const standing = standings[order.state]
  if (standing === undefined)
    return unknown(`state_${order.state}`, "Gnete names a state of the order that it does not document.")
  return succeeded<Standing>({
    ...standing,
    amount: { minor: order.amount, currency: order.currency },
    channel: order.wayCode,
    gatewayNo: order.payOrderId,
    paidAt: order.successTime,
  })
}

type Moving = { state: number; successTime?: Date | undefined; errCode?: string | undefined }

const refundOf = (
  { number, amount }: RefundOrder,
  refund: Moving & { refundOrderId?: string | undefined },
): Outcome<RefundRecord> =>
  progressOf<RefundRecord>(refundStates, refund, "refund", (state) => ({
    number,
    gatewayNo: refund.refundOrderId,
    amount,
    state,
    at: refund.successTime,
  }))

const reversalOf = (cancel: Moving & { cancelOrderId: string }): Outcome<ReversalRecord> =>
  progressOf<ReversalRecord>(cancelStates, cancel, "reversal", (progress) => ({
    gatewayNo: cancel.cancelOrderId,
    state: progress,
  }))

/** What the channel's code says to do, where it says that much. */
const becauseOf = (code: string | undefined): string | undefined =>
  code !== undefined && namesBalance(code)
    ? `The balance at Gnete does not cover it (${code}): top the balance up, then try again.`
    : undefined

/** The outcome of a refund or reversal by its state; `record` is what it is when it stands or is under way. */
function progressOf<T extends { gatewayNo?: string | undefined }>(
  states: Readonly<Record<number, Progress>>,
  { state, errCode }: Moving,
  what: string,
  record: (state: "succeeded" | "pending") => T,
): Outcome<T> {
  const code = `state_${state}`
  const progress = states[state]
  const { gatewayNo } = record("pending")
  if (progress === undefined)
    return unknown(code, `Gnete names a state of the ${what} that it does not document.`, gatewayNo)
  if ("message" in progress)
    return progress.is === "declined"
      ? refused("declined", errCode ?? code, becauseOf(errCode) ?? progress.message)
      : unknown(code, progress.message, gatewayNo)
  if (progress.is === "succeeded") return succeeded(record("succeeded"))
  return pending(`Gnete has accepted the ${what} and not finished it.`, record("pending") as Partial<T>)
}
