import { z } from "zod"

import {
  reported,
  type Cancel,
  type GatewayName,
  type Order,
  type OrderStatus,
  type Refund,
  type ReturnStatus,
} from "./books"
import { SandboxError } from "./errors"
import { fault, type Fault } from "./faults"
import { addGneteMerchant, type GneteCredentials, type GneteMerchantOptions } from "./gnete/apps"
import { notification } from "./gnete/notification"
import { settleGneteCancel, settleGneteRefund, type Settlement } from "./gnete/shopper"
import type { Call, CallFilter } from "./journal"
import {
  addKsherMerchant,
  changeKsherMerchant,
  type KsherCredentials,
  type KsherMerchantChanges,
  type KsherMerchantOptions,
} from "./ksher/merchants"
import { settlePayout, type Payout } from "./ksher/payout-calls"
import type { PlannedTransfer } from "./ksher/settlement"
import { settleKsherRefund } from "./ksher/shopper"
import { webhook } from "./ksher/webhook"
import type { Delivery, DeliveryFilter, NotificationKind } from "./notifier"
import { channelWords, type ChannelAnswer, type Outcome } from "./outcomes"
import { changeQuirks, quirkChanges, type QuirkChanges } from "./quirks"
import { actOn, payOptions, type PayOptions } from "./shopper"
import type { World } from "./world"

/** One order with the true money, in minor units. */
export interface Book {
  gateway: GatewayName
  /** Ksher: appid; Gnete: mchNo. */
  account: string
  merchantOrderNo: string
  /** Ksher: `ksher_order_no`, "" for an unpaid link; Gnete: `payOrderId`. */
  gatewayOrderNo: string
  /** Ksher: `pay_mch_order_no`. */
  payOrderNo?: string
  channel: string
  currency: string
  /** Decimals of the currency in these amounts. */
  minorUnits: number
  amount: number
  taken: number
  returned: number
  state: OrderStatus
  /** The gateway's own word for its state: Ksher's `result`, Gnete's `state`. */
  answers: string | number
  notifyUrl: string
  payUrl: string
  refunds: { no: string; gatewayNo: string; amount: number; state: ReturnStatus }[]
  cancels: { no: string; amount: number; state: ReturnStatus }[]
  createdAt: number
  expiresAt: number | null
  paidAt: number | null
}

export interface NextRefund {
  gateway: GatewayName
  /**
   * success; in_progress: Gnete 1, Ksher NOTSURE that is done later; fail: Gnete 3, Ksher KSHER_SYSTEMERROR; created: Gnete 0, Ksher
   * NOTSURE that nobody finishes; insufficient_balance: refused, since the balance is too low.
   */
  outcome: Outcome
  times?: number
}

export type Overrides = Record<string, string | number | null>

/**
 * What a test does to the simulated gateways. Orders are named by any number: the merchant's or the gateway's. What cannot be done is
 * refused with a SandboxError that says why.
 */
export interface SandboxControl {
  /** The shopper pays. */
  pay(orderNo: string, options?: PayOptions): Promise<Book>
  /** The payment fails: Ksher PAYERROR (payable again), Gnete state 3 (over). */
  fail(orderNo: string): Promise<Book>
  /** Ends a payment in progress as paid. One that Gnete has closed meanwhile is paid all the same. */
  finish(orderNo: string): Promise<Book>
  /** Ends a payment in progress unpaid. */
  abandon(orderNo: string): Promise<Book>
  /** Milliseconds since the epoch, as the sandbox sees them. */
  now(): Promise<number>
  /** Moves the clock on, sending each notification at the moment it is due. Resolves when all of them are answered. */
  advance(ms: number): Promise<void>
  /** The next call goes wrong. Faults of the same call are used up in the order in which they were set. */
  fault(fault: Fault): Promise<void>
  /** All of them, or those whose `orderNo` is this one. */
  clearFaults(orderNo?: string): Promise<void>
  /** Faults not yet used up, `times` being what is left. */
  faults(): Promise<Fault[]>
  /** What the channel says to the next refund. */
  nextRefund(next: NextRefund): Promise<void>
  /** What the channel says to Gnete's next cancel. */
  nextCancel(next: Omit<NextRefund, "gateway">): Promise<void>
  /** What the channel says to Gnete's next order: fail answers code 0 with orderState 3. */
  nextOpen(next: { outcome: "success" | "fail"; times?: number }): Promise<void>
  /** What the channel behind Gnete says next, in full: its state, and its own code and text. */
  nextChannel(next: ChannelAnswer): Promise<void>
  /** Takes back whatever the channel was told to say. */
  clearOutcomes(): Promise<void>
  /** Ends a pending refund, named by the merchant's or the gateway's number. */
  settleRefund(refundNo: string, outcome: Settlement): Promise<Book>
  /** Ends a pending cancel of Gnete. */
  settleCancel(cancelOrderId: string, outcome: Settlement): Promise<Book>
  /** A refund that an operator makes in the gateway's console; minor units. Gnete's channel says to it what `nextRefund` planned. */
  refundInConsole(orderNo: string, amount: number): Promise<Book>
  /** Ksher: an operator closes an unpaid order; Gnete: reverses a paid one. */
  cancelInConsole(orderNo: string): Promise<Book>
  /** Every order, oldest first. */
  books(): Promise<Book[]>
  book(orderNo: string): Promise<Book>
  /** The latest calls (10,000 at most), oldest first. */
  calls(filter?: CallFilter): Promise<Call[]>
  /** The latest attempts to deliver (10,000 at most), oldest first. */
  notifications(filter?: DeliveryFilter): Promise<Delivery[]>
  /** Sends what is due now; resolves with all answers. */
  deliverNotifications(): Promise<Delivery[]>
  /** Sends the latest notification of an order once more, unchanged. */
  resendNotification(orderNo: string, kind?: NotificationKind): Promise<Delivery>
  /** While held, nothing is sent by itself; due times pass. */
  holdNotifications(on: boolean): Promise<void>
  /** A validly signed notification with fields changed (null: left out), which nobody sends: for tests of forgeries. */
  craftNotification(
    orderNo: string,
    overrides?: Overrides,
    kind?: NotificationKind,
  ): Promise<{ body: string; contentType: string }>
  setQuirks(changes: QuirkChanges): Promise<void>
  addKsherMerchant(options?: KsherMerchantOptions): Promise<KsherCredentials>
  /** Changes what Ksher tells of an account and takes from it: channels lost, limits lowered. */
  changeKsherMerchant(appid: string, changes: KsherMerchantChanges): Promise<void>
  /** A transfer of Ksher's that will be late or short. Replaces what was planned of the same day and channel. */
  planTransfer(plan: PlannedTransfer): Promise<void>
  /**
   * What becomes of Ksher's next payout. success; in_progress: NOTSURE until settlePayout; created: NOTSURE, and nothing ever comes of it;
   * fail: refused; insufficient_balance: refused, since the balance is too low.
   */
  nextPayout(next: Omit<NextRefund, "gateway">): Promise<void>
  /** Every payout that Ksher has taken in, with the true money. */
  payouts(): Promise<Payout[]>
  /** Ends a payout under way. */
  settlePayout(payoutNo: string, outcome: "success" | "fail"): Promise<Payout>
  addGneteMerchant(options?: GneteMerchantOptions): Promise<GneteCredentials>
}

interface Method<Args extends unknown[], Result> {
  args: z.ZodType<Args>
  run(world: World, ...args: Args): Result | Promise<Result>
}

type Methods = {
  [Name in keyof SandboxControl]: SandboxControl[Name] extends (...args: infer Args) => Promise<infer Result>
    ? Method<Args, Result>
    : never
}

const no = z.string().min(1)
const times = z.number().int().positive().optional()
const gateway = z.enum(["ksher", "gnete"])
const kind = z.enum(["payment", "refund", "cancel"])
const settlement = z.enum(["success", "fail", "close"])
const outcome = z.enum(["success", "in_progress", "fail", "created", "insufficient_balance"])
const overrides = z.record(z.string(), z.union([z.string(), z.number(), z.null()]))
const after = z.number().int().nonnegative().optional()

const ksherMerchant = z.strictObject({
  appid: z.string().min(1).max(32).optional(),
  utcOffset: z.number().min(-12).max(14).optional(),
  channels: z.array(z.string()).optional(),
  feeTypes: z.array(z.string()).optional(),
  allowPartialRefund: z.boolean().optional(),
  accountType: z.enum(["Test", "Formal"]).optional(),
  registeredNotifyUrl: z.string().max(256).optional(),
  limits: z
    .record(z.string(), z.strictObject({ order: z.number().optional(), day: z.number().optional() }))
    .optional(),
  feePerMille: z.number().min(0).max(1000).optional(),
  settlesAfterDays: z.number().int().min(0).max(30).optional(),
  settlementCutOff: z.number().int().min(13).max(36).optional(),
  payoutBalance: z.number().int().nullable().optional(),
  payoutFee: z.number().int().nonnegative().optional(),
})

const gneteMerchant = z.strictObject({
  mchNo: z.string().min(1).max(30).optional(),
  appId: z.string().min(1).max(24).optional(),
  appSecret: z.string().min(8).max(256).optional(),
  wayCodes: z.array(z.string()).optional(),
  enabled: z.boolean().optional(),
})

const channelAnswer = z.strictObject({
  call: z.enum(["open", "close", "refund"]),
  says: z.enum(channelWords),
  thrown: z.boolean().optional(),
  code: z.string().optional(),
  message: z.string().optional(),
})

const callFilter = z.strictObject({
  gateway: gateway.optional(),
  call: z.string().optional(),
  orderNo: z.string().optional(),
  after,
})

const deliveryFilter = z.strictObject({
  gateway: gateway.optional(),
  orderNo: z.string().optional(),
  kind: kind.optional(),
  acknowledged: z.boolean().optional(),
  after,
})

const nothing = z.tuple([])
const order = z.tuple([no])

/** Every method, with what it takes. In process and over HTTP it is this table that is called. */
const methods: Methods = {
  pay: {
    args: z.tuple([no, payOptions.optional()]),
    run: (world, orderNo, options = {}) =>
      changed(world, orderNo, (it) => actOn(it, (shopper, own) => shopper.pay(world, own, options))),
  },
  fail: {
    args: order,
    run: (world, orderNo) =>
      changed(world, orderNo, (it) => actOn(it, (shopper, own) => shopper.fail(world, own))),
  },
  finish: {
    args: order,
    run: (world, orderNo) =>
      changed(world, orderNo, (it) => actOn(it, (shopper, own) => shopper.finish(world, own))),
  },
  abandon: {
    args: order,
    run: (world, orderNo) =>
      changed(world, orderNo, (it) => actOn(it, (shopper, own) => shopper.abandon(world, own))),
  },
  now: { args: nothing, run: (world) => world.clock.now() },
  advance: { args: z.tuple([z.number().nonnegative()]), run: advance },
  fault: { args: z.tuple([fault]), run: (world, each) => world.faults.add(each) },
  clearFaults: { args: z.union([nothing, order]), run: (world, orderNo) => world.faults.clear(orderNo) },
  faults: { args: nothing, run: (world) => world.faults.left() },
  nextRefund: {
    args: z.tuple([z.strictObject({ gateway, outcome, times })]),
    run: (world, next) => world.outcomes.plan(next.gateway, "refund", next.outcome, next.times ?? 1),
  },
  nextCancel: {
    args: z.tuple([z.strictObject({ outcome, times })]),
    run: (world, next) => world.outcomes.plan("gnete", "cancel", next.outcome, next.times ?? 1),
  },
  nextOpen: {
    args: z.tuple([z.strictObject({ outcome: z.enum(["success", "fail"]), times })]),
    run: (world, next) => world.outcomes.plan("gnete", "open", next.outcome, next.times ?? 1),
  },
  nextChannel: {
    args: z.tuple([channelAnswer]),
    run: (world, next) => world.outcomes.planAnswer(next),
  },
  clearOutcomes: { args: nothing, run: (world) => world.outcomes.clear() },
  settleRefund: { args: z.tuple([no, settlement]), run: settleRefund },
  settleCancel: { args: z.tuple([no, settlement]), run: settleCancel },
  refundInConsole: {
    args: z.tuple([no, z.number().int().positive()]),
    run: (world, orderNo, amount) =>
      changed(world, orderNo, (it) =>
        actOn(it, (shopper, own) => shopper.refundInConsole(world, own, amount)),
      ),
  },
  cancelInConsole: {
    args: order,
    run: (world, orderNo) =>
      changed(world, orderNo, (it) => actOn(it, (shopper, own) => shopper.cancelInConsole(world, own))),
  },
  books: { args: nothing, run: (world) => world.books.orders.map((each) => bookOf(world, each)) },
  book: { args: order, run: (world, orderNo) => bookOf(world, world.books.theOrder(orderNo)) },
  calls: { args: z.tuple([callFilter.optional()]), run: (world, filter) => world.journal.calls(filter) },
  notifications: {
    args: z.tuple([deliveryFilter.optional()]),
    run: (world, filter) => world.notifier.deliveries(filter),
  },
  deliverNotifications: { args: nothing, run: (world) => world.notifier.deliverDue() },
  resendNotification: {
    args: z.tuple([no, kind.optional()]),
    run: (world, orderNo, which = "payment") => world.notifier.resend(world.books.theOrder(orderNo), which),
  },
  holdNotifications: { args: z.tuple([z.boolean()]), run: (world, on) => world.notifier.hold(on) },
  craftNotification: {
    args: z.tuple([no, overrides.optional(), kind.optional()]),
    run: (world, orderNo, changes = {}, which = "payment") =>
      craft(world, world.books.theOrder(orderNo), changes, which),
  },
  setQuirks: { args: z.tuple([quirkChanges]), run: (world, changes) => changeQuirks(world.quirks, changes) },
  addKsherMerchant: { args: z.tuple([ksherMerchant.optional()]), run: addKsherMerchant },
  changeKsherMerchant: {
    args: z.tuple([z.string(), ksherMerchant.omit({ appid: true })]),
    run: changeKsherMerchant,
  },
  planTransfer: {
    args: z.tuple([
      z.strictObject({
        ...{ appid: no, channel: no, day: z.iso.date() },
        ...{
          lateDays: z.number().int().positive().optional(),
          shortBy: z.number().int().positive().optional(),
        },
      }),
    ]),
    run: planTransfer,
  },
  nextPayout: {
    args: z.tuple([z.strictObject({ outcome, times })]),
    run: (world, next) => world.outcomes.plan("ksher", "payout", next.outcome, next.times ?? 1),
  },
  payouts: { args: nothing, run: (world) => world.payouts.map((each) => ({ ...each })) },
  settlePayout: { args: z.tuple([no, z.enum(["success", "fail"])]), run: settlePayout },
  addGneteMerchant: { args: z.tuple([gneteMerchant.optional()]), run: addGneteMerchant },
}

export type ControlMethod = keyof SandboxControl

export const controlMethods = Object.keys(methods) as ControlMethod[]

/** Calls one method with arguments from outside. */
export async function callControl(world: World, name: ControlMethod, args: unknown): Promise<unknown> {
  return perform(world, name, methods[name], args)
}

/** The control in process. */
export function makeControl(world: World): SandboxControl {
  const entries = controlMethods.map((name) => [name, (...args: unknown[]) => callControl(world, name, args)])
  return Object.fromEntries(entries) as SandboxControl
}

async function perform(world: World, name: string, method: Method<unknown[], unknown>, args: unknown) {
  const parsed = method.args.safeParse(args)
  if (!parsed.success) throw new SandboxError(`${name}: ${z.prettifyError(parsed.error)}`)
  try {
    return await method.run(world, ...parsed.data)
  } finally {
    world.changes.tell()
  }
}

function planTransfer(world: World, plan: PlannedTransfer): void {
  const isSame = (one: PlannedTransfer) =>
    one.appid === plan.appid && one.channel === plan.channel && one.day === plan.day
  world.transfers = [...world.transfers.filter((one) => !isSame(one)), plan]
}

function changed(world: World, orderNo: string, change: (order: Order) => void): Book {
  const it = world.books.theOrder(orderNo)
  change(it)
  return bookOf(world, it)
}

async function advance(world: World, ms: number): Promise<void> {
  const { clock, notifier } = world
  const target = clock.now() + ms
  for (let due = notifier.nextDue(); due !== null && due <= target; due = notifier.nextDue()) {
    clock.moveTo(due)
    await notifier.deliverDue()
  }
  clock.moveTo(target)
  notifier.arm()
}

function settleRefund(world: World, refundNo: string, outcome: Settlement): Book {
  const { order: it, refund } = world.books.theRefund(refundNo)
  if (it.gateway === "ksher") settleKsherRefund(world, it, refund, outcome)
  else settleGneteRefund(world, it, refund, outcome)
  return bookOf(world, it)
}

function settleCancel(world: World, cancelOrderId: string, outcome: Settlement): Book {
  const { order: it, cancel } = world.books.theCancel(cancelOrderId)
  settleGneteCancel(world, it, cancel, outcome)
  return bookOf(world, it)
}

function craft(world: World, it: Order, changes: Overrides, which: NotificationKind) {
  const message =
    it.gateway === "gnete"
      ? notification(world, it, which, changes)
      : which === "payment"
        ? webhook(world, it, changes)
        : undefined
  if (!message)
    throw new SandboxError(`Order ${it.merchantOrderNo} has nothing to send a ${which} notification of.`)
  return message
}

function bookOf(world: World, it: Order): Book {
  const answers = actOn(it, (shopper, own) => shopper.answers(world, own))
  const { currency } = reported(it)
  const yen = world.quirks.ksher.jpyMinorUnits
  return {
    gateway: it.gateway,
    account: it.account,
    merchantOrderNo: it.merchantOrderNo,
    gatewayOrderNo: it.gatewayOrderNo,
    ...(it.gateway === "ksher" && { payOrderNo: it.payOrderNo }),
    channel: it.channel,
    currency,
    minorUnits: currency === "JPY" ? yen : 2,
    amount: it.amount,
    taken: it.taken,
    returned: it.returned,
    state: it.status,
    answers,
    notifyUrl: it.notifyUrl,
    payUrl: `${world.url}/pay/${it.token}`,
    refunds: it.refunds.map(refundOf),
    cancels: it.cancels.map(cancelOf),
    createdAt: it.createdAt,
    expiresAt: it.expiresAt,
    paidAt: it.paidAt,
  }
}

const refundOf = ({ no, gatewayNo, amount, status }: Refund) => ({ no, gatewayNo, amount, state: status })

const cancelOf = ({ no, amount, status }: Cancel) => ({ no, amount, state: status })
