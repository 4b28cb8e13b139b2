/**
 * One intent that can change something at the gateway, with one merchant number for life. `payout`: a refund to an account that the
 * shopper names, `pending` until it is sent.
 */
export const operationKinds = ["open", "close", "cancel", "refund", "payout"] as const
export type OperationKind = (typeof operationKinds)[number]

/**
 * - `sent`: written before the request left; where the process died since, nobody knows whether it did
 * - `unknown`: sent, and the answer said nothing sure
 * - `pending`: accepted by the gateway, not finished
 * - `succeeded`, `refused`, `not_sent`: ended
 */
export const operationStates = ["sent", "unknown", "pending", "succeeded", "refused", "not_sent"] as const
export type OperationState = (typeof operationStates)[number]

/** Its outcome is not known: it must be settled before another may touch the same money. */
export const isUnclear = (state: OperationState): boolean => state === "sent" || state === "unknown"

/** It counts against what is left of the payment: money moved, is moving, or may have moved. */
export const holdsMoney = (state: OperationState): boolean => state !== "refused" && state !== "not_sent"
