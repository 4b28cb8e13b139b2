import { createRequire } from "node:module"
import type * as OpenTelemetry from "@opentelemetry/api"

/** Short words and numbers only: no amount, no payer, no key. */
export type Attributes = Readonly<Record<string, string | number | boolean>>

const library = "medusa-payment-ksher-gnete"

/** Whatever the shop has set up through OpenTelemetry's API; without that package, or without a set-up, nothing. */
const api = ((): typeof OpenTelemetry | undefined => {
  try {
    return createRequire(__filename)("@opentelemetry/api") as typeof OpenTelemetry
  } catch {
    return undefined
  }
})()

/** Adds one to a counter. Asked for anew each time: the API hands out a dead one before the shop's SDK has started. */
export function count(name: string, attributes: Attributes): void {
  quietly(() => api?.metrics.getMeter(library).createCounter(name).add(1, attributes))
}

export function measure(name: string, unit: string, value: number, attributes: Attributes): void {
  quietly(() => api?.metrics.getMeter(library).createHistogram(name, { unit }).record(value, attributes))
}

/** A span of something that is over, as a child of whatever is going on. */
export function pastSpan(name: string, ms: number, attributes: Attributes, failed: boolean): void {
  quietly(() => {
    if (!api) return
    const end = Date.now()
    const span = api.trace
      .getTracer(library)
      .startSpan(name, { kind: api.SpanKind.CLIENT, startTime: end - ms, attributes })
    if (failed) span.setStatus({ code: api.SpanStatusCode.ERROR })
    span.end(end)
  })
}

/** Runs `work` inside a span. `finish` says what became of it, once. */
export async function inSpan<T>(
  name: string,
  attributes: Attributes,
  work: (finish: (end: Attributes, failed: boolean) => void) => Promise<T>,
): Promise<T> {
  const tracer = api?.trace.getTracer(library)
  if (!api || !tracer) return work(() => undefined)
  const { SpanStatusCode } = api
  return tracer.startActiveSpan(name, { attributes }, (span) =>
    work((end, failed) =>
      quietly(() => {
        span.setAttributes(end)
        if (failed) span.setStatus({ code: SpanStatusCode.ERROR })
        span.end()
      }),
    ),
  )
}

/** A shop's exporter that throws must not decide what becomes of money. */
function quietly(tell: () => void): void {
  try {
    tell()
  } catch {
    // There is nobody to tell: the exporter is what failed.
  }
}
