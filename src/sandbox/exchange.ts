import { STATUS_CODES } from "node:http"

import type { GatewayName } from "./books"
import type { Fault } from "./faults"
import type { World } from "./world"

/** A call as it came over the wire. */
export interface Request {
  call: string
  params: Record<string, unknown>
  /** The body was no JSON object: what it was instead. */
  unreadable?: "null" | "other" | undefined
  /** The caller's address. */
  from?: string | undefined
  /** Lower-case names. */
  headers: Record<string, string | string[] | undefined>
}

/** The JSON a gateway answers; null: a 200 with an empty body. */
export type Envelope = Record<string, unknown> | null

/** One gateway's rules, behind its address. */
export interface SimulatedGateway {
  readonly name: GatewayName
  /** Does what was asked for, or refuses, and answers. */
  carryOut(request: Request): Envelope
  /** "I do not know": without having done anything. */
  notSure(request: Request): Envelope
  /** A signed answer that says nothing of what was asked for. */
  hollow(request: Request): Envelope
  /** A refusal in this gateway's form. */
  refuse(request: Request, code: string | number | undefined, message: string | undefined): Envelope
  /** What the host answers to a call that it does not have. */
  missing?(request: Request): Reply | undefined
  /** The JSON text, as this gateway writes it. */
  write(envelope: Envelope): string
}

export type Reply =
  | { kind: "answer"; status: number; contentType: string; body: string }
  | { kind: "silence" }
  | { kind: "reset" }

const json = "application/json;charset=utf-8"

/** One call, with whatever fault waits for it, noted in the journal. */
export async function exchange(world: World, gateway: SimulatedGateway, request: Request): Promise<Reply> {
  const { sign: _, ...params } = request.params
  const fault = world.faults.take(gateway.name, request.call, params)
  const entry = world.journal.open({
    gateway: gateway.name,
    call: request.call,
    request: params,
    at: world.clock.now(),
    ...(fault && { fault: { kind: fault.kind, when: fault.when } }),
  })
  const missing = fault ? undefined : gateway.missing?.(request)
  if (missing) return missing
  if (!fault) {
    const envelope = gateway.carryOut(request)
    entry.answer = envelope
    return written(gateway, envelope)
  }

  if (fault.kind === "delay" && fault.when === "before") await holdUp(world, fault)
  const happens = fault.when === "after" || fault.kind === "delay"
  const honest = happens ? gateway.carryOut(request) : undefined
  if (fault.kind === "delay" && fault.when === "after") await holdUp(world, fault)

  const envelope = disturbed(gateway, request, fault, honest)
  if (envelope === undefined) {
    const reply = broken(fault)
    if (reply.kind === "silence") world.onHeld(Infinity)
    return reply
  }
  entry.answer = envelope
  return written(gateway, envelope)
}

function holdUp(world: World, { delayMs = 1000 }: Fault): Promise<void> {
  const held = world.clock.sleep(delayMs)
  world.onHeld(delayMs)
  return held
}

/** The envelope that is answered under the fault; undefined where none is. */
function disturbed(
  gateway: SimulatedGateway,
  request: Request,
  fault: Fault,
  honest: Envelope | undefined,
): Envelope | undefined {
  switch (fault.kind) {
    case "delay":
      return honest
    case "bad_signature":
      return forged(honest === undefined ? gateway.hollow(request) : honest)
    case "notsure":
      return gateway.notSure(request)
    case "refuse":
      return gateway.refuse(request, fault.code, fault.message)
    default:
      return undefined
  }
}

function broken(fault: Fault): Reply {
  switch (fault.kind) {
    case "reset":
      return { kind: "reset" }
    case "http403":
    case "http404":
    case "http405":
    case "http501":
    case "http500":
      return page(Number(fault.kind.slice("http".length)))
    case "empty":
      return { kind: "answer", status: 200, contentType: json, body: "" }
    case "garbage":
      return {
        kind: "answer",
        status: 200,
        contentType: json,
        body: '{"code":0,"msg":"SUCC<!-- upstream gone',
      }
    default:
      return { kind: "silence" }
  }
}

/** A page of the server, and no answer of the gateway. */
export const page = (status: number): Reply => ({
  kind: "answer",
  status,
  contentType: "text/html",
  body: `<html><body><h1>${status} ${STATUS_CODES[status] ?? ""}</h1></body></html>`,
})

function forged(envelope: Envelope): Envelope {
  if (typeof envelope?.sign !== "string") return envelope
  // The last digit changed: as long and as well formed as the right one.
  const last = envelope.sign.endsWith("0") ? "1" : "0"
  return { ...envelope, sign: envelope.sign.slice(0, -1) + last }
}

function written(gateway: SimulatedGateway, envelope: Envelope): Reply {
  return { kind: "answer", status: 200, contentType: json, body: envelope ? gateway.write(envelope) : "" }
}
