import type { Books } from "./books"
import type { Changes } from "./changes"
import type { SandboxClock } from "./clock"
import type { Faults } from "./faults"
import type { GneteApp } from "./gnete/apps"
import type { Journal } from "./journal"
import type { KsherKeys, KsherMerchant } from "./ksher/merchants"
import type { Payout } from "./ksher/payout-calls"
import type { PlannedTransfer } from "./ksher/settlement"
import type { Notifier } from "./notifier"
import type { Outcomes } from "./outcomes"
import type { Quirks } from "./quirks"
import type { Random } from "./random"

/** All there is in one sandbox. */
export interface World {
  readonly clock: SandboxClock
  readonly random: Random
  readonly quirks: Quirks
  readonly books: Books
  readonly outcomes: Outcomes
  readonly faults: Faults
  readonly journal: Journal
  readonly notifier: Notifier
  readonly changes: Changes
  /** Hears that a call is held up for so many milliseconds; Infinity: it is never answered. */
  readonly onHeld: (ms: number) => void
  readonly ksherKeys: KsherKeys
  /** The next of a running number, cut to so many digits: order numbers stay apart also while the clock stands still. */
  serial(digits: number): string
  /** What was planned of transfers to come. */
  transfers: readonly PlannedTransfer[]
  /** Every payout that Ksher has taken in, in their order. */
  readonly payouts: Payout[]
  /** By appid. */
  readonly ksherMerchants: Map<string, KsherMerchant>
  /** By appId. */
  readonly gneteApps: Map<string, GneteApp>
  /** Where browsers and clients reach the sandbox; known once it listens. */
  url: string
}
