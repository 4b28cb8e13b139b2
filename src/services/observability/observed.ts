import { PaymentProblem } from "../../core"
import { count, inSpan, type Attributes } from "./telemetry"

export const useCases = [
  "open",
  "authorize",
  "refund",
  "cancel",
  "abandon",
  "notify",
  "act",
  "settle",
  "resolve",
  "compare",
  "reconcile",
] as const
type UseCase = (typeof useCases)[number]

/**
 * One use case, as a span `gateway_payments.<name>` and a count, each with what became of it: what `outcomeOf` says, else
 * `done`; where it throws, the code of the problem. The error itself goes on unchanged.
 */
export async function observed<T>(
  name: UseCase,
  attributes: Attributes,
  work: () => Promise<T>,
  outcomeOf: (result: T) => string = () => "done",
): Promise<T> {
  return inSpan(`gateway_payments.${name}`, attributes, async (finish) => {
    const end = (outcome: string, failed: boolean) => {
      finish({ outcome }, failed)
      count("gateway_payments.use_cases", { ...attributes, use_case: name, outcome })
    }
    try {
      const result = await work()
      end(outcomeOf(result), false)
      return result
    } catch (error) {
      end(error instanceof PaymentProblem ? error.code : "error", true)
      throw error
    }
  })
}
