import type { GatewayPayment, Notification } from "../ledger"
import type { Deps } from "./deps"

export const second = 1_000
export const minute = 60 * second
export const hour = 60 * minute
export const day = 24 * hour

/**
 * How long a payment's lease lasts. Each write of the holder renews it, and a call to the gateway lasts no longer: a holder that is
 * alive keeps it.
 */
export const leaseMs = 2 * minute

export const after = (deps: Pick<Deps, "clock">, ms: number): Date =>
  new Date(deps.clock.now().getTime() + ms)

export const sincePaid = (payment: GatewayPayment, deps: Pick<Deps, "clock">): number =>
  deps.clock.now().getTime() - (payment.paidAt ?? payment.createdAt).getTime()

/** Medusa may still be placing the order. */
export const justPaid = (payment: GatewayPayment, deps: Pick<Deps, "clock">): boolean =>
  wasJustPaid(payment, deps.clock.now())

export const wasJustPaid = ({ paidAt, createdAt }: GatewayPayment, now: Date): boolean =>
  now.getTime() - (paidAt ?? createdAt).getTime() < 10 * minute

/** Whoever places an order has linked it to its payments by then, or has died. */
export const linkedWithin = 2 * minute

/**
 * `base · 2^checks`, at most `longest`, spread by up to a quarter so that an hour of silence at the gateway does not
 * end in a storm.
 */
export const backOff = (checks: number, base: number, longest: number, random: () => number): number => {
  const delay = Math.min(base * 2 ** Math.min(checks, 20), longest)
  return Math.round(delay * (1 + random() / 4))
}

/** The next of these moments after `start` that is still to come, or none. */
export const nextOf = (start: Date, points: readonly number[], now: Date): Date | null => {
  const next = points.map((point) => start.getTime() + point).find((moment) => moment > now.getTime())
  return next === undefined ? null : new Date(next)
}

/** The first of these moments; null: there is none. */
export const earliest = (times: readonly (Date | null)[]): Date | null =>
  times.reduce((first, time) => (time && (!first || time < first) ? time : first), null)

/** Acting on a notification is tried so often before a person is told. */
export const mostTries = 8

/** What tells of a return is tried on after that, every six hours for a month: Gnete tells of a part of a payment in no other way. */
export const mostReturnTries = 128

/** It could not be acted on so often that people are told. */
export const isToldFailed = ({ result, tries }: Pick<Notification, "result" | "tries">): boolean =>
  result === "failed" && tries >= mostTries

/** People are told of it, and it is tried on. */
export const isTriedOn = (notification: Pick<Notification, "result" | "tries" | "refundNo">): boolean =>
  isToldFailed(notification) && notification.refundNo !== null && notification.tries < mostReturnTries
