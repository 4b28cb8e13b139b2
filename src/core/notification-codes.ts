import type { ProblemCode } from "./problem"

/** Why a message that claims to be the gateway's was not believed. */
export const rejectionCodes = ["unsigned", "bad_signature", "other_account"] as const
export type RejectionCode = (typeof rejectionCodes)[number]

/** Why a verified one could not be acted on, where it is no problem that has a code. */
export const failureCodes = ["paid_not_confirmed", "unexpected"] as const

/** Why a notification came to nothing, for readers of any language. */
export type NotificationCode = RejectionCode | (typeof failureCodes)[number] | ProblemCode
