import { SandboxError } from "./errors"

export const gatewayNames = ["ksher", "gnete"] as const
export type GatewayName = (typeof gatewayNames)[number]

export const gatewayTitles: Readonly<Record<GatewayName, string>> = { ksher: "Ksher", gnete: "Gnete" }

/** Where an order truly stands, whatever the gateway's own word for it. */
export type OrderStatus = "open" | "in_progress" | "paid" | "failed" | "closed" | "cancelled" | "refunded"

/** Where a refund or a same-day cancel truly stands. */
export type ReturnStatus = "created" | "in_progress" | "success" | "failed" | "closed"

export interface Refund {
  /** The merchant's number; the gateway's own for one made in its console. */
  no: string
  gatewayNo: string
  channelNo: string
  /** Minor units. */
  amount: number
  status: ReturnStatus
  createdAt: number
  doneAt: number | null
  notifyUrl: string
  /** Fields of the request that answers repeat. */
  echoed: Record<string, string>
  error?: { code: string | undefined; message: string | undefined }
}

/** Gnete's reversal of a whole payment. It has no merchant number. */
export interface Cancel {
  no: string
  channelNo: string
  amount: number
  status: ReturnStatus
  createdAt: number
  doneAt: number | null
  notifyUrl: string
  extParam: string | undefined
  error?: { code: string; message: string }
}

interface OrderOfAny {
  /** Ksher: appid; Gnete: mchNo. */
  readonly account: string
  readonly merchantOrderNo: string
  /** Names the order's pay page. */
  readonly token: string
  readonly currency: string
  /** What the merchant asked for, in minor units. */
  readonly amount: number
  readonly notifyUrl: string
  readonly createdAt: number
  readonly expiresAt: number | null
  status: OrderStatus
  /** Ksher's `ksher_order_no`, "" until paid for a link; Gnete's `payOrderId`. */
  gatewayOrderNo: string
  channel: string
  channelOrderNo: string
  /** What the shopper paid or is paying; the gateway reports it from then on. */
  paying: { amount: number; currency: string } | null
  /** Money that has left the shopper, and money that has come back, in minor units. */
  taken: number
  returned: number
  paidAt: number | null
  qrSaved: boolean
  refunds: Refund[]
  cancels: Cancel[]
}

export interface KsherOrder extends OrderOfAny {
  readonly gateway: "ksher"
  /** A link of the hosted checkout, or a QR of `native_pay`. */
  readonly kind: "link" | "native"
  /** Ksher's inner merchant number of a link's wallet order; a QR goes by the merchant's own. */
  readonly payOrderNo: string
  /** The channels the shopper may choose from. */
  readonly channels: string[]
  readonly productName: string
  readonly attach: string
  readonly deviceId: string
  readonly operatorId: string
  readonly redirectUrl: string
  readonly failUrl: string
  readonly payerNonce: string
  /** Set once `order_close` reached the wallet order: nobody can pay it any more. */
  qrDead: boolean
  /** Closed because its time was over, and not by a call. */
  lapsed: boolean
}

export interface GneteOrder extends OrderOfAny {
  readonly gateway: "gnete"
  readonly appId: string
  readonly subject: string
  readonly body: string
  readonly clientIp: string | undefined
  readonly extParam: string | undefined
  readonly returnUrl: string
  /** State of the unpaid order, where the channel's answer to its opening decided it. */
  openState: 0 | 1 | undefined
  /** Paid although closed or failed: Gnete notifies state 2 while its own row stays as it was. */
  paidAfterClose: boolean
  error?: { code: string | undefined; message: string | undefined }
}

export type Order = KsherOrder | GneteOrder

/** Amount and currency as the gateway reports them: what was paid, once something was. */
export function reported(order: Order): { amount: number; currency: string } {
  return order.taken > 0 && order.paying ? order.paying : { amount: order.amount, currency: order.currency }
}

/** Every order of both gateways, found by any of its numbers. */
export class Books {
  readonly orders: Order[] = []
  private readonly byNumber = new Map<string, Set<Order>>()
  private readonly byRefund = new Map<string, Set<Order>>()
  private readonly byToken = new Map<string, Order>()

  add(order: Order): void {
    this.orders.push(order)
    this.byToken.set(order.token, order)
    this.know(order, order.merchantOrderNo)
    this.know(order, order.gatewayOrderNo)
    if (order.gateway === "ksher") this.know(order, order.payOrderNo)
  }

  /** From now on the order is found by this number too. */
  know(order: Order, number: string): void {
    if (number) entry(this.byNumber, number).add(order)
  }

  addRefund(order: Order, refund: Refund): void {
    order.refunds.push(refund)
    entry(this.byRefund, refund.no).add(order)
    entry(this.byRefund, refund.gatewayNo).add(order)
  }

  addCancel(order: Order, cancel: Cancel): void {
    order.cancels.push(cancel)
    entry(this.byRefund, cancel.no).add(order)
  }

  withToken(token: string): Order | undefined {
    return this.byToken.get(token)
  }

  /** The orders of one account that carry this number, whichever of theirs it is. */
  ksherOrders(appid: string, number: string): KsherOrder[] {
    return [...(this.byNumber.get(number) ?? [])].filter(
      (order): order is KsherOrder => order.gateway === "ksher" && order.account === appid,
    )
  }

  gneteOrders(mchNo: string, number: string): GneteOrder[] {
    return [...(this.byNumber.get(number) ?? [])].filter(
      (order): order is GneteOrder => order.gateway === "gnete" && order.account === mchNo,
    )
  }

  /** Refunds of one account under this number, the merchant's or the gateway's. */
  refunds(gateway: GatewayName, account: string, number: string): { order: Order; refund: Refund }[] {
    return this.returnsOf(number)
      .filter((order) => order.gateway === gateway && order.account === account)
      .flatMap((order) =>
        order.refunds.filter((refund) => carries(refund, number)).map((refund) => ({ order, refund })),
      )
  }

  cancels(mchNo: string, number: string): { order: GneteOrder; cancel: Cancel }[] {
    return this.returnsOf(number)
      .filter((order): order is GneteOrder => order.gateway === "gnete" && order.account === mchNo)
      .flatMap((order) =>
        order.cancels.filter((cancel) => cancel.no === number).map((cancel) => ({ order, cancel })),
      )
  }

  /** The one order of any account with this number. */
  theOrder(number: string): Order {
    return onlyOne([...(this.byNumber.get(number) ?? [])], `order ${number}`)
  }

  theRefund(number: string): { order: Order; refund: Refund } {
    const found = this.returnsOf(number).flatMap((order) =>
      order.refunds.filter((refund) => carries(refund, number)).map((refund) => ({ order, refund })),
    )
    return onlyOne(found, `refund ${number}`)
  }

  theCancel(number: string): { order: GneteOrder; cancel: Cancel } {
    const mchNos = new Set(this.returnsOf(number).map((order) => order.account))
    return onlyOne(
      [...mchNos].flatMap((mchNo) => this.cancels(mchNo, number)),
      `cancel ${number}`,
    )
  }

  private returnsOf(number: string): Order[] {
    return [...(this.byRefund.get(number) ?? [])]
  }
}

const carries = (refund: Refund, number: string) => refund.no === number || refund.gatewayNo === number

function entry<V>(map: Map<string, Set<V>>, key: string): Set<V> {
  const known = map.get(key)
  if (known) return known
  const created = new Set<V>()
  map.set(key, created)
  return created
}

function onlyOne<T>(found: T[], what: string): T {
  const [first, second] = found
  if (first === undefined) throw new SandboxError(`The sandbox has no ${what}.`)
  if (second !== undefined) {
    throw new SandboxError(`The sandbox has more than one ${what}: name it by the gateway's own number.`)
  }
  return first
}
