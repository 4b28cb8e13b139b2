import { AsyncLocalStorage } from "node:async_hooks"
import {
  context,
  metrics,
  ROOT_CONTEXT,
  SpanStatusCode,
  trace,
  type Context,
  type ContextManager,
} from "@opentelemetry/api"
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics"
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base"

/** What a shop's own OpenTelemetry would have been told. */
export class Exporter {
  readonly #spans = new InMemorySpanExporter()
  readonly #metrics = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  // Read when it is asked, never by time.
  readonly #reader = new PeriodicExportingMetricReader({
    exporter: this.#metrics,
    exportIntervalMillis: 2 ** 30,
  })

  start(): this {
    context.setGlobalContextManager(new Contexts())
    trace.setGlobalTracerProvider(
      new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(this.#spans)] }),
    )
    metrics.setGlobalMeterProvider(new MeterProvider({ readers: [this.#reader] }))
    return this
  }

  async stop(): Promise<void> {
    await this.#reader.shutdown()
    trace.disable()
    metrics.disable()
    context.disable()
  }

  /** Which span a span belongs to, by name. */
  parents(): Record<string, string | undefined> {
    const all = this.#spans.getFinishedSpans()
    const nameOf = (id: string | undefined) => all.find((span) => span.spanContext().spanId === id)?.name
    return Object.fromEntries(all.map((span) => [span.name, nameOf(span.parentSpanContext?.spanId)]))
  }

  spans() {
    return this.#spans.getFinishedSpans().map(({ name, attributes, status }) => ({
      name,
      attributes,
      failed: status.code === SpanStatusCode.ERROR,
    }))
  }

  /** Every count: the name, its attributes, and how often. */
  async counts() {
    await this.#reader.forceFlush()
    const last = this.#metrics.getMetrics().at(-1)
    return (last?.scopeMetrics ?? []).flatMap(({ metrics: all }) =>
      all.flatMap(({ descriptor, dataPoints }) =>
        dataPoints.map(({ attributes, value }) => ({ name: descriptor.name, attributes, value })),
      ),
    )
  }
}

/** As a shop's SDK keeps them: along a chain of promises. */
class Contexts implements ContextManager {
  readonly #store = new AsyncLocalStorage<Context>()
  active = () => this.#store.getStore() ?? ROOT_CONTEXT
  with: ContextManager["with"] = (at, work, self, ...args) =>
    this.#store.run(at, () => work.call(self as never, ...args))
  bind: ContextManager["bind"] = (_at, target) => target
  enable = () => this
  disable = () => this
}
