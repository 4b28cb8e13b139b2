import type { GneteOrder } from "../books"
import type { World } from "../world"
import { announcePayment } from "./notification"

/** The channel has the money. Where the row is over already it stays as it is: Gnete's hole. */
export function complete(world: World, order: GneteOrder): void {
  if (order.status === "closed" || order.status === "failed") order.paidAfterClose = true
  else order.status = "paid"
  order.paidAt = world.clock.now()
  order.paying ??= { amount: order.amount, currency: order.currency }
  order.taken = order.paying.amount
  order.channelOrderNo = world.serial(10)
  world.books.know(order, order.channelOrderNo)
  announcePayment(world, order)
}
