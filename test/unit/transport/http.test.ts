import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from "node:net"
import https, { createServer as createTlsServer } from "node:https"
import { gzipSync } from "node:zlib"
import { HttpTransport, type Timer } from "../../../src/services/transport"
import { selfSignedCertificate } from "./certificate"
import { reset, says, ScriptedServer } from "./scripted-server"

const portOf = (server: { address(): unknown }) => (server.address() as AddressInfo).port
const listen = (server: Server) => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
const post = (url: string, timeoutMs = 5_000) =>
  new HttpTransport({ gateway: "Ksher", timeoutMs }).post(url, "a=1", { "content-type": "text/plain" })

/** Posts, and gives up when `timeIsUp` is called rather than by the clock. */
function untilTold(url: string) {
  let giveUp = (): void => undefined
  const timer: Timer = (_ms, act) => {
    giveUp = act
    return () => (giveUp = () => undefined)
  }
  const posted = new HttpTransport({ gateway: "Ksher", timeoutMs: 500, timer }).post(url, "a=1", {
    "content-type": "text/plain",
  })
  return {
    posted,
    timeIsUp: () => {
      giveUp()
    },
  }
}

/** A TCP server that does `greet` with each connection and notes whatever comes in. */
async function tcpServer(greet: (socket: Socket) => void) {
  const received: Buffer[] = []
  const sockets = new Set<Socket>()
  const server = createTcpServer((socket) => {
    sockets.add(socket)
    socket.on("error", () => sockets.delete(socket))
    socket.on("data", (data) => received.push(data))
    greet(socket)
  })
  await listen(server)
  const stop = () => {
    for (const socket of sockets) socket.destroy()
    return new Promise((resolve) => server.close(resolve))
  }
  return { port: portOf(server), received: () => Buffer.concat(received).toString("latin1"), stop }
}

/** An HTTPS server that cuts every request off once it has read it, and what the client is to trust it by. */
async function tlsServer(trust: (certificate: string) => https.RequestOptions) {
  const certificate = selfSignedCertificate()
  const heard: string[] = []
  const server = createTlsServer(certificate, (request) => {
    heard.push(request.url ?? "")
    request.resume().on("end", () => request.socket.destroy())
  })
  server.on("tlsClientError", () => undefined)
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const request = https.request.bind(https)
  const spy = jest
    .spyOn(https, "request")
    .mockImplementation(((options: https.RequestOptions, onAnswer: () => void) =>
      request({ ...options, ...trust(certificate.cert) }, onAnswer)) as typeof https.request)
  const stop = () => {
    spy.mockRestore()
    return new Promise((resolve) => server.close(resolve))
  }
  return { port: portOf(server), heard, stop }
}

describe("a request that never left is not_sent", () => {
  it("a port where nobody listens", async () => {
    const server = createTcpServer()
    await listen(server)
    const port = portOf(server)
    await new Promise((resolve) => server.close(resolve))

    expect(await post(`http://127.0.0.1:${port}`)).toEqual({
      kind: "not_sent",
      code: "ECONNREFUSED",
      message: "Ksher could not be reached (ECONNREFUSED).",
    })
  })

  it("an address that is none", async () => {
    expect((await post("http://[")).kind).toBe("not_sent")
    expect((await post("gopher://127.0.0.1/")).kind).toBe("not_sent")
  })

  it.each([
    ["a certificate nobody vouches for", () => ({}), "DEPTH_ZERO_SELF_SIGNED_CERT"],
    ["a certificate of another host", (ca: string) => ({ ca }), "ERR_TLS_CERT_ALTNAME_INVALID"],
  ])("%s: the server is told nothing", async (_what, trust, code) => {
    const server = await tlsServer(trust)
    expect(await post(`https://127.0.0.1:${server.port}/api`)).toMatchObject({ kind: "not_sent", code })
    await server.stop()
    expect(server.heard).toEqual([])
  })

  it("a TLS handshake that never ends", async () => {
    const server = await tcpServer(() => undefined)
    const outcome = await post(`https://127.0.0.1:${server.port}/api`, 150)
    expect(server.received()).not.toContain("a=1")
    await server.stop()
    expect(outcome).toMatchObject({ kind: "not_sent", code: "timeout" })
  })

  it("a connection that is cut in the TLS handshake", async () => {
    const server = await tcpServer((socket) => socket.once("data", () => socket.resetAndDestroy()))
    const outcome = await post(`https://127.0.0.1:${server.port}/api`)
    await server.stop()
    expect(outcome).toMatchObject({ kind: "not_sent", code: "ECONNRESET" })
  })
})

describe("a request that may have arrived is unknown", () => {
  let server: ScriptedServer
  beforeAll(async () => (server = await ScriptedServer.start()))
  beforeEach(() => server.reset())
  afterAll(() => server.stop())

  it("a reset after sending", async () => {
    server.will(reset)
    expect(await post(server.url)).toEqual({
      kind: "unknown",
      code: "ECONNRESET",
      message: "The connection to Ksher broke before its answer was complete (ECONNRESET).",
      silent: true,
    })
  })

  it("a reset of a kept connection, without a second try", async () => {
    const transport = new HttpTransport({ gateway: "Ksher" })
    server.will(says("{}"), reset)
    await transport.post(server.url, "1", {})
    expect(await transport.post(server.url, "2", {})).toMatchObject({ kind: "unknown", code: "ECONNRESET" })
    expect(server.calls.map(({ body }) => body)).toEqual(["1", "2"])
  })

  it("a cut after sending through TLS", async () => {
    const trusted = await tlsServer((ca) => ({ ca, checkServerIdentity: () => undefined }))
    expect((await post(`https://127.0.0.1:${trusted.port}/api`)).kind).toBe("unknown")
    await trusted.stop()
    expect(trusted.heard).toEqual(["/api"])
  })

  it("an answer that never comes", async () => {
    const { posted, timeIsUp } = untilTold(server.url)
    server.will(timeIsUp)
    expect(await posted).toEqual({
      kind: "unknown",
      code: "timeout",
      message: "Ksher did not answer within 0.5 seconds.",
      silent: true,
    })
  })

  it("an answer that begins and never ends, however slowly it drips", async () => {
    server.will((_call, response) => {
      const drip = setInterval(() => response.write(" "), 20)
      response.on("close", () => clearInterval(drip))
    })
    expect(await post(server.url, 2_000)).toMatchObject({ kind: "unknown", code: "timeout" })
  })

  it("does not give up on a call that was answered in time", async () => {
    server.will(says("{}"))
    const { posted, timeIsUp } = untilTold(server.url)
    expect(await posted).toEqual({ kind: "answered", text: "{}" })
    timeIsUp()
    expect(server.calls).toHaveLength(1)
  })

  it("an answer that is cut short", async () => {
    server.will((_call, response, socket) => {
      response.writeHead(200, { "content-length": "100" })
      response.write("half", () => socket.destroy())
    })
    expect((await post(server.url)).kind).toBe("unknown")
  })

  it.each([201, 204, 400, 401, 404, 429, 500, 502, 503])("HTTP %i", async (status) => {
    server.will(says(status === 204 ? "" : '{"code":0}', status))
    expect(await post(server.url)).toMatchObject({ kind: "unknown", code: `http_${status}` })
  })

  it.each([301, 302, 307, 308])("a redirect (%i), which is not followed", async (status) => {
    server.will(says("", status, { location: `${server.url}/elsewhere` }))
    expect(await post(server.url)).toMatchObject({ kind: "unknown", code: `http_${status}` })
    expect(server.calls).toHaveLength(1)
  })

  it("an empty answer", async () => {
    server.will(says(""))
    expect(await post(server.url)).toMatchObject({ kind: "unknown", code: "empty_answer" })
  })

  it("bytes that are no text", async () => {
    server.will(says(Buffer.from([0x7b, 0xff, 0xfe])))
    expect(await post(server.url)).toMatchObject({ kind: "unknown", code: "unreadable_answer" })
  })

  it.each([
    ["plain", says("x".repeat(2_000_000))],
    ["compressed", says(gzipSync("x".repeat(2_000_000)), 200, { "content-encoding": "gzip" })],
  ])("an answer larger than any gateway's (%s)", async (_kind, reply) => {
    server.will(reply)
    expect((await post(server.url)).kind).toBe("unknown")
  })

  it("something that is not HTTP", async () => {
    const odd = await tcpServer((socket) => socket.once("data", () => socket.end("SSH-2.0-OpenSSH\r\n")))
    const outcome = await post(`http://127.0.0.1:${odd.port}`)
    await odd.stop()
    expect(outcome.kind).toBe("unknown")
  })
})

describe("an answer", () => {
  let server: ScriptedServer
  beforeAll(async () => (server = await ScriptedServer.start()))
  afterAll(() => server.stop())

  it("comes back as the text it was, and the request goes out as it was given", async () => {
    server.will(says('{"msg":"操作成功","n":1.0}'))
    const transport = new HttpTransport({ gateway: "Ksher" })
    expect(await transport.post(`${server.url}/api/x`, "a=กขค", { "content-type": "text/x" })).toEqual({
      kind: "answered",
      text: '{"msg":"操作成功","n":1.0}',
    })
    expect(server.calls[0]).toMatchObject({ method: "POST", path: "/api/x", body: "a=กขค" })
    expect(server.calls[0]?.headers).toMatchObject({ "content-type": "text/x", accept: "application/json" })
  })

  it("is unpacked", async () => {
    server.will(says(gzipSync('{"code":0}'), 200, { "content-encoding": "gzip" }))
    expect(await post(server.url)).toEqual({ kind: "answered", text: '{"code":0}' })
  })
})

describe("behind a proxy", () => {
  const before = process.env
  afterEach(() => (process.env = before))

  it.each([
    ["that the environment names", false],
    ["that an option names", true],
  ])(
    "%s: it is told the gateway's host, and what follows is encrypted to the gateway",
    async (_name, named) => {
      const proxy = await tcpServer((socket) =>
        socket.once("data", () => {
          socket.write("HTTP/1.1 200 Connection established\r\n\r\n")
          socket.once("data", () => socket.destroy())
        }),
      )
      const address = `http://me:pass%20word@127.0.0.1:${proxy.port}`
      process.env = { PATH: before.PATH, ...(named ? {} : { HTTPS_PROXY: address }) }
      const transport = new HttpTransport({ gateway: "Ksher", ...(named ? { proxyUrl: address } : {}) })
      const outcome = await transport.post("https://gateway.example/api/order_refund", "a=1", {})
      const heard = proxy.received()
      await proxy.stop()
      expect(outcome.kind).not.toBe("answered")
      const [head = "", hello = ""] = heard.split("\r\n\r\n")
      expect(head).toMatch(/^CONNECT gateway\.example:443 HTTP/)
      // By the environment's address axios sends the password as it is written there.
      const password = named ? "pass word" : "pass%20word"
      expect(head).toContain(`Basic ${Buffer.from(`me:${password}`).toString("base64")}`)
      expect(JSON.stringify(outcome)).not.toMatch(/pass|127/)
      expect(hello).toMatch(/^\x16\x03/)
      expect(heard).not.toMatch(/order_refund|a=1/)
    },
  )
})

it("no message carries the request", async () => {
  const server = await ScriptedServer.start()
  server.will(reset, says("secret answer", 500))
  const transport = new HttpTransport({ gateway: "Ksher" })
  const outcomes = [
    await transport.post(`${server.url}/?sign=topsecret`, "sign=topsecret", {}),
    await transport.post(`${server.url}/?sign=topsecret`, "sign=topsecret", {}),
  ]
  await server.stop()
  expect(JSON.stringify(outcomes)).not.toMatch(/secret|127\.0\.0\.1/)
})
