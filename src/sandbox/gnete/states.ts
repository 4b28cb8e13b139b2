import type { GneteOrder, ReturnStatus } from "../books"
import type { World } from "../world"

export const paidState = 2

/** The `state` Gnete's own row shows. */
export function stateOf(world: World, order: GneteOrder): number {
  const quirks = world.quirks.gnete
  switch (order.status) {
    case "open":
      return order.openState ?? quirks.stateAfterOpen
    case "in_progress":
      return 1
    case "paid":
      return paidState
    case "failed":
      return heals(world, order) ? paidState : 3
    case "cancelled":
      return quirks.stateAfterCancel
    case "refunded":
      return 5
    case "closed":
      return heals(world, order) ? paidState : 6
  }
}

function heals(world: World, order: GneteOrder): boolean {
  return order.paidAfterClose && world.quirks.gnete.paidAfterClose === "becomes_2"
}

/** States of refunds and of cancels: one scale. */
export const returnState: Record<ReturnStatus, number> = {
  created: 0,
  in_progress: 1,
  success: 2,
  failed: 3,
  closed: 4,
}

const hour = 3_600_000

/** Lets Gnete's jobs do their work on an order: unpaid past its time becomes 6, a refund task older than two hours 4. */
export function refresh(world: World, order: GneteOrder): GneteOrder {
  const now = world.clock.now()
  const unpaid = order.status === "open" || order.status === "in_progress"
  if (unpaid && order.expiresAt !== null && order.expiresAt <= now) order.status = "closed"

  for (const refund of order.refunds) {
    const stuck = refund.status === "created" || refund.status === "in_progress"
    if (stuck && refund.createdAt + 2 * hour <= now) refund.status = "closed"
  }
  return order
}

/** Whether `now` is in the business day of the payment, days being counted from cut-off to cut-off in UTC+8. */
export function sameDay(world: World, order: GneteOrder): boolean {
  const cutoff = world.quirks.gnete.sameDayCutoff
  if (cutoff === null || order.paidAt === null) return true
  const [hours = 0, minutes = 0] = cutoff.split(":").map(Number)
  const day = (time: number) => Math.floor((time + 8 * hour - hours * hour - minutes * 60_000) / (24 * hour))
  return day(order.paidAt) === day(world.clock.now())
}
