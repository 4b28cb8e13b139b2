import type { IncomingMessage, ServerResponse } from "node:http"

import { exchange, type Reply, type SimulatedGateway } from "../exchange"
import { gneteCalls, ksherCalls, type GneteCall } from "../faults"
import { GneteGateway } from "../gnete/gateway"
import { KsherGateway } from "../ksher/gateway"
import type { World } from "../world"
import { readBody, readForm } from "./body"

interface Door {
  gateway: SimulatedGateway
  call: string
  /** Gnete takes JSON too. */
  json: boolean
  /** Carried out for a POST only. */
  postOnly: boolean
}

/** Jeepay maps a refund to POST; Gnete's own reversal is taken to be like it. */
const movesMoney: ReadonlySet<GneteCall> = new Set<GneteCall>(["refund/refundOrder", "pay/cancel"])

/** The gateways' real paths behind a prefix for each host. */
export function openDoors(world: World): Map<string, Door> {
  const ksher = new KsherGateway(world)
  const gnete = new GneteGateway(world)
  const doors = new Map<string, Door>()
  for (const call of ksherCalls) {
    const onLinkHost = call.startsWith("gateway_") || call === "cancel_order"
    const path = onLinkHost ? `/ksher/gateway/api/${call}` : `/ksher/api/KsherPay/${call}`
    doors.set(path, { gateway: ksher, call, json: false, postOnly: false })
  }
  for (const call of gneteCalls)
    doors.set(`/gnete/api/${call}`, { gateway: gnete, call, json: true, postOnly: movesMoney.has(call) })
  return doors
}

export async function enter(
  world: World,
  { gateway, call, json, postOnly }: Door,
  request: IncomingMessage,
  response: ServerResponse,
  query: string,
): Promise<void> {
  if (postOnly && request.method !== "POST") return void response.writeHead(405, { allow: "POST" }).end()
  const params = await readParams(request, query, json)
  send(response, await exchange(world, gateway, { call, params, headers: request.headers }))
}

async function readParams(
  request: IncomingMessage,
  query: string,
  json: boolean,
): Promise<Record<string, unknown>> {
  if (request.method === "GET") return readForm(query)
  const body = await readBody(request)
  const type = request.headers["content-type"] ?? ""
  if (type.startsWith("application/x-www-form-urlencoded")) return readForm(body)
  return json && type.startsWith("application/json") ? readJson(body) : {}
}

/** What cannot be read has no fields, and the gateway says which one it misses first. */
function readJson(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body)
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value)
    return isObject ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

function send(response: ServerResponse, reply: Reply): void {
  switch (reply.kind) {
    case "answer":
      response.writeHead(reply.status, { "content-type": reply.contentType }).end(reply.body)
      return
    case "reset":
      response.socket?.resetAndDestroy()
      return
    case "silence":
      // The socket stays open until the client gives up or the sandbox stops.
      return
  }
}
