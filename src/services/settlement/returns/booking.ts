import { AsyncLocalStorage } from "node:async_hooks"

/**
 * Why settlement asks Medusa to refund: to enter one that has gone through, or because a cancelled order still holds money.
 * Medusa hands a provider nothing but an amount and a new key (H3): without this a booking could not be told from a wish for
 * more money, and two bookings of one refund at the same instant would send the second; and settlement would be told, in a
 * person's place, of a refund that the person does not know of.
 */
export const booking = new AsyncLocalStorage<{ operationId: string } | "owed">()

/** Set while Medusa's payment module alone is asked to refund: no credit line is written, so nothing stands in its way. */
export const enteredAlone = new AsyncLocalStorage<true>()
