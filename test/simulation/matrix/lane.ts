import { randomBytes } from "node:crypto"

import { createGneteGateway } from "../../../src/services/gnete"
import { createKsherGateway } from "../../../src/services/ksher"
import { observeCalls } from "../../../src/services/observability"
import type { Timer } from "../../../src/services/transport/http"
import { openLedger } from "../../../src/services/ledger"
import type { Clock, Database, Ledger } from "../../../src/services/ledger"
import { startSandbox, type Sandbox } from "../../../src/sandbox"
import { defaultQuirks } from "../../../src/sandbox/quirks"
import { createTestDatabase } from "../../setup/database"
import { HeldCalls } from "../../support/held-calls"
import { connectLedger } from "../../support/ledger-line"
import type { GatewaySetup, Variant } from "./variants"

const minute = 60_000
const day = 24 * 60 * minute

/** Time that gateways and shop share: it stands still until somebody moves it. */
export class LaneClock implements Clock {
  private time = Date.UTC(2026, 2, 30, 3)

  constructor(private readonly moved: (ms: number) => Promise<void>) {}

  now(): Date {
    return new Date(this.time)
  }

  /** Moves on; whatever the gateways were about to do by then is done. */
  async forward(ms: number): Promise<void> {
    this.time += ms
    await this.moved(ms)
    // A request that was held up arrives in a turn of its own.
    await new Promise((resolve) => setImmediate(resolve))
  }

  async to(moment: Date): Promise<void> {
    const ms = moment.getTime() - this.time
    if (ms > 0) await this.forward(ms)
  }
}

/** Both simulated gateways over HTTP and a ledger of its own: one cell of the matrix after the other runs in it. */
export interface Lane {
  sandbox: Sandbox
  clock: LaneClock
  database: Database
  ledger: Ledger
  /** What the plugin has logged since `begin`, but for what is only information. */
  warnings: string[]
  setupOf(variant: Variant): GatewaySetup
  /** The next morning in Hong Kong, everything working, an empty ledger. Returns a number that no cell had before. */
  begin(): Promise<number>
  close(): Promise<void>
}

const timeoutMs = 100

const sealingKey = `1:${randomBytes(32).toString("base64")}`
/** More than all payouts of a lane. */
const payoutBalance = 1_000_000_000

export async function openLane(index: number): Promise<Lane> {
  const created = await createTestDatabase(`matrix_${index}`)
  const epoch = Date.UTC(2026, 2, 30, 3)
  const { timer, onHeld } = new HeldCalls()
  const sandbox = await startSandbox({
    ...{ notifications: "manual", clock: { now: () => epoch }, seed: index, onHeld },
  })
  await sandbox.holdNotifications(true)
  await sandbox.changeKsherMerchant(sandbox.ksher.appid, { payoutBalance })
  const clock = new LaneClock((ms) => sandbox.advance(ms))
  const database = await connectLedger(created.knex)
  const setups = new Map<string, GatewaySetup>()
  const warnings: string[] = []
  let cells = 0
  return {
    sandbox,
    clock,
    database,
    ledger: openLedger(database, clock),
    warnings,
    setupOf(variant) {
      const setup = setups.get(variant.name) ?? makeGateway(variant, timer, sandbox, clock, warnings)
      setups.set(variant.name, setup)
      return setup
    },
    async begin() {
      const today = clock.now().getTime()
      await clock.to(new Date(epoch + Math.ceil((today - epoch + minute) / day) * day))
      await sandbox.clearFaults()
      await sandbox.setQuirks(defaultQuirks)
      await database.clear()
      warnings.length = 0
      return ++cells
    },
    async close() {
      await sandbox.stop()
      await database.close()
      await created.drop()
    },
  }
}

function makeGateway(
  variant: Variant,
  timer: Timer,
  sandbox: Sandbox,
  clock: Clock,
  warnings: string[],
): GatewaySetup {
  const tools = {
    now: () => clock.now(),
    timer,
    onCall: observeCalls({ warn: (line) => void warnings.push(line) }),
  }
  const shared = {
    notifyBaseUrl: "http://127.0.0.1:9",
    returnUrl: "http://127.0.0.1:9/back?session={session_id}",
    timeoutMs,
  }
  if (variant.gateway === "gnete")
    return createGneteGateway({ ...sandbox.gnete, ...shared, wayCodes: variant.wayCodes }, tools)
  const { appid, privateKey, publicKeys, gatewayUrl, apiUrl } = sandbox.ksher
  const { mode, channels, paysOut } = variant
  const payouts = { encryptionKey: sealingKey, maxAmount: 1_000, release: "automatic" }
  return createKsherGateway(
    {
      ...{ appid, privateKey, publicKeys, gatewayUrl, apiUrl, ...shared, mode, channels },
      ...(paysOut && { payouts }),
    },
    tools,
  )
}
