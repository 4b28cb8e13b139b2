/** Gnete's refusal: code 9999 with the reason only in words, no data and no sign. Without words it has no `msg` either. */
export class GneteRefusal extends Error {
  constructor(
    message: string,
    readonly code = 9999,
  ) {
    super(message)
  }
}

export const systemError = "系统异常"
