import type { IncomingMessage, ServerResponse } from "node:http"

import { wallClock } from "../clock"
import { exchange, type Reply, type Request, type SimulatedGateway } from "../exchange"
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
  if (isMissing(world, call)) {
    notFound(world, call, response)
    return
  }
  const from = request.socket.remoteAddress?.replace(/^::ffff:/, "")
  const read = await readParams(request, query, json)
  send(response, await exchange(world, gateway, { call, ...read, from, headers: request.headers }))
}

/** Jeepay has no reversals: they are Gnete's own. */
const isMissing = (world: World, call: string): boolean =>
  world.quirks.gnete.like === "jeepay" && (call === "pay/cancel" || call === "cancel/query")

function notFound(world: World, call: string, response: ServerResponse): void {
  const timestamp = wallClock(world.clock.now(), 8).slice(0, 19).replace("T", " ")
  const page = { timestamp, status: 404, error: "Not Found", path: `/api/${call}` }
  response.writeHead(404, { "content-type": "application/json" }).end(JSON.stringify(page))
}

type Read = Pick<Request, "params" | "unreadable">

async function readParams(request: IncomingMessage, query: string, json: boolean): Promise<Read> {
  if (request.method === "GET") return { params: readForm(query) }
  const body = await readBody(request)
  const type = request.headers["content-type"] ?? ""
  if (type.startsWith("application/x-www-form-urlencoded")) return { params: readForm(body) }
  return json && type.startsWith("application/json") && body !== "" ? readJson(body) : { params: {} }
}

/** What cannot be read has no fields. */
function readJson(body: string): Read {
  try {
    const value: unknown = JSON.parse(body)
    if (value === null) return { params: {}, unreadable: "null" }
    const isObject = typeof value === "object" && !Array.isArray(value)
    return isObject ? { params: value as Record<string, unknown> } : { params: {}, unreadable: "other" }
  } catch {
    return { params: {}, unreadable: "other" }
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
