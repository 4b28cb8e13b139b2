import type { GneteOrder } from "../books"
import { wallDigits } from "../clock"
import type { World } from "../world"
import { textOf, type Bean } from "./beans"
import { refresh } from "./states"

/** `P20210618110417705000002`: what it numbers, the time in UTC+8, a running number. */
export function makeNo(world: World, letter: "P" | "R" | "C"): string {
  return letter + wallDigits(world.clock.now(), 8) + world.serial(6)
}

/** The order named by `payOrderId`, which wins over `mchOrderNo` where both are given. */
export function findOrder(world: World, bean: Bean): GneteOrder | undefined {
  const payOrderId = textOf(bean, "payOrderId")
  const number = payOrderId || textOf(bean, "mchOrderNo")
  const found = world.books
    .gneteOrders(textOf(bean, "mchNo"), number)
    .find((order) => number !== "" && number === (payOrderId ? order.gatewayOrderNo : order.merchantOrderNo))
  return found && refresh(world, found)
}
