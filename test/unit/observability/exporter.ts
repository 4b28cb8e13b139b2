import { context, metrics, SpanStatusCode, trace } from "@opentelemetry/api"
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
