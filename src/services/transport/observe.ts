import type { GatewayName, Outcome } from "../../core"
import type { Timer } from "./http"

/** One call to a gateway, for metrics and logs: nothing of the request or the answer but what became of it. */
export interface CallEvent {
  gateway: GatewayName
  /** The endpoint: `order_refund`, `pay/close`. */
  verb: string
  outcome: Outcome<unknown>["kind"]
  /** The code of an outcome that is not a success. */
  code?: string | undefined
  ms: number
  /** Ksher repeats the request's nonce in its answers on api.mch; true where it came back different. */
  nonceMismatch?: boolean | undefined
  /** It says nothing sure, and is what the gateway's documents have it answer: no news. */
  documented?: boolean | undefined
}

/** What the call itself notes of it. */
export type CallNotes = Pick<CallEvent, "nonceMismatch" | "documented">

/** Clock, randomness and observer of a client; the defaults are the real ones. */
export interface ClientTools {
  now?: (() => Date) | undefined
  timer?: Timer | undefined
  /** 32 characters, different each time. */
  nonce?: (() => string) | undefined
  onCall?: ((event: CallEvent) => void) | undefined
}

/** Runs one call and tells the observer. `notes` is filled in by the call. */
export async function observed<T extends Outcome<unknown>>(
  call: Pick<CallEvent, "gateway" | "verb">,
  { now = () => new Date(), onCall }: ClientTools,
  run: (notes: CallNotes) => Promise<T>,
): Promise<T> {
  const notes: CallNotes = {}
  const start = now().getTime()
  const outcome = await run(notes)
  const code = "code" in outcome ? outcome.code : undefined
  try {
    onCall?.({ ...call, ...notes, outcome: outcome.kind, code, ms: now().getTime() - start })
  } catch {
    // Money has moved or not by now: an observer's own failure must not turn the outcome into an exception.
  }
  return outcome
}
