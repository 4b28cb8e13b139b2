import type { GatewayName, Order } from "./books"
import type { SandboxClock } from "./clock"
import { SandboxError } from "./errors"
import { Ring } from "./journal"
import { Sender, type Received } from "./sender"

export type NotificationKind = "payment" | "refund" | "cancel"

/** How one gateway delivers. */
export interface DeliveryRules {
  /** Milliseconds before each attempt, counted from the one before; the first from the event. */
  delays: readonly number[]
  timeoutMs: number
  acknowledges(received: Received): boolean
}

/** A message as it goes over the wire. The same bytes are sent at every attempt. */
export interface Message {
  url: string
  body: string
  contentType: string
}

export interface Delivery extends Message {
  n: number
  gateway: GatewayName
  /** The merchant's order number. */
  orderNo: string
  kind: NotificationKind
  /** 1 for the first; 0 for one sent again by hand. */
  attempt: number
  /** HTTP status answered; null where no answer came. */
  status: number | null
  answer: string
  acknowledged: boolean
  at: number
}

export interface DeliveryFilter {
  gateway?: GatewayName
  orderNo?: string
  kind?: NotificationKind
  acknowledged?: boolean
  /** Deliveries after this `n`. */
  after?: number
}

interface Notification {
  order: Order
  kind: NotificationKind
  message: Message
  rules: DeliveryRules
  attempts: number
  dueAt: number
}

const longestTimer = 2 ** 31 - 1

/** Sends notifications when they are due and repeats them as each gateway does until the shop acknowledges. */
export class Notifier {
  private readonly waiting = new Set<Notification>()
  private readonly underWay = new Map<Notification, Promise<Delivery>>()
  /** The latest of every order and kind, for sending again by hand. */
  private readonly latest = new Map<Order, Map<NotificationKind, Notification>>()
  private readonly ring = new Ring<Delivery>()
  private readonly sender = new Sender()
  private count = 0
  private held = false
  private stopped = false
  private timer: NodeJS.Timeout | undefined

  constructor(
    private readonly clock: SandboxClock,
    private readonly mode: "auto" | "manual",
    /** Called after each attempt. */
    private readonly tell: () => void,
  ) {}

  announce(order: Order, kind: NotificationKind, message: Message, rules: DeliveryRules): void {
    const dueAt = this.clock.now() + (rules.delays[0] ?? 0)
    const notification = { order, kind, message, rules, attempts: 0, dueAt }
    this.waiting.add(notification)
    const ofOrder = this.latest.get(order) ?? new Map<NotificationKind, Notification>()
    this.latest.set(order, ofOrder.set(kind, notification))
    this.arm()
  }

  /** When the next attempt is due; null where none is, or all are held. */
  nextDue(): number | null {
    if (this.held) return null
    let next: number | null = null
    for (const { dueAt } of this.waiting) if (next === null || dueAt < next) next = dueAt
    return next
  }

  /** Sends what is due and waits for the answers, also to what was under way already. */
  async deliverDue(): Promise<Delivery[]> {
    const now = this.clock.now()
    if (!this.held) {
      for (const each of [...this.waiting]) if (each.dueAt <= now) void this.start(each)
    }
    return Promise.all(this.underWay.values())
  }

  /** Sends the latest notification once more, as an operator of the gateway can, also when it is over or held. */
  async resend(order: Order, kind: NotificationKind): Promise<Delivery> {
    const notification = this.latest.get(order)?.get(kind)
    if (!notification) {
      throw new SandboxError(`There is no ${kind} notification of order ${order.merchantOrderNo}.`)
    }
    return this.underWay.get(notification) ?? this.start(notification, "by_hand")
  }

  /** What has been told of an order, and can be sent again. */
  kindsOf(order: Order): NotificationKind[] {
    return [...(this.latest.get(order)?.keys() ?? [])]
  }

  hold(on: boolean): void {
    this.held = on
    this.arm()
  }

  deliveries(filter: DeliveryFilter = {}): Delivery[] {
    const { gateway, orderNo, kind, acknowledged, after = 0 } = filter
    return this.ring
      .all()
      .filter(
        (each) =>
          each.n > after &&
          (gateway === undefined || each.gateway === gateway) &&
          (orderNo === undefined || each.orderNo === orderNo) &&
          (kind === undefined || each.kind === kind) &&
          (acknowledged === undefined || each.acknowledged === acknowledged),
      )
  }

  stop(): void {
    this.stopped = true
    clearTimeout(this.timer)
    this.sender.stop()
  }

  /** Sets the timer for the next attempt; must follow every change of what is due. */
  arm(): void {
    clearTimeout(this.timer)
    const next = this.nextDue()
    if (this.mode === "manual" || this.stopped || next === null) return
    const wait = Math.min(Math.max(0, next - this.clock.now()), longestTimer)
    this.timer = setTimeout(() => void this.deliverDue(), wait)
    this.timer.unref()
  }

  private start(notification: Notification, why: "due" | "by_hand" = "due"): Promise<Delivery> {
    const scheduled = this.waiting.delete(notification)
    if (why === "due") notification.attempts += 1
    const delivery = this.attempt(notification, why).then((sent) => {
      this.underWay.delete(notification)
      if (!sent.acknowledged && scheduled) this.waitAgain(notification, why)
      this.arm()
      return sent
    })
    this.underWay.set(notification, delivery)
    return delivery
  }

  private waitAgain(notification: Notification, why: "due" | "by_hand"): void {
    // What was sent by hand keeps its place in the schedule.
    if (why === "by_hand") return void this.waiting.add(notification)
    const delay = notification.rules.delays[notification.attempts]
    if (delay === undefined) return
    notification.dueAt = this.clock.now() + delay
    this.waiting.add(notification)
  }

  private async attempt(notification: Notification, why: "due" | "by_hand"): Promise<Delivery> {
    const { order, kind, message, rules } = notification
    const attempt = why === "due" ? notification.attempts : 0
    const at = this.clock.now()
    const received = await this.sender.post(message.url, message.contentType, message.body, rules.timeoutMs)
    this.count += 1
    this.tell()
    return this.ring.push({
      n: this.count,
      gateway: order.gateway,
      orderNo: order.merchantOrderNo,
      kind,
      attempt,
      ...message,
      status: received.status,
      answer: received.body,
      acknowledged: received.status !== null && rules.acknowledges(received),
      at,
    })
  }
}
