import { AsyncLocalStorage } from "node:async_hooks"

/**
 * Set while Medusa is asked to enter a refund that has gone through. Medusa hands a provider nothing but an amount and a
 * new key (H3): without this a booking could not be told from a wish for more money, and two bookings of one refund at
 * the same instant would send the second.
 */
export const booking = new AsyncLocalStorage<{ operationId: string }>()

/** Set while Medusa's payment module alone is asked to refund: no credit line is written, so nothing stands in its way. */
export const enteredAlone = new AsyncLocalStorage<true>()
