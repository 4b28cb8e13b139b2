import type { EnvironmentContext, JestEnvironmentConfig } from "@jest/environment"
import { TestEnvironment } from "jest-environment-node"

import { countSources } from "./count-sources"
import { loadAsMedusa, startMedusa, type MedusaWish, type RealMedusa } from "./real-medusa"

// The API of OpenTelemetry keeps on the global object who listens.
const telemetry = Symbol.for("opentelemetry.js.api.1")

declare global {
  var startMedusa: (wish: MedusaWish) => Promise<RealMedusa>
  var loadAsMedusa: (module: string) => unknown
  /** Where Jest's counters are, in each world. */
  var __coverage__: object | undefined
}

/** Where the tests in a real Medusa run: it is booted in the world of the worker, and their own has two doors to it. */
export default class MedusaEnvironment extends TestEnvironment {
  constructor(
    private readonly run: JestEnvironmentConfig,
    context: EnvironmentContext,
  ) {
    super(run, context)
  }

  override async setup(): Promise<void> {
    await super.setup()
    if (this.run.globalConfig.collectCoverage) {
      await countSources(this.run)
      Object.assign(this.global, { __coverage__: (globalThis.__coverage__ ??= {}) })
    }
    Object.assign(this.global, { startMedusa, loadAsMedusa })
    Object.defineProperty(this.global, telemetry, {
      configurable: true,
      get: () => Reflect.get(globalThis, telemetry) as unknown,
      set: (value) => Reflect.set(globalThis, telemetry, value),
    })
  }
}
