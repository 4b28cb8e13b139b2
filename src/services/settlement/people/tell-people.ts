import { alertsDue } from "../../../core"
import type { Alert } from "../../../core"
import type { Clock, Ledger } from "../../ledger"
import { logLine, wordsOf } from "../../observability"
import type { Log } from "../deps"
import { hour, minute } from "../schedule"

export interface TellDeps {
  ledger: Pick<Ledger, "alerts">
  clock: Clock
  log: Log
  /** Sends an alert over every channel. Under one key it may be sent again: people see it once. */
  send(alert: Alert, key: string): Promise<void>
}

/** A process that dies while it tells leaves the alert to the job, which tells it again after this. */
const heldFor = 2 * minute
/** A channel that does not work is not tried every minute. */
const leftAlone = hour

/** Tells people what needs them: once for each reason and entry, again after a day, and when it is gone. */
export async function tellPeople(deps: TellDeps): Promise<void> {
  const { alerts } = deps.ledger
  const told = await alerts.told()
  for (const alert of alertsDue(await alerts.standing(), told, deps.clock.now())) {
    const before = told.find(({ code, providerId }) => code === alert.code && providerId === alert.providerId)
    if (!(await alerts.hold(alert, before, heldFor))) continue
    const key = [
      "gateway-alert",
      alert.code,
      alert.providerId,
      alert.kind,
      before?.toldAt?.getTime() ?? 0,
    ].join(":")
    try {
      await deps.send(alert, key)
      await alerts.end(alert)
    } catch (error) {
      await alerts.leave(alert, leftAlone)
      deps.log.error(
        logLine("alert_not_sent", { code: alert.code, provider: alert.providerId }, wordsOf(error)),
      )
    }
  }
}
