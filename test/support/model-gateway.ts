import { hash } from "node:crypto"

import {
  answeredUnknown,
  pending,
  refused,
  refusedHere,
  succeeded,
  unknown,
  type AccountInfo,
  type ChannelFacts,
  type Gateway,
  type GatewayName,
  type KnownAccount,
  type Money,
  type NewOrder,
  type NotificationReading,
  type NotSent,
  type OrderRef,
  type Outcome,
  type PaymentLink,
  type PaymentMode,
  type RawNotification,
  type RefundOrder,
  type Refused,
  type RefundRecord,
  type ShopperPayouts,
  type ReversalRecord,
  type Standing,
  type Succeeded,
  type Unknown,
} from "../../src/core"
import { facts as gneteFacts } from "../../src/services/gnete/channels"
import { factsOf as ksherFacts } from "../../src/services/ksher/channels"
import { ModelPayouts } from "./model-payouts"
import type { Random } from "./random"

/** How a call travels to the gateway and its answer back: where faults are put in between. */
export type Line = <T>(
  call: Call,
  arrive: () => T,
) => Promise<{ kind: "answered"; value: T } | Unknown | NotSent>
export type Call =
  | ("open" | "query" | "close" | "cancel" | "cancelQuery" | "refund" | "refundQuery")
  | ("payout" | "payoutQuery" | "payoutBalance")

/** A line on which nothing goes wrong. */
export const goodLine: Line = (_call, arrive) => Promise.resolve({ kind: "answered", value: arrive() })

/** What of a gateway is not documented, or differs by merchant: every answer has to be lived with. */
export interface GatewayRules {
  name: GatewayName
  account: string
  mode: PaymentMode
  /** Ksher channels or Gnete wayCodes; the first is what a shop gets that asks for none. */
  channels: readonly string[]
  expiryMs: number
  /** Ksher: a refund number that was used answers as it did the first time, or with an error it does not document. */
  repeatedRefund: "replayed" | "error"
  /** Ksher: what an order is called of which a part was returned. */
  partlyReturned: "paid" | "refunded"
  /** Gnete: when its business day ends, in minutes after midnight UTC. */
  cutoffMinute: number
}

/** How the gateway is today; the rest of its behaviour follows from its rules. Each is a probability. */
export interface GatewayMood {
  /** It answers with an error that says nothing, before or after it acted. */
  systemError: number
  /** Gnete: a refund or reversal is accepted and finished later. */
  slow: number
  /** Gnete: what was accepted is refused by the channel in the end. */
  failsLater: number
  /** A channel says no at once. */
  declines: number
  /** Gnete: a refund it loses track of (state 0, then 4): its money moves or not. */
  losesTrack: number
  /** Nothing can be refunded until then, for want of balance. Milliseconds. */
  noBalanceUntil: number
}

export const goodMood: GatewayMood = {
  systemError: 0,
  slow: 0,
  failsLater: 0,
  declines: 0,
  losesTrack: 0,
  noBalanceUntil: 0,
}

export interface ModelOrder {
  number: string
  gatewayNo: string
  payNo: string
  amount: Money
  channel: string | undefined
  mode: PaymentMode
  state: "unpaid" | "in_progress" | "paid" | "failed" | "closed" | "reversed"
  expiresAt: number
  paidAt: number | undefined
  /** When the bank was asked; it does not wait for ever. */
  begunAt: number
  /** Minor units that the payer gave, whatever the gateway says about it. */
  moneyIn: number
  returns: ModelReturn[]
  opened: number
}

export interface ModelReturn {
  kind: "refund" | "cancel"
  /** Merchant refund number; empty for what was made in the gateway's console, and for a reversal. */
  number: string
  gatewayNo: string
  amount: number
  /** Gnete's numbers; Ksher knows only done. */
  state: "created" | "in_progress" | "done" | "failed" | "closed"
  /** The payer has the money. */
  moved: boolean
  console: boolean
  notifyUrl: string
}

/** A notification that the gateway sends until it is acknowledged. */
export interface Outgoing {
  url: string
  reading: Omit<Extract<NotificationReading, { readable: true }>, "digest">
}

/** What a gateway's own call to close answers, before the query that confirms it. */
type Closing = Succeeded<unknown> | Refused | Unknown

/** What happens in a while without anybody asking. */
export type Later = (ms: number, what: string, work: () => void) => void

const minute = 60_000
const hour = 60 * minute

/**
 * A gateway with true books: what was paid and what went back is known here whatever its answers say. One object for
 * all processes; each is connected by its own line.
 */
export class ModelGateway {
  readonly orders = new Map<string, ModelOrder>()
  mood: GatewayMood = { ...goodMood }
  /** What goes to accounts that shoppers name. Only Ksher has it. */
  readonly payouts: ModelPayouts
  /** What it must never see, in words. */
  readonly violations: string[] = []
  /** How many requests to return money have arrived. */
  returnsAsked = 0
  #numbers = 0

  constructor(
    readonly rules: GatewayRules,
    private readonly clock: { now(): Date },
    private readonly random: Random,
    private readonly later: Later,
    private readonly send: (message: Outgoing) => void,
  ) {
    this.payouts = new ModelPayouts(clock, random, later, () => this.mood)
  }

  connect(line: Line): Gateway {
    return new ModelledGateway(this, line)
  }

  /** What the payer gave and never got back, in minor units. */
  held(number: string): number {
    const order = this.orders.get(number)
    return order ? order.moneyIn - moved(order) : 0
  }

  // What people do at the gateway.

  /** The shopper pays: by the page, or by a QR code that was saved before the order was closed. */
  pay(number: string): boolean {
    const order = this.find(number)
    if (!order || order.moneyIn > 0) return false
    if (order.state === "closed" || order.state === "failed") return this.payClosed(order)
    if (order.state !== "unpaid" && order.state !== "in_progress") return false
    order.state = "paid"
    this.received(order)
    return true
  }

  /** The bank asks for a one-time password: paid or failed later. */
  beginPaying(number: string): boolean {
    const order = this.find(number)
    if (order?.state !== "unpaid") return false
    order.state = "in_progress"
    order.begunAt = this.now
    return true
  }

  failPaying(number: string): boolean {
    const order = this.find(number)
    if (order?.state !== "in_progress") return false
    order.state = "failed"
    return true
  }

  /** Somebody of the shop returns money in the gateway's own console. Whole where the gateway could never tell of a part. */
  returnInConsole(number: string, wanted: number): number {
    const order = this.find(number)
    if (order?.state !== "paid") return 0
    const left = order.moneyIn - promised(order)
    const listed = this.rules.name === "ksher" && this.facts(order.channel).refundQuery
    const amount = listed ? Math.min(wanted, left) : left
    if (amount <= 0 || (amount < left && !listed)) return 0
    const reversed = this.rules.name === "gnete" && amount === order.moneyIn && this.random.chance(0.3)
    order.returns.push(this.newReturn(reversed ? "cancel" : "refund", "", amount, "done", { console: true }))
    if (reversed) order.state = "reversed"
    return amount
  }

  // What the verbs do when they arrive.

  open(order: NewOrder): Outcome<PaymentLink> {
    const earlier = this.orders.get(order.number)
    if (earlier) {
      earlier.opened++
      this.violations.push(`order ${order.number} was opened ${earlier.opened} times`)
      return refused("duplicate", "duplicate", "There is an order under this number.")
    }
    if (this.random.chance(this.mood.declines)) return refused("declined", "state_3", "The channel says no.")
    const made = this.newOrder(order)
    this.orders.set(made.number, made)
    if (this.random.chance(this.mood.systemError)) return systemError()
    return succeeded({
      action: { type: "redirect", url: `https://gateway.example/pay/${made.number}` },
      mode: made.mode,
      channel: made.channel,
      ...(this.rules.name === "gnete" || made.mode === "qr" ? { gatewayNo: made.gatewayNo } : {}),
      expiresAt: new Date(made.expiresAt),
    })
  }

  query(ref: OrderRef): Outcome<Standing> {
    if (this.random.chance(this.mood.systemError)) return systemError()
    const order = this.find(ref.number)
    if (!order) return succeeded({ state: "absent" })
    return succeeded({
      ...this.standingOf(order),
      amount: order.amount,
      channel: order.channel,
      ...(order.moneyIn > 0 || this.rules.name === "gnete" ? { gatewayNo: order.gatewayNo } : {}),
      ...(this.rules.name === "ksher" && order.mode === "redirect" && order.moneyIn > 0
        ? { payNo: order.payNo }
        : {}),
      ...(order.paidAt === undefined ? {} : { paidAt: new Date(order.paidAt) }),
    })
  }

  close(ref: OrderRef): Closing {
    if (this.random.chance(this.mood.systemError / 2)) return systemError()
    const order = this.find(ref.number)
    if (!order) return refused("absent", "-3", "There is no such order.")
    const answer = this.rules.name === "ksher" ? ksherClose(order) : gneteClose(order, this.random)
    return answer.kind === "succeeded" && this.random.chance(this.mood.systemError / 2)
      ? systemError()
      : answer
  }

  cancel(ref: OrderRef, notifyUrl: string): Outcome<ReversalRecord> {
    this.returnsAsked++
    if (this.random.chance(this.mood.systemError / 2)) return systemError()
    const order = this.find(ref.number)
    if (!order) return refused("absent", "9999", "There is no such order.")
    if (order.state !== "paid") return refused("wrong_state", "9999", "The order is not paid.")
    if (order.returns.some((one) => one.state !== "failed"))
      return refused("declined", "9999", "Something of the order is being returned.")
    if (this.businessDay(order.paidAt ?? 0) !== this.businessDay(this.now))
      return answeredUnknown("9999", "A text that is not documented: too late for a reversal.")
    const reversal = this.newReturn("cancel", "", order.moneyIn, "in_progress", { notifyUrl })
    order.returns.push(reversal)
    this.carryOn(order, reversal)
    return this.random.chance(this.mood.systemError / 2) ? systemError() : reversalOutcome(reversal)
  }

  cancelQuery(gatewayNo: string): Outcome<ReversalRecord> {
    if (this.random.chance(this.mood.systemError)) return systemError()
    const found = this.findReturn((one) => one.kind === "cancel" && one.gatewayNo === gatewayNo)
    return found ? reversalOutcome(found) : refused("absent", "9999", "There is no such reversal.")
  }

  refund(refund: RefundOrder): Outcome<RefundRecord> {
    this.returnsAsked++
    if (this.random.chance(this.mood.systemError / 2)) return systemError()
    const order = this.find(refund.order.number)
    if (!order) return refused("absent", "9999", "There is no such order.")
    const answer =
      this.rules.name === "ksher" ? this.ksherRefund(order, refund) : this.gneteRefund(order, refund)
    return this.random.chance(this.mood.systemError / 2) ? systemError() : answer
  }

  refundQuery(refund: RefundOrder): Outcome<RefundRecord> {
    if (this.random.chance(this.mood.systemError)) return systemError()
    const found = this.findReturn((one) => one.kind === "refund" && one.number === refund.number)
    if (!found) return refused("absent", "absent", "There is no such refund.")
    return refundOutcome(found, refund.amount.currency)
  }

  refundsOf(number: string): Outcome<RefundRecord[]> {
    if (this.random.chance(this.mood.systemError)) return systemError()
    const order = this.find(number)
    const done = (order?.returns ?? []).filter((one) => one.kind === "refund" && one.state === "done")
    return succeeded(done.map((one) => recordOf(one, order?.amount.currency ?? "")))
  }

  facts(channel: string | undefined): ChannelFacts {
    if (this.rules.name === "gnete") return gneteFacts
    return ksherFacts(channel ?? this.rules.channels[0] ?? "")
  }

  // What the gateway does by itself.

  private get now(): number {
    return this.clock.now().getTime()
  }

  private find(number: string): ModelOrder | undefined {
    const order = this.orders.get(number)
    if (order?.state === "in_progress" && this.now - order.begunAt > hour) order.state = "unpaid"
    // Nobody says how long an open QR code lives; not for ever.
    const lapses = order && order.expiresAt + (order.mode === "qr" ? 48 * hour : 0)
    if (lapses && lapses <= this.now && order.state === "unpaid") order.state = "closed"
    return order
  }

  private findReturn(is: (one: ModelReturn) => boolean): ModelReturn | undefined {
    for (const order of this.orders.values()) {
      const found = order.returns.find(is)
      if (found) return found
    }
    return undefined
  }

  /** A closed order that is paid after all: Ksher says so from then on, Gnete's query never does. */
  private payClosed(order: ModelOrder): boolean {
    if (this.rules.name === "ksher") order.state = "paid"
    else if (order.state === "failed") return false
    this.received(order)
    return true
  }

  private received(order: ModelOrder): void {
    order.moneyIn = order.amount.minor
    order.paidAt = this.now
    this.notify(order, "payment", this.rules.name === "ksher" ? "SUCCESS" : "2")
  }

  private notify(
    order: ModelOrder,
    about: "payment" | "refund" | "cancel",
    state: string,
    one?: ModelReturn,
  ) {
    const gnete = this.rules.name === "gnete"
    this.send({
      url: one?.notifyUrl ?? "",
      reading: {
        readable: true,
        verified: true,
        about,
        account: this.rules.account,
        ...(about === "payment" ? { number: order.number } : {}),
        ...(gnete ? { gatewayNo: order.gatewayNo } : {}),
        ...(one && about === "refund" ? { refundNumber: one.number, refundGatewayNo: one.gatewayNo } : {}),
        ...(one && about === "cancel" ? { cancelGatewayNo: one.gatewayNo } : {}),
        state,
        amount: order.amount,
      },
    })
  }

  private standingOf(order: ModelOrder): Pick<Standing, "state" | "returned"> {
    if (order.state !== "paid")
      return order.state === "reversed" ? { state: "reversed", returned: "all" } : { state: order.state }
    const back = order.returns.filter((one) => one.state === "done").reduce((sum, one) => sum + one.amount, 0)
    if (back === 0) return { state: "paid" }
    if (this.rules.name === "gnete")
      return back >= order.moneyIn ? { state: "refunded", returned: "all" } : { state: "paid" }
    if (back >= order.moneyIn) return { state: "refunded", returned: "unsaid" }
    return this.rules.partlyReturned === "paid"
      ? { state: "paid" }
      : { state: "refunded", returned: "unsaid" }
  }

  /** Ksher: one number, one refund; over-refunding is not said to be prevented, so it is not. */
  private ksherRefund(order: ModelOrder, refund: RefundOrder): Outcome<RefundRecord> {
    const earlier = order.returns.find((one) => one.number === refund.number)
    if (earlier)
      return this.rules.repeatedRefund === "replayed"
        ? succeeded(recordOf(earlier, refund.amount.currency))
        : answeredUnknown("KSHER_REFUND_REPEATED", "A code that is not documented.")
    if (order.state !== "paid") return refused("invalid", order.state, "The order is not paid.")
    // What it never gave back it might give back twice; what somebody took out in the console is gone.
    const back = moved(order)
    if (back + refund.amount.minor > order.moneyIn && order.returns.some((one) => one.console))
      return answeredUnknown("KSHER_EXCEEDS", "A code that is not documented: more than what is left.")
    if (this.now < this.mood.noBalanceUntil)
      return answeredUnknown("KSHER_BALANCE", "A code that is not documented: no balance.")
    const made = this.newReturn("refund", refund.number, refund.amount.minor, "done", refund)
    order.returns.push(made)
    return succeeded(recordOf(made, refund.amount.currency))
  }

  /** Gnete's checks in their order, one refund in flight, and no replay of a number. */
  private gneteRefund(order: ModelOrder, refund: RefundOrder): Outcome<RefundRecord> {
    if (order.state !== "paid") return refused("wrong_state", "9999", "The order is not paid.")
    const done = order.returns.filter((one) => one.state === "done").reduce((sum, one) => sum + one.amount, 0)
    if (done >= order.moneyIn)
      return refused("wrong_state", "9999", "Refunded in full: it is no longer paid.")
    if (order.returns.some((one) => one.state === "in_progress"))
      return refused("in_progress", "9999", "A refund is in progress.")
    if (done + refund.amount.minor > order.moneyIn)
      return refused("exceeds_balance", "9999", "More than what is left.")
    if (order.returns.some((one) => one.number === refund.number))
      return unknown("9999", "There is a refund under this number.")
    const made = this.newReturn("refund", refund.number, refund.amount.minor, "in_progress", refund)
    order.returns.push(made)
    this.carryOn(order, made)
    return refundOutcome(made, refund.amount.currency)
  }

  /** Gnete's channel: done at once, refused, finished later, or lost from sight. */
  private carryOn(order: ModelOrder, one: ModelReturn): void {
    const { random, mood } = this
    if (one.kind === "refund" && random.chance(mood.losesTrack)) {
      one.state = "created"
      one.moved = random.chance(0.5)
      this.later(2 * hour, `${one.gatewayNo} is closed`, () => (one.state = "closed"))
    } else if (random.chance(mood.declines)) one.state = "failed"
    else if (random.chance(mood.slow)) {
      const fails = random.chance(mood.failsLater)
      this.later(random.whole(1, 110) * minute, `${one.gatewayNo} ${fails ? "fails" : "is done"}`, () =>
        this.finish(order, one, fails ? "failed" : "done"),
      )
    } else this.finish(order, one, "done")
  }

  private finish(order: ModelOrder, one: ModelReturn, state: "done" | "failed"): void {
    one.state = state
    one.moved = state === "done"
    if (one.kind === "cancel" && state === "done") order.state = "reversed"
    if (one.notifyUrl && (one.kind === "refund" || state === "done"))
      this.notify(order, one.kind, state === "done" ? "2" : "3", one)
  }

  private newOrder(order: NewOrder): ModelOrder {
    const count = ++this.#numbers
    return {
      number: order.number,
      gatewayNo: `G${count}`,
      payNo: `P${count}`,
      amount: order.amount,
      channel: order.channel ?? this.rules.channels[0],
      mode: this.rules.mode,
      state: "unpaid",
      expiresAt: this.now + this.rules.expiryMs,
      paidAt: undefined,
      begunAt: 0,
      moneyIn: 0,
      returns: [],
      opened: 1,
    }
  }

  private newReturn(
    kind: ModelReturn["kind"],
    number: string,
    amount: number,
    state: ModelReturn["state"],
    by: { console?: boolean; notifyUrl?: string },
  ): ModelReturn {
    const gatewayNo = `${kind === "cancel" ? "C" : "R"}${++this.#numbers}`
    const moved = state === "done"
    return {
      kind,
      number,
      gatewayNo,
      amount,
      state,
      moved,
      console: by.console ?? false,
      notifyUrl: by.notifyUrl ?? "",
    }
  }

  private businessDay(at: number): number {
    return Math.floor((at + (24 * 60 - this.rules.cutoffMinute) * minute) / (24 * hour))
  }
}

/** What the payer has back, in minor units. */
export const moved = (order: ModelOrder): number =>
  order.returns.filter((one) => one.moved).reduce((sum, one) => sum + one.amount, 0)

const promised = (order: ModelOrder): number =>
  order.returns
    .filter((one) => one.moved || one.state === "in_progress")
    .reduce((sum, one) => sum + one.amount, 0)

const systemError = () => unknown("system_error", "The gateway had a system error.")

function ksherClose(order: ModelOrder): Closing {
  if (order.moneyIn > 0) return refused("already_paid", "-4", "The shopper has paid.")
  if (order.state === "closed") return refused("already_closed", "-5", "It was closed before.")
  if (order.state === "in_progress") return refused("in_progress", "-6", "A payment is in progress.")
  order.state = "closed"
  return succeeded({})
}

function gneteClose(order: ModelOrder, random: Random): Closing {
  if (order.state !== "unpaid" && order.state !== "in_progress")
    return refused("already_closed", "9999", "It cannot be closed.")
  // An order in progress is closed by its channel, which may have no such thing: the answer is then empty.
  if (order.state === "in_progress" && random.chance(0.5)) return unknown("empty", "An empty answer.")
  order.state = "closed"
  return succeeded({})
}

const recordOf = (one: ModelReturn, currency: string): RefundRecord => ({
  number: one.number,
  gatewayNo: one.gatewayNo,
  amount: { minor: one.amount, currency },
  state: "succeeded",
})

function refundOutcome(one: ModelReturn, currency: string): Outcome<RefundRecord> {
  const record = recordOf(one, currency)
  if (one.state === "done") return succeeded(record)
  if (one.state === "in_progress") return pending("Accepted.", { ...record, state: "pending" })
  if (one.state === "failed") return refused("declined", "state_3", "The channel refused the refund.")
  return unknown(one.state === "created" ? "state_0" : "state_4", "The money may have moved.")
}

function reversalOutcome(one: ModelReturn): Outcome<ReversalRecord> {
  const { gatewayNo } = one
  if (one.state === "done") return succeeded({ gatewayNo, state: "succeeded" })
  if (one.state === "failed") return refused("declined", "state_3", "The channel refused the reversal.")
  return pending("Accepted.", { gatewayNo, state: "pending" })
}

/** The verbs, as one process sees them: each call may get lost on the line. */
class ModelledGateway implements Gateway {
  readonly name: GatewayName
  readonly account: string
  readonly maxNumberLength = 30
  readonly probeCurrency: string
  readonly listsRefunds: boolean
  readonly shopperPayouts?: ShopperPayouts
  readonly refundsOneAtATime: boolean
  readonly acknowledgement = {
    contentType: "text/plain",
    accepted: "success",
    rejected: () => "fail",
  }

  constructor(
    private readonly books: ModelGateway,
    private readonly line: Line,
  ) {
    this.name = books.rules.name
    this.account = books.rules.account
    this.probeCurrency = this.name === "ksher" ? "thb" : "hkd"
    this.listsRefunds = this.name === "ksher"
    this.refundsOneAtATime = this.name === "gnete"
    if (this.name === "ksher") this.shopperPayouts = books.payouts.connect(line)
  }

  get offer() {
    const { mode, channels } = this.books.rules
    return { mode, channels }
  }

  digits(currency: string): { digits: number } | { problem: string } {
    const own = this.probeCurrency
    return currency === own ? { digits: 2 } : { problem: `It takes ${own} only.` }
  }

  channelFacts(channel: string | undefined): ChannelFacts {
    return this.books.facts(channel)
  }

  known: KnownAccount | undefined

  readAccount(): Promise<Outcome<AccountInfo>> {
    return Promise.resolve(refusedHere("not_supported", "It does not say what an account may do."))
  }

  learn(known: KnownAccount): void {
    this.known = known
  }

  chooseChannel(asked: unknown): { channel: string | undefined } | { problem: string } {
    const { channels } = this.books.rules
    if (asked === undefined) return { channel: channels[0] }
    const channel = channels.find((one) => one === asked)
    return channel === undefined ? { problem: "There is no such channel." } : { channel }
  }

  open(order: NewOrder): Promise<Outcome<PaymentLink>> {
    return this.ask("open", () => this.books.open(order))
  }

  query(order: OrderRef): Promise<Outcome<Standing>> {
    return this.ask("query", () => this.books.query(order))
  }

  async close(order: OrderRef): Promise<Outcome<Record<string, never>>> {
    const { close } = this.channelFacts(order.channel)
    if (this.name === "ksher" && order.mode === "qr" && !close)
      return refused("not_supported", "not_sent", "An open QR code of this channel cannot be closed.")
    const travelled = await this.line("close", () => this.books.close(order))
    const asked = travelled.kind === "answered" ? travelled.value : travelled
    if (asked.kind === "not_sent" || (asked.kind === "refused" && asked.reason !== "already_closed"))
      return asked
    return closedBy(asked, await this.query(order))
  }

  cancel(order: OrderRef, notifyUrl: string): Promise<Outcome<ReversalRecord>> {
    if (this.name === "ksher") return Promise.resolve(noReversal)
    return this.ask("cancel", () => this.books.cancel(order, notifyUrl))
  }

  cancelQuery(_order: OrderRef, gatewayCancelNo: string): Promise<Outcome<ReversalRecord>> {
    if (this.name === "ksher") return Promise.resolve(noReversal)
    return this.ask("cancelQuery", () => this.books.cancelQuery(gatewayCancelNo))
  }

  async refund(refund: RefundOrder): Promise<Outcome<RefundRecord>> {
    const { order } = refund
    if (!this.channelFacts(order.channel).refund)
      return refused("not_supported", "not_sent", "This channel cannot refund.")
    if (this.name === "ksher" && order.mode === "redirect" && !(order.payNo && order.gatewayNo)) {
      const found = await this.query(order)
      if (found.kind !== "succeeded")
        return { kind: "not_sent", code: "order_unknown", message: "Its number is not known." }
    }
    return this.ask("refund", () => this.books.refund(refund))
  }

  refundQuery(refund: RefundOrder): Promise<Outcome<RefundRecord>> {
    if (!this.channelFacts(refund.order.channel).refundQuery) return Promise.resolve(noQuery)
    return this.ask("refundQuery", () => this.books.refundQuery(refund))
  }

  refundsOf(order: OrderRef): Promise<Outcome<RefundRecord[]>> {
    if (this.name === "gnete" || !this.channelFacts(order.channel).refundQuery)
      return Promise.resolve(noQuery)
    return this.ask("refundQuery", () => this.books.refundsOf(order.number))
  }

  readNotification(raw: RawNotification): NotificationReading {
    const text = raw.body.toString("utf8")
    return { ...(JSON.parse(text) as Outgoing["reading"]), digest: hash("sha256", text) }
  }

  private async ask<T>(call: Call, arrive: () => Outcome<T>): Promise<Outcome<T>> {
    const travelled = await this.line(call, arrive)
    return travelled.kind === "answered" ? travelled.value : travelled
  }
}

/** As both gateways do it: the query made after a close decides, since a shopper may have paid meanwhile. */
function closedBy(asked: Closing | NotSent, found: Outcome<Standing>): Outcome<Record<string, never>> {
  if (found.kind !== "succeeded") return unknown("query", "Whether it is closed is not known.")
  const { state } = found.value
  if (state === "closed") return succeeded({})
  if (state === "paid" || state === "refunded" || state === "reversed")
    return refused("already_paid", state, "The shopper has paid.")
  if (asked.kind === "unknown") return asked
  if (state === "failed" && asked.kind === "refused")
    return refused("already_closed", state, "It has failed.")
  if (state === "absent" || asked.kind === "refused")
    return unknown("contradiction", "It contradicts itself.")
  return pending("Accepted, and not closed yet.")
}

const noReversal = refused("not_supported", "not_sent", "There is no same-day reversal.")
const noQuery = refused("not_supported", "not_sent", "Refunds of this channel cannot be asked about.")
