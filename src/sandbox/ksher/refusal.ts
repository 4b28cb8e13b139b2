/** The link host's refusal: a `code` other than 0, unsigned. */
export class LinkRefusal extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message)
  }
}

/** The merchant API's refusal: code 0, and FAIL with an `err_code` inside the signed data. */
export class WalletRefusal extends Error {
  constructor(
    readonly errCode: WalletError,
    message: string,
  ) {
    super(message)
  }
}

/**
 * Ksher's list of error codes is not public. Seen in real messages: KSHER_SYSTEMERROR, KSHER_INVALID_ORDER_NO, KSHER_ORDER_PAID,
 * PAYMENT_IN_PROCESS. The others are the sandbox's own names, and no client may depend on them.
 */
export type WalletError =
  | "KSHER_SYSTEMERROR"
  | "KSHER_INVALID_ORDER_NO"
  | "KSHER_ORDER_PAID"
  | "PAYMENT_IN_PROCESS"
  | "KSHER_INVALID_PARAM"
  | "KSHER_INVALID_MERCHANT"
  | "KSHER_ORDER_EXISTS"
  | "KSHER_ORDER_NOT_PAID"
  | "KSHER_ORDER_CLOSED"
  | "KSHER_CHANNEL_NOT_SUPPORTED"
  | "KSHER_REFUND_FEE_EXCEEDED"
  | "KSHER_REFUND_NO_USED"
  | "KSHER_REFUND_NOT_FOUND"
  | "KSHER_BALANCE_NOT_ENOUGH"
  | "KSHER_RECEIVER_INVALID"
