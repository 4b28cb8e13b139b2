import type { MedusaRequest, MedusaResponse } from "@medusajs/framework/http"

import { gatewayPayments } from "../../../../services/host"
import { kindOf, logLine } from "../../../../services/observability"
import { act, receive } from "../../../../services/settlement"
import type { Receipt } from "../../../../services/settlement"
import { readBody, type Unread } from "./body"

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
  const provider = await plugin.registered(providerId)
  if (!provider) {
    // Its body is not read, and need never end.
    res.setHeader("Connection", "close")
    res.status(404).json({ result: "FAIL", msg: "unknown provider" })
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
    deps.log.error(logLine("notification_not_stored", { provider: deps.providerId }, kindOf(error)))
    answer(503, words.rejected("could not be stored"))
  }
}
