import { randomInt } from "node:crypto"

import { Books } from "./books"
import { Changes } from "./changes"
import { SandboxClock, type Clock } from "./clock"
import { makeControl, type SandboxControl } from "./control"
import { Faults } from "./faults"
import { addGneteMerchant, type GneteApp, type GneteCredentials } from "./gnete/apps"
import { Journal } from "./journal"
import {
  addKsherMerchant,
  ksherAnswerKeys,
  type KsherCredentials,
  type KsherMerchant,
} from "./ksher/merchants"
import { Notifier } from "./notifier"
import { Outcomes } from "./outcomes"
import { makeQuirks, type QuirkChanges } from "./quirks"
import { Random } from "./random"
import { close, listen } from "./web/server"
import type { World } from "./world"

export interface SandboxOptions {
  /** 0, the default, takes any free one. */
  port?: number
  /** 127.0.0.1 where not given. */
  host?: string
  /** Real time where not given; `advance()` adds to either. */
  clock?: Clock
  /** Makes order numbers, tokens and secrets the same in every run. RSA keys are always new. */
  seed?: number
  /** `auto` (default): due notifications are sent by themselves; `manual`: only by deliverNotifications() and advance(). */
  notifications?: "auto" | "manual"
  quirks?: QuirkChanges
  /**
   * Hears of a call that a fault holds up, and for how many milliseconds; Infinity: it is never answered. A test lets its client give up
   * then, rather than after a time that a busy machine may also need for a call that goes well.
   */
  onHeld?: (ms: number) => void
}

/** Both gateways, simulated, and what a test does to them. */
export interface Sandbox extends SandboxControl {
  url: string
  /** A first merchant at each gateway. */
  ksher: KsherCredentials
  gnete: GneteCredentials
  stop(): Promise<void>
}

/**
 * Starts Ksher and Gnete, simulated, on an HTTP port. They hold everything in memory and follow the gateways' published rules; where those
 * are silent, `quirks` chooses.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const world = await makeWorld(options)
  const server = await listen(world, options.port ?? 0, options.host ?? "127.0.0.1")
  return {
    ...makeControl(world),
    url: world.url,
    ksher: await addKsherMerchant(world),
    gnete: await addGneteMerchant(world),
    async stop() {
      world.notifier.stop()
      world.clock.stop()
      await close(server)
    },
  }
}

async function makeWorld(options: SandboxOptions): Promise<World> {
  const clock = new SandboxClock(options.clock)
  const changes = new Changes()
  let count = 0
  return {
    clock,
    random: new Random(options.seed ?? randomInt(2 ** 32)),
    quirks: makeQuirks(options.quirks),
    books: new Books(),
    outcomes: new Outcomes(),
    faults: new Faults(),
    journal: new Journal(),
    notifier: new Notifier(clock, options.notifications ?? "auto", () => changes.tell()),
    changes,
    onHeld: options.onHeld ?? (() => undefined),
    ksherKeys: await ksherAnswerKeys(),
    transfers: [],
    payouts: [],
    ksherMerchants: new Map<string, KsherMerchant>(),
    gneteApps: new Map<string, GneteApp>(),
    url: "",
    serial(digits) {
      count += 1
      return String(count).padStart(digits, "0").slice(-digits)
    },
  }
}
