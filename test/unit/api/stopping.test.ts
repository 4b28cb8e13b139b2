import { createServer, type IncomingMessage } from "node:http"
import { once } from "node:events"
import { connect, type AddressInfo } from "node:net"

import { isStopping } from "../../../src/api/stopping"

it("an answer that goes on for minutes learns that its server stops", async () => {
  const asked: IncomingMessage[] = []
  const server = createServer((req) => void asked.push(req)).listen(0, "127.0.0.1")
  await once(server, "listening")
  const client = connect((server.address() as AddressInfo).port, "127.0.0.1")
  client.write("GET / HTTP/1.1\r\nHost: shop\r\n\r\n")
  await once(server, "request")
  expect(isStopping(asked[0] as never)).toBe(false)
  server.close()
  expect(isStopping(asked[0] as never)).toBe(true)
  client.destroy()
  await once(server, "close")
})
