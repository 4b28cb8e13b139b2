import type { IncomingMessage, ServerResponse } from "node:http"
import { isIP } from "node:net"
import { z } from "zod"

import { gatewayNames, type Order } from "../books"
import { SandboxError } from "../errors"
import { fault } from "../faults"
import { actOn } from "../shopper"
import type { World } from "../world"
import { readBody, readForm } from "./body"
import { frontPage } from "./front-page"
import { decimalsOf } from "./pay-page"

type Form = Record<string, string>

const refusal = z.object({
  gateway: z.enum(gatewayNames),
  outcome: z.enum(["insufficient_balance", "fail", "in_progress"]),
})

/** What the forms of the front page do. */
const acts = new Map<string, (world: World, form: Form) => unknown>([
  [
    "refuse",
    (world, form) => {
      const { gateway, outcome } = read(refusal, form)
      world.outcomes.plan(gateway, "refund", outcome, 1)
    },
  ],
  [
    "lose",
    (world, { call: named = "" }) => {
      const [gateway, call] = named.split(/:(.*)/s)
      world.faults.add(read(fault, { gateway, call, kind: "timeout", when: "after" }))
    },
  ],
  [
    "undo",
    (world) => {
      world.faults.clear()
      world.outcomes.clear()
    },
  ],
  [
    "refund",
    (world, { token, amount = "" }) => {
      const order = orderOf(world, token)
      const minor = minorOf(amount, decimalsOf(world, order))
      actOn(order, (shopper, own) => shopper.refundInConsole(world, own, minor))
    },
  ],
  [
    "resend",
    async (world, { token, kind }) => {
      const order = orderOf(world, token)
      await world.notifier.resend(order, read(z.enum(["payment", "refund", "cancel"]), kind))
    },
  ],
])

/** POST `/desk/<act>` with a form of the front page; leads back to it, or shows it with what stands in the way. */
export async function serveDesk(
  world: World,
  request: IncomingMessage,
  response: ServerResponse,
  name: string,
): Promise<void> {
  const act = acts.get(name)
  if (!act || request.method !== "POST") {
    response.writeHead(404, { "content-type": "text/plain" }).end("There is no such form.")
    return
  }
  if (!isOwn(request)) {
    const message =
      "The forms of the sandbox are sent by its own page, opened by localhost or by an address in figures."
    response.writeHead(403, { "content-type": "text/plain" }).end(message)
    return
  }
  try {
    await act(world, readForm(await readBody(request)))
    response.writeHead(303, { location: "/" }).end()
  } catch (error) {
    if (!(error instanceof SandboxError)) throw error
    sendFrontPage(world, response, 409, error.message)
  }
}

/** No other page shows it in a frame, where a click could be led astray. */
export function sendFrontPage(world: World, response: ServerResponse, status = 200, problem?: string): void {
  response
    .writeHead(status, {
      "content-type": "text/html;charset=utf-8",
      "content-security-policy": "frame-ancestors 'none'",
      "cache-control": "no-store",
    })
    .end(frontPage(world, problem))
}

/**
 * Whether the sandbox's own page sent it. A name may be led to this machine by whoever owns it, and its pages then have an origin
 * that is equal to the host: only localhost and addresses in figures cannot be.
 */
function isOwn({ headers: { origin, host } }: IncomingMessage): boolean {
  if (!host || origin !== `http://${host}` || !URL.canParse(origin)) return false
  const { hostname } = new URL(origin)
  return hostname === "localhost" || isIP(hostname.replace(/^\[|\]$/g, "")) !== 0
}

function read<T>(schema: z.ZodType<T>, given: unknown): T {
  const parsed = schema.safeParse(given)
  if (parsed.success) return parsed.data
  throw new SandboxError("The form holds something that the sandbox does not know.")
}

function orderOf(world: World, token = ""): Order {
  const order = world.books.withToken(token)
  if (order) return order
  throw new SandboxError("There is no such payment any more.")
}

function minorOf(text: string, decimals: number): number {
  const match = /^(\d{1,12})(?:\.(\d+))?$/.exec(text.trim())
  const [, whole = "", fraction = ""] = match ?? []
  const minor = Number(`${whole}${fraction.padEnd(decimals, "0")}`)
  if (match && fraction.length <= decimals && minor > 0) return minor
  throw new SandboxError(`"${text}" is no amount of this currency, which has ${decimals} decimals.`)
}
