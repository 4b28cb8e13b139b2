/** The sandbox was asked for something that cannot be: an unknown order, a payment that is over, a wrong argument. */
export class SandboxError extends Error {
  override name = "SandboxError"
}
