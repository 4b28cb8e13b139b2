import type { MedusaRequest, MedusaResponse } from "@medusajs/framework/http"
import { ContainerRegistrationKeys } from "@medusajs/framework/utils"

import { gatewayPayments, noteNotificationRoute } from "../../../../services/host"
import { kindOf, logLine } from "../../../../services/observability"
import { act, receive } from "../../../../services/settlement"
import type { Receipt } from "../../../../services/settlement"
import { readBody, type Unread } from "./body"

noteNotificationRoute()

const statuses: Record<Receipt["kind"], number> = {
  accepted: 200,
  unreadable: 400,
  forged: 401,
  flooded: 401,
}

const unread: Record<Unread, number> = { "too large": 413, "too slow": 408, "broken off": 400 }

/** Store, answer in the gateway's words, act. What dies after the answer is acted on by the job. */
export async function POST(req: MedusaRequest, res: MedusaResponse): Promise<void> {
  const plugin = gatewayPayments(req.scope)
  const providerId = String(req.params.provider_id)
  const notStored = (error: unknown) =>
    req.scope
      .resolve(ContainerRegistrationKeys.LOGGER)
      .error(logLine("notification_not_stored", { provider: providerId }, kindOf(error)))
  // Its body is not read, and need never end.
  const withoutReading = (status: number, msg: string) => {
    res.setHeader("Connection", "close")
    res.status(status).json({ result: "FAIL", msg })
  }
  const provider = await plugin.registered(providerId).catch((error: unknown) => {
    notStored(error)
    return "unreadable" as const
  })
  if (provider === undefined) {
    withoutReading(404, "unknown provider")
    return
  }
  if (provider === "unreadable") {
    withoutReading(503, "could not be stored")
    return
  }
  const { deps } = provider
  const words = deps.gateway.acknowledgement
  const answer = (status: number, body: string) => {
    res.status(status).type(words.contentType).send(body)
  }

  const body = await readBody(req)
  if (typeof body === "string") {
    res.setHeader("Connection", "close")
    answer(unread[body], words.rejected(body))
    return
  }
  const query = req.originalUrl.split("?")[1] ?? ""
  const raw = { body, contentType: req.headers["content-type"], query }
  try {
    const receipt = await receive(raw, deps)
    if (receipt.kind !== "accepted") {
      answer(statuses[receipt.kind], words.rejected(receipt.kind))
      return
    }
    answer(200, words.accepted)
    // Whoever stored it first acts on it, and the job if that one dies.
    if (receipt.fresh && receipt.notification.result === "received")
      void act(receipt.notification, plugin.depsOf(deps.providerId))
  } catch (error) {
    notStored(error)
    answer(503, words.rejected("could not be stored"))
  }
}
