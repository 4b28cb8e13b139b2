import type { CallEvent } from "../transport"
import { logLine } from "./log"
import { count, measure, pastSpan, type Attributes } from "./telemetry"

interface Log {
  warn(message: string): void
}

/**
 * What a gateway's client tells of each call: a span `ksher order_refund`, a count and a duration. A call whose end is not
 * known goes to the log as well, since that is where somebody looks first; not where the documents say that it answers so.
 */
export const observeCalls =
  (log: Log) =>
  ({ gateway, verb, outcome, code, ms, nonceMismatch, documented }: CallEvent): void => {
    const attributes: Attributes = { gateway, verb, outcome, ...(code === undefined ? {} : { code }) }
    const lost = outcome === "unknown" || outcome === "not_sent"
    pastSpan(`${gateway} ${verb}`, ms, attributes, lost)
    count("gateway_payments.calls", attributes)
    measure("gateway_payments.call_duration", "ms", ms, { gateway, verb, outcome })
    if (lost && !documented) log.warn(logLine(`call_${outcome}`, { gateway, verb, code, ms }))
    if (nonceMismatch) log.warn(logLine("nonce_mismatch", { gateway, verb }))
  }
