import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"

import type { World } from "../world"
import { serveControl } from "./control-routes"
import { sendFrontPage, serveDesk } from "./desk-routes"
import { serveEvents } from "./events"
import { enter, openDoors } from "./gateways"
import { servePay } from "./pay-routes"

/** Opens the sandbox to HTTP and notes in the world where it is reached. */
export async function listen(world: World, port: number, host: string): Promise<Server> {
  const doors = openDoors(world)
  const server = createServer((request, response) => {
    route(world, doors, request, response)
      .catch((error: unknown) => {
        // A bug of the sandbox must not look like an answer of a gateway.
        response.writeHead(500, { "content-type": "text/plain" }).end(`The sandbox broke: ${String(error)}`)
      })
      .finally(() => {
        if (!looksOnly(request)) world.changes.tell()
      })
  })
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject)
    server.listen(port, host, resolve)
  })
  const address = server.address() as AddressInfo
  const everywhere = address.address === "0.0.0.0" || address.address === "::"
  const name = everywhere ? "127.0.0.1" : address.family === "IPv6" ? `[${address.address}]` : address.address
  world.url = `http://${name}:${address.port}`
  return server
}

/** Who reads the front page again because something has happened must not cause the next reading. */
const looksOnly = ({ method, url }: IncomingMessage): boolean =>
  method === "GET" && (url === "/" || url === "/events")

async function route(
  world: World,
  doors: ReturnType<typeof openDoors>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [path = "/", query = ""] = (request.url ?? "/").split(/\?(.*)/s)
  const door = doors.get(path)
  if (door) return enter(world, door, request, response, query)
  const [, first, ...rest] = path.split("/")
  if (path === "/" && request.method === "GET") {
    sendFrontPage(world, response)
    return
  }
  if (path === "/events" && request.method === "GET") {
    serveEvents(world, response)
    return
  }
  if (first === "desk") return serveDesk(world, request, response, rest.join("/"))
  if (first === "pay") return servePay(world, request, response, rest)
  if (first === "control") return serveControl(world, request, response, rest.join("/"))
  response.writeHead(404, { "content-type": "text/plain" }).end("Simulated Ksher and Gnete: no such address.")
}

/** Stops at once, also where a client still waits for an answer that never comes. */
export function close(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()))
    server.closeAllConnections()
  })
}
