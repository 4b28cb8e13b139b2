import { notifyAddress } from "../../services/options/shared"
import type { Subject } from "./gateway-checks"
import { note, ok, skipped, wrong, type Result } from "./finding"

const patience = 10_000

/** Posts nothing to the notification URL, as no gateway does: the route refuses it in the format of a gateway, and stores nothing. */
export async function checkNotificationRoute({ entry, notifyBaseUrl }: Subject): Promise<Result> {
  const url = notifyAddress(notifyBaseUrl, entry.providerId)
  try {
    const answer = await fetch(url, {
      method: "POST",
      redirect: "manual",
      signal: AbortSignal.timeout(patience),
    })
    return judged(url, answer.status, (await answer.text()).slice(0, 200))
  } catch {
    return skipped(`Nobody answers at ${url}: start Medusa, and run this again where the address is reached.`)
  }
}

function judged(url: string, status: number, body: string): Result {
  const isOurs = /"result" *: *"FAIL"|^fail$/.test(body)
  if (isOurs && status === 400) return ok("The notification URL answers, and refuses what no gateway sends.")
  if (isOurs && status === 404)
    return wrong(
      `${url} answers that it does not know this provider: the Medusa there has another configuration.`,
    )
  if (isOurs && status === 503)
    return wrong(`${url} answers that it cannot store a notification: look at the database.`)
  if (status === 404)
    return wrong(
      `${url} answers 404, and not from this plugin: see that the plugin is under plugins, and what the proxy passes on.`,
    )
  if (status >= 300 && status < 400)
    return wrong(
      `${url} redirects (${status}), and no gateway follows: give the final address as notifyBaseUrl.`,
    )
  return note(`${url} answers ${status}, and not from this plugin: look at the proxy in front of Medusa.`)
}
