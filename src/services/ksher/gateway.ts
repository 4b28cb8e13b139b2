import { createHash, createHmac, type KeyObject } from "node:crypto"
import {
  notSent,
  plainChannel,
  refused,
  refusedHere,
  succeeded,
  unknown,
  type AccountInfo,
  type ChannelFacts,
  type Gateway,
  type Instalments,
  type KnownAccount,
  type Money,
  type NewOrder,
  type NotificationReading,
  type OrderRef,
  type Outcome,
  type PaymentLink,
  type RawNotification,
  type RefundOrder,
  type RefundRecord,
  type Refused,
  type ReversalRecord,
  type SettlementLine,
  type SettlementsWanted,
  type ShopperPayouts,
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
import { factsOf, factsOfAny, isNative, nameForRefundQuery } from "./channels"
import { KsherClient, type OrderNumbers } from "./client"
import { instalmentFields, instalmentsOf, leastOf } from "./instalments"
import { checkPromptPay, type CodeFinding } from "./emv"
import { refundStates, refundsUntold, standings, unsureStandings } from "./mapping"
import { readKsherNotification } from "./notification"
import { payoutsBy } from "./payouts"
import type { KsherOptions } from "./options"
import type {
  KsherGatewayOrder,
  KsherMerchantInfo,
  KsherOrder,
  KsherQr,
  KsherRefunds,
  KsherSettlementInfo,
} from "./schema"

type Settings = Omit<KsherOptions, "privateKey" | "publicKeys">

/** Currencies with two decimals that Ksher documents; yen are asked for by an option. */
const twoDecimals = ["thb", "myr", "aed"]

/** The minimums are published in baht; for the other currencies Ksher answers itself. */
const publishedIn = "thb"

export class KsherGateway implements Gateway {
  readonly name = "ksher"
  readonly account: string
  readonly maxNumberLength = 32
  readonly probeCurrency = "thb"
  readonly listsRefunds = true
  readonly refundsOneAtATime = false
  readonly acknowledgement = {
    contentType: "application/json",
    accepted: '{"result":"SUCCESS","msg":"OK"}',
    rejected: (message: string) => JSON.stringify({ result: "FAIL", msg: message }),
  }

  readonly #client: KsherClient
  readonly #settings: Settings
  readonly #publicKeys: readonly KeyObject[]
  readonly #memberKey: Buffer
  readonly #now: () => Date
  #known: KnownAccount | undefined

  constructor(options: KsherOptions, tools: ClientTools = {}) {
    const { privateKey, publicKeys, ...settings } = options
    this.#client = new KsherClient({ ...settings, ...tools, privateKey, publicKeys })
    this.#settings = settings
    this.#memberKey = memberKeyOf(privateKey)
    this.#publicKeys = publicKeys
    this.#now = tools.now ?? (() => new Date())
    this.account = options.appid
  }

  digits(currency: string): { digits: number } | { problem: string } {
    const { jpy } = this.#settings.minorUnits
    if (twoDecimals.includes(currency)) return { digits: 2 }
    if (currency !== "jpy")
      return { problem: `Ksher takes THB, MYR, AED and JPY, not ${currency.toUpperCase()}.` }
    if (jpy !== undefined) return { digits: jpy }
    return { problem: "Ksher has to say how it counts yen: set the option minorUnits.jpy once it has." }
  }

  channelFacts(channel: string | undefined, currency = publishedIn): ChannelFacts {
    const { minorUnits } = this.#settings
    const facts = channel === undefined ? factsOfAny(this.#channels) : factsOf(channel)
    // order_close takes alipayplus of merchants in Japan only.
    const inJapan = minorUnits.jpy !== undefined
    return {
      ...facts,
      ...(channel === "alipayplus" && !inJapan && { close: false }),
      minimum: currency === publishedIn ? this.#minimumOf(channel, facts.minimum) : 1,
    }
  }

  #minimumOf(channel: string | undefined, published: number): number {
    return channel === undefined ? published : leastOf(this.#settings.instalments, channel, published)
  }

  #reaches(channel: string, { minor, currency }: Money): boolean {
    return minor >= this.channelFacts(channel, currency).minimum
  }

  get offer() {
    return { mode: this.#settings.mode, channels: this.#channels }
  }

  /** The configured ones, or those that the account has, as far as it was read. */
  get #channels(): readonly string[] {
    const { channels, mode } = this.#settings
    if (channels !== "auto") return channels
    const all = (this.known?.info.channels ?? []).map(({ channel }) => channel)
    return mode === "qr" ? all.filter(isNative) : all
  }

  instalments(channel: string, amount: Money): Instalments | null {
    return instalmentsOf(this.#settings.instalments, channel, amount)
  }

  /** The same name for as long as the merchant has its key; without that nobody finds out whose it is. */
  memberOf(customerId: string): string | undefined {
    if (!this.#settings.savedCards) return undefined
    return createHmac("sha256", this.#memberKey).update(customerId).digest("hex").slice(0, 32)
  }

  chooseChannel(asked: unknown): { channel: string | undefined } | { problem: string } {
    const { mode } = this.#settings
    const channels = this.#channels
    if (asked === undefined || asked === null) {
      const only = mode === "qr" || channels.length === 1
      return { channel: only ? channels[0] : undefined }
    }
    const channel = channels.find((one) => one === asked)
    return channel === undefined
      ? { problem: `Choose one of these channels: ${channels.join(", ")}.` }
      : { channel }
  }

  async open(order: NewOrder): Promise<Outcome<PaymentLink>> {
    const problem = this.#problemOf(order)
    if (problem !== undefined) return refusedHere("invalid", problem)
    return this.#settings.mode === "redirect" ? this.#openPage(order) : this.#openQr(order)
  }

  async query(order: OrderRef): Promise<Answer<Standing>> {
    const answer: Answer<KsherGatewayOrder | KsherOrder> =
      order.mode === "redirect"
        ? await this.#client.gatewayOrderQuery({ mch_order_no: order.number })
        : await this.#client.orderQuery({ mch_order_no: order.number, channel: order.channel })
    if (answer.kind === "refused" && answer.reason === "absent") return succeeded({ state: "absent" })
    return andThen(answer, standingOf)
  }

  /** Both closes are confirmed by a query: cancel_order answers unsigned, and a shopper may pay meanwhile. */
  async close(order: OrderRef): Promise<Outcome<Record<string, never>>> {
    const channel = this.#channelOf(order)
    if (order.mode === "qr" && !this.channelFacts(channel).close) return cannotClose(channel)
    const asked = await this.#askToClose(order)
    return endOfClose(asked) ?? closedBy("Ksher", asked, await this.query(order))
  }

  async cancel(): Promise<Outcome<ReversalRecord>> {
    return Promise.resolve(noReversal)
  }

  async cancelQuery(): Promise<Outcome<ReversalRecord>> {
    return Promise.resolve(noReversal)
  }

  async refund(refund: RefundOrder): Promise<Outcome<RefundRecord>> {
    const problem =
      refundProblem("Ksher", this.maxNumberLength, refund) ?? this.#cannotRefund(refund.order.channel)
    if (problem !== undefined) return problem
    const found = await this.#refundable(refund.order)
    if (found.kind !== "succeeded") return found
    const cannot = this.#cannotRefund(found.value.channel)
    if (cannot !== undefined) return cannot

    const answer = await this.#client.orderRefund({
      ...this.#numbers(found.value),
      mch_refund_no: refund.number,
      total_fee: refund.order.amount.minor,
      refund_fee: refund.amount.minor,
      fee_type: refund.amount.currency.toUpperCase(),
    })
    return andThen(answer, (done) =>
      succeeded({
        number: refund.number,
        gatewayNo: done.ksher_refund_no,
        amount: refund.amount,
        state: "succeeded",
        at: done.refund_time,
      }),
    )
  }

  async refundQuery(refund: RefundOrder): Promise<Outcome<RefundRecord>> {
    const listed = await this.#refunds(refund.order, refund)
    if (listed.kind !== "succeeded") return listed
    const record = listed.value.find(({ number }) => number === refund.number)
    if (record === undefined)
      return refused(
        "absent",
        "absent",
        "Ksher lists no refund with this number: it has refunded nothing under it.",
      )
    if (record.state !== "succeeded")
      return unknown("refund_unclear", "Ksher lists the refund in a state it does not document.")
    if (record.amount.minor !== refund.amount.minor || record.amount.currency !== refund.amount.currency)
      return unknown("answer_mismatch", "Ksher lists the refund with another amount than was asked for.")
    return succeeded(record)
  }

  async refundsOf(order: OrderRef): Promise<Outcome<RefundRecord[]>> {
    return this.#refunds(order)
  }

  async readAccount(): Promise<Outcome<AccountInfo>> {
    return andThen(await this.#client.merchantInfo(), (info) => succeeded(accountInfoOf(info)))
  }

  async settlements({ from, to, channel }: SettlementsWanted): Promise<Outcome<SettlementLine[]>> {
    const request = { begin_date: from, end_date: to, pay_channel: channel }
    return andThen(await this.#client.getSettlementInfo(request), (info) => linesWithin(info, from, to))
  }

  get shopperPayouts(): ShopperPayouts {
    return payoutsBy(this.#client, this.maxNumberLength)
  }

  learn(known: KnownAccount): void {
    this.#known = known
    this.#client.timeZone = known.info.timeZone ?? undefined
  }

  get known(): KnownAccount | undefined {
    return this.#known
  }

  readNotification(raw: RawNotification): NotificationReading {
    return readKsherNotification(raw, this.#publicKeys)
  }

  /** Why an order cannot be opened, before anything is sent. */
  #problemOf({ number, amount, channel, notifyUrl }: NewOrder): string | undefined {
    const units = this.digits(amount.currency)
    if ("problem" in units) return units.problem
    if (!isNumber(number, this.maxNumberLength)) return "A Ksher order number has 1 to 32 characters."
    if (channel !== undefined && !this.#channels.includes(channel))
      return `The channel ${channel.slice(0, 32)} is not among the configured ones.`
    if (this.#settings.mode === "qr" && this.#channelOf({ channel }) === undefined)
      return "No channel is configured."
    const offered = this.#offered({ channel })
    if (!offered.some((one) => this.#reaches(one, amount)))
      return `The smallest payment is ${Math.min(...offered.map((one) => this.channelFacts(one, amount.currency).minimum))} minor units here.`
    return notifyUrlProblem(notifyUrl)
  }

  /** The channels among which the shopper chooses. */
  #offered({ channel }: { channel?: string | undefined }): readonly string[] {
    const { mode } = this.#settings
    const only = mode === "qr" ? this.#channelOf({ channel }) : channel
    return only === undefined ? this.#channels : [only]
  }

  #channelOf({ channel }: { channel?: string | undefined }): string | undefined {
    return channel ?? this.#channels[0]
  }

  async #openPage(order: NewOrder): Promise<Outcome<PaymentLink>> {
    const { returnUrl = "", failUrl = "", shopUrl, productName, language, expireMinutes } = this.#settings
    const channels = this.#offered(order).filter((channel) => this.#reaches(channel, order.amount))
    const answer = await this.#client.gatewayPay({
      mch_order_no: order.number,
      total_fee: order.amount.minor,
      fee_type: order.amount.currency.toUpperCase(),
      channel_list: channels.join(","),
      mch_redirect_url: fillSessionId(returnUrl, order.sessionId),
      mch_redirect_url_fail: fillSessionId(failUrl, order.sessionId),
      mch_notify_url: order.notifyUrl,
      refer_url: shopUrl,
      product_name: productName,
      lang: language,
      expire_time: expireMinutes,
      ...instalmentFields(this.#settings.instalments, channels, order.amount),
      ...(order.memberId !== undefined && { member_id: order.memberId }),
    })
    return andThen(answer, ({ pay_content }) =>
      succeeded({
        action: { type: "redirect", url: pay_content },
        mode: "redirect",
        channel: order.channel,
        expiresAt: this.#expiry(),
      }),
    )
  }

  async #openQr(order: NewOrder): Promise<Outcome<PaymentLink>> {
    const channel = this.#channelOf(order) ?? ""
    const { returnUrl, productName, qrExpireTime } = this.#settings
    const answer = await this.#client.nativePay({
      mch_order_no: order.number,
      total_fee: order.amount.minor,
      fee_type: order.amount.currency.toUpperCase(),
      channel,
      notify_url: order.notifyUrl,
      ...(returnUrl !== undefined && { redirect_url: fillSessionId(returnUrl, order.sessionId) }),
      product: productName,
      ...(qrExpireTime !== undefined && qrLifetime(channel, qrExpireTime)),
    })
    return andThen(answer, (qr) => {
      const action = qrAction(qr)
      if (action === undefined)
        return unknown("no_qr", "Ksher opened the payment and gave no QR code with it.")
      const finding = codeFinding(action, channel, { amount: order.amount, ksherOrderNo: qr.ksher_order_no })
      if (typeof finding === "object")
        return unknown(
          "qr_mismatch",
          `Ksher opened the payment with a QR code whose ${finding.differs} is another than was asked for; it is not shown.`,
          qr.ksher_order_no,
        )
      return succeeded({
        action,
        ...(finding === "not_understood" && { unread: true as const }),
        mode: "qr",
        channel,
        gatewayNo: qr.ksher_order_no,
        expiresAt: this.#expiry(),
      })
    })
  }

  /** native_pay takes no lifetime: of a QR this is when the shop closes it. */
  #expiry(): Date {
    return new Date(this.#now().getTime() + this.#settings.expireMinutes * 60_000)
  }

  async #askToClose(order: OrderRef): Promise<Answer<unknown>> {
    return order.mode === "redirect"
      ? this.#client.cancelOrder({ mch_order_no: order.number, lang: this.#settings.language })
      : this.#client.orderClose({ mch_order_no: order.number, channel: this.#channelOf(order) ?? "" })
  }

  #cannotRefund(channel: string | undefined): Refused | undefined {
    if (channel === undefined || factsOf(channel).refund) return undefined
    return refusedHere(
      "not_supported",
      `Ksher cannot refund ${channel} payments: return the money by hand, by bank transfer say, and record it as refunded.`,
    )
  }

  /**
   * The order with the numbers a refund needs. Ksher refunds a hosted-page order only by its pay_mch_order_no, and a
   * card only with the ksher_order_no; a query tells both.
   */
  async #refundable(order: OrderRef): Promise<Answer<OrderRef>> {
    if (order.mode === "qr" || (order.payNo !== undefined && order.gatewayNo !== undefined))
      return succeeded(order)
    const found = await this.query(order)
    return found.kind === "succeeded" ? numbered(order, found.value) : numbersUnknown
  }

  #numbers(order: OrderRef): OrderNumbers & { mch_order_no: string } {
    return { mch_order_no: order.payNo ?? order.number, ksher_order_no: order.gatewayNo }
  }

  async #refunds(order: OrderRef, refund?: RefundOrder): Promise<Answer<RefundRecord[]>> {
    const listed = await this.#list(order, refund)
    return listed.kind === "unknown" && listed.answered ? refundsUntold(listed.code) : listed
  }

  async #list(order: OrderRef, refund?: RefundOrder): Promise<Answer<RefundRecord[]>> {
    const found = await this.#refundable(order)
    if (found.kind !== "succeeded") return found
    const { channel } = found.value
    if (channel !== undefined && !factsOf(channel).refundQuery)
      return refusedHere("not_supported", `Ksher does not tell about refunds of ${channel} payments.`)
    const answer = await this.#client.refundQuery({
      ...this.#numbers(found.value),
      total_fee: order.amount.minor,
      fee_type: order.amount.currency.toUpperCase(),
      channel: nameForRefundQuery(channel),
      mch_refund_no: refund?.number,
      refund_fee: refund?.amount.minor,
    })
    return andThen(answer, (listed) => succeeded(recordsOf(listed)))
  }
}

/** From the merchant's own key: nobody else can make it, and it needs no option of its own. */
const memberKeyOf = (privateKey: KeyObject): Buffer =>
  createHash("sha256")
    .update("member_id")
    .update(privateKey.export({ type: "pkcs8", format: "der" }))
    .digest()

const accountInfoOf = (info: KsherMerchantInfo): AccountInfo => ({
  kind: accountKinds[info.account_type?.toLowerCase() ?? ""] ?? null,
  channels: info.mch_support_channel.map((one) => ({
    channel: one.pay_channel,
    orderLimit: one.single_order_limit,
    dayLimit: one.day_sum_limit,
    settles: one.settlement_time_type,
  })),
  countryChannels: info.country_support_channel,
  partialRefunds: info.allow_partial_refund,
  timeZone: info.time_zone ?? null,
  currency: info.price_fee_type ?? null,
  settlementCurrency: info.settlement_fee_type ?? null,
  notifyUrl: withoutQuery(info.mch_notify_url),
})

/** What stands behind the path may be a key of somebody's. */
function withoutQuery(url: string | undefined): string | null {
  if (url === undefined || !URL.canParse(url)) return null
  const { origin, pathname } = new URL(url)
  return origin === "null" ? null : `${origin}${pathname}`
}

const accountKinds: Readonly<Record<string, AccountInfo["kind"]>> = { test: "test", formal: "formal" }

const numbersUnknown = notSent(
  "order_unknown",
  "Ksher has not said under which number it refunds this order; nothing was sent.",
)

/** The order with what a query told, if that says that there is something to refund. */
function numbered(order: OrderRef, standing: Standing): Answer<OrderRef> {
  const { state, payNo = order.payNo, gatewayNo = order.gatewayNo, channel = order.channel } = standing
  if (state === "absent") return refused("absent", state, "Ksher knows no order with this number.")
  if (state === "closed" || state === "failed")
    return refused("invalid", state, `Ksher does not hold this order as paid (${state}).`)
  // An unpaid order answers NOTSURE, and so may a paid one that Ksher cannot look up just now.
  if (payNo === undefined || state === "unpaid" || state === "in_progress") return numbersUnknown
  return succeeded({ ...order, payNo, gatewayNo, channel })
}

const noReversal = refusedHere("not_supported", "Ksher has no same-day reversal: refund instead.")

const cannotClose = (channel: string | undefined) =>
  refusedHere(
    "not_supported",
    `Ksher cannot close an open QR code of ${channel ?? "this channel"}: it stays payable until it lapses by itself.`,
  )

/** How a payment terminal of Ksher's bounds a QR code. No page shows it. */
function qrLifetime(channel: string, expireTime: number): { expire_time?: number; tmn_expire_time?: number } {
  if (plainChannel(channel) === "promptpay") return { expire_time: expireTime }
  return channel === "truemoney" ? { tmn_expire_time: expireTime } : {}
}

const promptPay = ["promptpay", "bbl_promptpay"]

/** Only the text of a PromptPay code can be read; of any other code there is nothing to say. */
function codeFinding(
  action: PaymentLink["action"],
  channel: string,
  asked: Parameters<typeof checkPromptPay>[1],
): CodeFinding | undefined {
  if (!promptPay.includes(plainChannel(channel)) || !("content" in action)) return undefined
  return checkPromptPay(action.content, asked)
}

function qrAction({ code_url, PaymentCode, imgdat }: KsherQr): PaymentLink["action"] | undefined {
  const content = code_url ?? PaymentCode
  if (content !== undefined) return { type: "qr", content }
  return imgdat === undefined ? undefined : { type: "qr", image: imgdat }
}

function standingOf(order: KsherGatewayOrder | KsherOrder): Answer<Standing> {
  const unsure = "err_code" in order && order.err_code !== undefined && order.result === "NOTSURE"
  const standing = unsure ? unsureStandings[order.err_code ?? ""] : standings[order.result]
  if (standing === undefined)
    return unknown("unlisted", "Ksher names a state of the order that it does not document.")
  const hasMoney = standing.state === "paid" || standing.state === "refunded"
  if (hasMoney && !saysWhatWasPaid(order))
    return unknown(
      "unproven",
      "Ksher calls the order paid and leaves out which order, account or amount that is; it is asked again.",
    )
  return succeeded({
    ...standing,
    amount: amountOf(order.total_fee, order.fee_type),
    channel: order.channel,
    gatewayNo: order.ksher_order_no,
    payNo: "pay_mch_order_no" in order ? order.pay_mch_order_no : undefined,
    paidAt: hasMoney ? order.time_end : undefined,
  })
}

/** The answer of order_query is not published, so its fields may be missing; money is believed only with all of these. */
const saysWhatWasPaid = ({ appid, mch_order_no, total_fee, fee_type }: KsherGatewayOrder | KsherOrder) =>
  appid !== undefined && mch_order_no !== undefined && total_fee !== undefined && fee_type !== undefined

const amountOf = (minor: number | undefined, currency: string | undefined): Money | undefined =>
  minor === undefined || currency === undefined ? undefined : { minor, currency }

/** A line about other days than were asked for says that the answer is not what it seems: none of it is taken. */
function linesWithin(info: KsherSettlementInfo, from: string, to: string): Answer<SettlementLine[]> {
  if (info.settlement_data.some((line) => line.end_date < from || line.begin_date > to))
    return unknown("answer_mismatch", "Ksher answered about other days than were asked for.")
  return succeeded(
    info.settlement_data.map((line) => ({
      begin: line.begin_date,
      end: line.end_date,
      channel: line.pay_channel,
      reference: "",
      amount: line.settlement_amount,
      fee: line.commission_fee,
      vat: line.vat,
      settlesOn: line.settlement_date ?? null,
      transferred: line.transfer_amount,
      transferredOn: line.transfer_date ?? null,
    })),
  )
}

const recordsOf = ({ refund_orders, fee_type }: KsherRefunds): RefundRecord[] =>
  refund_orders.map((row) => ({
    number: row.mch_refund_no ?? "",
    gatewayNo: row.ksher_refund_no,
    amount: { minor: row.mch_refund_fee, currency: fee_type },
    state: (Object.hasOwn(refundStates, row.refund_state) && refundStates[row.refund_state]) || "unclear",
    at: row.refund_time,
  }))
