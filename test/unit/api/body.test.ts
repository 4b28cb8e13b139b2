import { createServer, type Server } from "node:http"
import { connect, type AddressInfo, type Socket } from "node:net"

import { readBody } from "../../../src/api/hooks/gateway/[provider_id]/body"

/** What was read of the one request that was sent, as the route answers it. */
let read: Promise<string>
let server: Server
let socket: Socket

async function listen(withinMs: number): Promise<void> {
  let told: (what: string) => void
  read = new Promise((resolve) => (told = resolve))
  server = createServer((req, res) => {
    void readBody(req, withinMs).then((body) => {
      told(String(body))
      res.setHeader("Connection", "close")
      res.writeHead(typeof body === "string" ? 408 : 200).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
}

/** A request that says it has `length` bytes, and sends what it is told to. */
function send(length: number, body: string): Socket {
  socket = connect((server.address() as AddressInfo).port, "127.0.0.1")
  socket.write(`POST / HTTP/1.1\r\nHost: shop\r\nContent-Length: ${length}\r\n\r\n${body}`)
  return socket
}

const answerOf = (from: Socket): Promise<string> =>
  new Promise((resolve) => {
    let text = ""
    from.on("data", (chunk: Buffer) => (text += chunk.toString()))
    from.once("close", () => resolve(text.split("\r\n")[0] ?? ""))
  })

afterEach(async () => {
  socket.destroy()
  await new Promise((resolve) => server.close(resolve))
})

const soon = 20
const never = 600_000

it("is what was sent, whole", async () => {
  await listen(never)
  expect([await answerOf(send(11, "state=PAID!")), await read]).toEqual(["HTTP/1.1 200 OK", "state=PAID!"])
})

it("that does not end is given up, and its connection closed", async () => {
  await listen(soon)
  expect([await answerOf(send(11, "state=")), await read]).toEqual([
    "HTTP/1.1 408 Request Timeout",
    "too slow",
  ])
})

it("that drips has no longer: the time counts from the first byte to the last", async () => {
  await listen(5 * soon)
  const dripping = send(10_000, "")
  const drip = setInterval(() => dripping.write("x"), 2)
  const answer = await answerOf(dripping)
  clearInterval(drip)
  expect([answer, await read]).toEqual(["HTTP/1.1 408 Request Timeout", "too slow"])
})

it("of more than 16 KB is given up as soon as that is seen", async () => {
  await listen(never)
  send(1_000_000, "x".repeat(16 * 1024 + 1))
  expect(await read).toBe("too large")
})

it("whose sender goes away is broken off", async () => {
  await listen(never)
  send(11, "state=").end()
  expect(await read).toBe("broken off")
})
