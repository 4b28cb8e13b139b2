import type { IncomingMessage, ServerResponse } from "node:http"

import { callControl, controlMethods } from "../control"
import { SandboxError } from "../errors"
import type { World } from "../world"
import { readBody } from "./body"

/**
 * Whatever a page in the developer's browser sends carries an `Origin`, also one whose name leads to this machine. No page of the
 * sandbox controls it, and no program sends one.
 */
const fromAPage = ({ headers }: IncomingMessage): boolean => headers.origin !== undefined

/** POST `/control/<method>` with a JSON array of arguments; answers `{ result }`, or 400 with `{ message }`; 403 to a browser. */
export async function serveControl(
  world: World,
  request: IncomingMessage,
  response: ServerResponse,
  name: string,
): Promise<void> {
  if (fromAPage(request)) {
    sendJson(response, 403, {
      message: "The sandbox is controlled by programs, and not by a page in a browser.",
    })
    return
  }
  try {
    const method = controlMethods.find((each) => each === name)
    if (!method || request.method !== "POST") throw new SandboxError(`There is no POST /control/${name}.`)
    const result = await callControl(world, method, readArguments(await readBody(request)))
    sendJson(response, 200, { result: result ?? null })
  } catch (error) {
    if (!(error instanceof SandboxError)) throw error
    sendJson(response, 400, { message: error.message })
  }
}

function readArguments(body: string): unknown[] {
  const args = parsed(body || "[]")
  if (!Array.isArray(args)) throw new SandboxError("The body must be a JSON array of arguments.")
  // JSON has no undefined: null stands for an argument left out.
  return args.map((each: unknown) => each ?? undefined)
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    throw new SandboxError("The body must be a JSON array of arguments.")
  }
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body))
}
