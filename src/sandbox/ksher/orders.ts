import type { KsherOrder, Refund } from "../books"
import { wallDigits } from "../clock"
import type { World } from "../world"
import type { Fields } from "./requests"

/** Lets time do its work on an order: expiry, and refunds that finish by themselves. Called before every look at it. */
export function refresh(world: World, order: KsherOrder): KsherOrder {
  const now = world.clock.now()
  const unpaid = order.status === "open" || order.status === "failed"
  if (unpaid && order.expiresAt !== null && order.expiresAt <= now) {
    order.status = "closed"
    order.lapsed = true
  }

  const wait = world.quirks.ksher.refundSettlesAfterMs
  for (const refund of order.refunds) {
    if (refund.status === "in_progress" && wait !== null && refund.createdAt + wait <= now) {
      giveBack(world, order, refund)
    }
  }
  return order
}

/** The money of a refund goes back to the payer. */
export function giveBack(world: World, order: KsherOrder, refund: Refund): void {
  refund.status = "success"
  refund.doneAt = world.clock.now()
  order.returned += refund.amount
  if (order.returned >= order.taken) order.status = "refunded"
}

/** What a merchant's numbers at Ksher begin with, whatever the channel: 700 and 900 have been seen. */
export const ksherPrefix = (appid: string): string => (/[02468]$/.test(appid) ? "900" : "700")

/** Ksher's own order number: made in +08:00, like its time stamps. */
export const makeKsherNo = (world: World, appid: string): string =>
  ksherPrefix(appid) + wallDigits(world.clock.now(), 8).slice(0, 14) + world.serial(6)

/** The channel's own number. A card's is longer than the 32 characters of Ksher's page. */
export const makeChannelNo = (world: World, channel: string): string =>
  channel === "card" ? world.random.hex(35) + world.serial(10) : world.serial(10)

/** What queries say of an order. */
export function resultOf(world: World, order: KsherOrder): string {
  const quirks = world.quirks.ksher
  switch (order.status) {
    case "open":
      return order.kind === "link" ? "NOTSURE" : quirks.unpaidNativeQueriesAs
    case "in_progress":
      return quirks.inProgressQueriesAs
    case "failed":
      return "PAYERROR"
    case "closed":
      return order.lapsed && order.kind === "native" ? quirks.lapsedNativeQueriesAs : "CLOSED"
    case "cancelled":
      return "CLOSED"
    case "paid":
      return order.returned > 0 ? quirks.partialRefundQueriesAs : "SUCCESS"
    case "refunded":
      return "REFUND"
  }
}

/** The link the merchant numbered so; a QR is not known to the link host. */
export function findLink(world: World, fields: Fields): KsherOrder | undefined {
  const number = fields.mch_order_no ?? ""
  const found = world.books
    .ksherOrders(fields.appid ?? "", number)
    .find((order) => order.kind === "link" && order.merchantOrderNo === number)
  return found && refresh(world, found)
}

/**
 * The wallet order named by any of its three numbers. Where they disagree, a quirk decides. A link's wallet order goes by
 * `pay_mch_order_no`, never by the merchant's own number.
 */
export function findWalletOrder(world: World, fields: Fields): KsherOrder | undefined {
  const { ksher_order_no: ksherNo, appid = "" } = fields
  const wins = Boolean(ksherNo) && world.quirks.ksher.disagreeingNumbers === "ksher_no_wins"
  const { mch_order_no: mchNo, channel_order_no: channelNo } = wins ? ({} as Fields) : fields
  const number = mchNo || ksherNo || channelNo
  if (!number) return undefined
  const found = world.books
    .ksherOrders(appid, number)
    .find(
      (order) =>
        (!mchNo || order.payOrderNo === mchNo) &&
        (!ksherNo || order.gatewayOrderNo === ksherNo) &&
        (!channelNo || order.channelOrderNo === channelNo),
    )
  return found && refresh(world, found)
}

/** A link's wallet order exists from the moment the payer has chosen a channel. */
export function walletOrderExists(order: KsherOrder): boolean {
  return order.kind === "native" || order.taken > 0 || order.qrSaved || order.status === "in_progress"
}
