import type { Outcome } from "../../../core"
import type { Deps } from "../deps"
import { runPart } from "../part"

/** So many calls in a row without an answer are a silence: one that is lost now and then is no reason to ask others again. */
const silentAfter = 3
/** Of more, the rest waits for the look that it has: memory stays bounded. */
const mostWaiting = 10_000

/** What one provider entry's gateway left unanswered since its last answer, as this process has seen it. */
export class Silence {
  private lost = 0
  private waiting = new Set<string>()

  /** Notes what became of a call about a payment. The first answer after a silence returns those that waited for it. */
  hear(paymentId: string, outcome: Outcome<unknown>): string[] {
    if (isLost(outcome)) {
      this.lost++
      if (this.waiting.size < mostWaiting) this.waiting.add(paymentId)
      return []
    }
    this.waiting.delete(paymentId)
    const waited = this.lost >= silentAfter ? [...this.waiting] : []
    this.lost = 0
    this.waiting.clear()
    return waited
  }
}

/** Neither the request nor an answer has got through. */
export const isLost = (outcome: Outcome<unknown>): boolean =>
  outcome.kind === "not_sent" || (outcome.kind === "unknown" && outcome.silent === true)

/**
 * Has what waited for the gateway looked at by the job now, at its own pace: the back-off was for a gateway that is silent. No more
 * are woken than were asked about meanwhile.
 */
export async function noteAnswer(paymentId: string, outcome: Outcome<unknown>, deps: Deps): Promise<void> {
  const waited = deps.silence.hear(paymentId, outcome)
  if (!waited.length) return
  // What is known of this payment counts, also where this fails: the others have a look of their own to come.
  await runPart(deps, "silence", async () => {
    await deps.ledger.payments.wakeAll(waited)
    await deps.ledger.notifications.wakeAll(waited)
  })
}
