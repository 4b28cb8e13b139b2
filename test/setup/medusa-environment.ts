import { TestEnvironment } from "jest-environment-node"

import { loadAsMedusa, startMedusa, type MedusaWish, type RealMedusa } from "./real-medusa"

// The API of OpenTelemetry keeps on the global object who listens.
const telemetry = Symbol.for("opentelemetry.js.api.1")

declare global {
  var startMedusa: (wish: MedusaWish) => Promise<RealMedusa>
  var loadAsMedusa: (module: string) => unknown
}

/** Where the tests in a real Medusa run: it is booted in the world of the worker, and their own has two doors to it. */
export default class MedusaEnvironment extends TestEnvironment {
  override async setup(): Promise<void> {
    await super.setup()
    Object.assign(this.global, { startMedusa, loadAsMedusa })
    Object.defineProperty(this.global, telemetry, {
      configurable: true,
      get: () => Reflect.get(globalThis, telemetry) as unknown,
      set: (value) => Reflect.set(globalThis, telemetry, value),
    })
  }
}
