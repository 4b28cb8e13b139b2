import { z } from "zod"

import type { GneteOrder, KsherOrder, Order } from "./books"
import { gneteShopper } from "./gnete/shopper"
import { ksherShopper } from "./ksher/shopper"
import type { World } from "./world"

export const payOptions = z.strictObject({
  /** Which of the order's channels; the first that takes the amount where not given. */
  channel: z.string().optional(),
  /** Minor units; the order's amount where not given. Anything else is a gateway that lies or errs. */
  amount: z.number().int().positive().optional(),
  currency: z.string().optional(),
  /** Pays a saved QR of an order that is closed. */
  force: z.boolean().optional(),
  /** Only begins: a card waits for its OTP, Gnete says state 1. finish() or abandon() ends it. */
  inProgress: z.boolean().optional(),
})

export type PayOptions = z.infer<typeof payOptions>

/** What people do outside the merchant's calls: the payer, the bank, the gateway's operators. */
export interface Shopper<O extends Order> {
  refresh(world: World, order: O): O
  pay(world: World, order: O, options: PayOptions): void
  fail(world: World, order: O): void
  finish(world: World, order: O): void
  abandon(world: World, order: O): void
  refundInConsole(world: World, order: O, amount: number): void
  cancelInConsole(world: World, order: O): void
  /** The gateway's own word for the order's state. */
  answers(world: World, order: O): string | number
}

/** Calls `use` with the rules of the order's gateway. */
export function actOn<T>(order: Order, use: <O extends Order>(shopper: Shopper<O>, order: O) => T): T {
  return order.gateway === "ksher"
    ? use<KsherOrder>(ksherShopper, order)
    : use<GneteOrder>(gneteShopper, order)
}
