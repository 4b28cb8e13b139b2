import { generateKeyPairSync, randomBytes } from "node:crypto"

import { trace } from "@opentelemetry/api"

import { PaymentProblem } from "../../../src/core"
import { startSandbox, type Sandbox } from "../../../src/sandbox"
import { createGneteGateway } from "../../../src/services/gnete"
import { createKsherGateway } from "../../../src/services/ksher"
import type * as Observability from "../../../src/services/observability"
import { kindOf, logLine, observeCalls, observed, wordsOf } from "../../../src/services/observability"
import { Exporter } from "../../support/exporter"
import { Random } from "../../support/random"

let exporter: Exporter
beforeEach(() => (exporter = new Exporter().start()))
afterEach(() => exporter.stop())

const here = { gateway: "ksher", provider: "pp_ksher_th" }

describe("a use case", () => {
  it("is one span and one count, with what became of it", async () => {
    const result = await observed(
      "open",
      here,
      async () => ({ state: "pending" }),
      ({ state }) => state,
    )
    expect(result).toEqual({ state: "pending" })
    expect(exporter.spans()).toEqual([
      { name: "gateway_payments.open", attributes: { ...here, outcome: "pending" }, failed: false },
    ])
    expect(await exporter.counts()).toEqual([
      {
        name: "gateway_payments.use_cases",
        attributes: { ...here, use_case: "open", outcome: "pending" },
        value: 1,
      },
    ])
  })

  it("that throws a problem carries its code, and throws it unchanged", async () => {
    const problem = new PaymentProblem(
      "not_allowed",
      "refund_unknown",
      "not said whether 120.50 went through",
    )
    await expect(observed("refund", here, () => Promise.reject(problem))).rejects.toBe(problem)
    expect(exporter.spans()).toEqual([
      { name: "gateway_payments.refund", attributes: { ...here, outcome: "refund_unknown" }, failed: true },
    ])
  })

  it("that throws anything else says no more than that: its words may hold anything", async () => {
    const broken = new Error("password=secret")
    await expect(observed("settle", here, () => Promise.reject(broken))).rejects.toBe(broken)
    expect(JSON.stringify([exporter.spans(), await exporter.counts()])).not.toContain("secret")
    expect(exporter.spans()).toMatchObject([{ attributes: { outcome: "error" } }])
  })

  it("goes on without a set-up, and where the shop's own tracer throws", async () => {
    await exporter.stop()
    expect(await observed("settle", here, async () => 7)).toBe(7)
    const span = { setAttributes: () => explode(), setStatus: () => explode(), end: () => explode() }
    const tracer = {
      startActiveSpan: (_name: string, _options: object, work: (its: object) => unknown) => work(span),
    }
    trace.setGlobalTracerProvider({ getTracer: () => tracer } as never)
    expect(await observed("settle", here, async () => 8)).toBe(8)
  })
})

function explode(): never {
  throw new Error("the exporter is broken")
}

describe("a gateway call", () => {
  let sandbox: Sandbox
  beforeAll(async () => (sandbox = await startSandbox()))
  afterAll(() => sandbox.stop())
  const warned: string[] = []
  beforeEach(() => warned.splice(0))
  const tools = { onCall: observeCalls({ warn: (line) => warned.push(line) }) }

  const gateways = () => ({
    ksher: createKsherGateway(
      {
        ...sandbox.ksher,
        channels: ["truemoney"],
        notifyBaseUrl: "https://shop.example",
        returnUrl: "https://shop.example/back",
      },
      tools,
    ).gateway,
    gnete: createGneteGateway(
      { ...sandbox.gnete, wayCodes: ["UP_OP"], notifyBaseUrl: "https://shop.example" },
      tools,
    ).gateway,
  })

  const order = (currency: string) => ({
    number: "01J9ZK0000000000000000000A",
    amount: { minor: 100, currency },
    mode: "redirect" as const,
  })

  it.each([
    ["ksher", "gateway_order_query", "thb"],
    ["gnete", "pay/query", "hkd"],
  ] as const)("of %s is a span, a count and a duration", async (name, verb, currency) => {
    await gateways()[name].query(order(currency))
    expect(exporter.spans()).toMatchObject([
      { name: `${name} ${verb}`, attributes: { gateway: name, verb, outcome: expect.any(String) } },
    ])
    const counts = await exporter.counts()
    expect(counts.map((each) => each.name).sort()).toEqual([
      "gateway_payments.call_duration",
      "gateway_payments.calls",
    ])
    expect(counts.find((each) => each.name === "gateway_payments.calls")).toMatchObject({
      attributes: { gateway: name, verb },
      value: 1,
    })
    expect(warned).toEqual([])
  })

  it("is a child of the use case that made it", async () => {
    await observed("settle", here, () => gateways().ksher.query(order("thb")))
    expect(exporter.parents()).toEqual({
      "ksher gateway_order_query": "gateway_payments.settle",
      "gateway_payments.settle": undefined,
    })
  })

  it("that says nothing sure, as its documents have it, is counted and no line in the log", () => {
    const call = {
      gateway: "gnete",
      verb: "pay/close",
      outcome: "unknown",
      code: "empty_answer",
      ms: 1,
    } as const
    tools.onCall({ ...call, documented: true })
    expect(exporter.spans()).toMatchObject([{ attributes: { outcome: "unknown" } }])
    expect(warned).toEqual([])
  })

  it("whose end is not known is an error, and a line in the log that names no secret", async () => {
    await sandbox.fault({ gateway: "gnete", call: "pay/query", when: "before", kind: "reset" })
    await gateways().gnete.query(order("hkd"))
    expect(exporter.spans()).toMatchObject([{ attributes: { outcome: "unknown" }, failed: true }])
    expect(warned).toEqual([
      expect.stringMatching(
        /^\[gateway-payments\] call_unknown gateway=gnete verb=pay\/query code=\w+ ms=\d+$/,
      ),
    ])
    expect(JSON.stringify([exporter.spans(), await exporter.counts(), warned])).not.toContain(
      sandbox.gnete.appSecret,
    )
  })

  it("whose answer repeats another nonce is a line in the log", () => {
    tools.onCall({ gateway: "ksher", verb: "order_query", outcome: "succeeded", ms: 5, nonceMismatch: true })
    expect(warned).toEqual(["[gateway-payments] nonce_mismatch gateway=ksher verb=order_query"])
  })
})

describe("a line of the log", () => {
  it("has a code, fields of one word each, and a sentence", () => {
    expect(
      logLine("resolved", { payment: "gpay_1", reason: undefined, action: "dismiss" }, "All is well."),
    ).toBe("[gateway-payments] resolved payment=gpay_1 action=dismiss: All is well.")
  })

  it("is scrubbed of keys, secrets and signatures, whoever wrote the sentence, and stays one line", () => {
    const key =
      "-----BEGIN RSA PRIVATE KEY-----\\nMIIBOgIBAAJBAKj34GkxFhD90vcNLYLInFEX6Ppy1tPf9Cnzj4p4WGeKLs1Pt8Q\\n"
    const sign = "C380BEC2BFD727A4B6845133519F3AD6"
    const line = logLine(
      "settle_failed",
      { payment: "gpay_1" },
      `bad ${key}\n${sign}\n${"long ".repeat(200)}`,
    )
    expect(line).not.toMatch(/MIIBOg|C380BEC2/)
    expect(line).not.toContain("\n")
    expect(line.length).toBeLessThan(600)
  })

  it("stays one line that is read in one direction, whatever invisible comes in it", () => {
    const invisible = "a\u2028b\u2029c\u0085d\u202ee\u2066f\u200bg\u0000h\ufeffi"
    expect(logLine("attention", {}, invisible)).toBe("[gateway-payments] attention: a b c defg hi")
  })

  it.each([
    ["https://shop.example/hooks/gateway/pp_ksher_thailand_and_malaysia", "an address"],
    ["01J9ZK0000000000000000000A 01J9ZK0000000000000000000B", "merchant numbers"],
    ["The refund could not be confirmed: ECONNREFUSED, INVALID_PARAMETER_REFUND_NOT_ALLOWED.", "codes"],
    ["退款未确认 การคืนเงินยังไม่ได้รับการยืนยัน", "other languages"],
  ])("leaves %s as it is: %s", (sentence) => {
    expect(logLine("attention", {}, sentence)).toBe(`[gateway-payments] attention: ${sentence}`)
  })

  describe("of a key", () => {
    const random = new Random(7)
    const wrapped = (text: string, width: number, between: string) =>
      (text.match(new RegExp(`.{1,${width}}`, "g")) ?? []).join(between)
    const betweens = ["\n", "\r\n", "\\n", "\\r\\n", " ", "\u2028", "\u200b", "\u202e", ""]
    const oddCharacters = ["-", "_", "/", "+", "="]

    /** Every piece of `secret` as long as this, in what is left of it. */
    const longest = 24
    const leaked = (secret: string, line: string) => {
      const joined = line.replaceAll(/[^\w+/=-]/g, " ")
      return Array.from({ length: secret.length - longest + 1 }, (_, at) =>
        secret.slice(at, at + longest),
      ).filter((piece) => joined.includes(piece))
    }

    it("nothing is left, however it is cut, wrapped and written", () => {
      for (const modulusLength of [512, 1024, 2048])
        for (const type of ["pkcs1", "pkcs8"] as const) {
          const { privateKey } = generateKeyPairSync("rsa", { modulusLength })
          const whole = privateKey
            .export({ type, format: "pem" })
            .toString()
            .replaceAll(/-----[^-]+-----|\n/g, "")
          for (let round = 0; round < 60; round++) {
            const from = random.whole(0, whole.length - 100)
            const cut = whole.slice(from, from + random.whole(80, whole.length))
            const base64 = round % 2 ? cut : cut.replaceAll("+", "-").replaceAll("/", "_")
            const text = wrapped(base64, random.whole(16, 76), random.pick(betweens))
            const line = logLine("settle_failed", {}, `The key is ${text} and was not taken.`)
            expect([leaked(base64, line), line]).toEqual([[], line])
            expect(line).toContain("The key is ")
            expect(line).toContain(" and was not taken.")
          }
        }
    })

    it("nothing is left where its own characters stand close together", () => {
      for (const odd of oddCharacters)
        for (let every = 5; every < 32; every++) {
          const secret = Array.from({ length: 12 }, () =>
            wrapped(
              randomBytes(3 * every)
                .toString("hex")
                .toUpperCase(),
              every,
              odd,
            ),
          ).join(odd)
          expect(leaked(secret, logLine("settle_failed", {}, `It is ${secret}.`))).toEqual([])
        }
    })
  })

  it("leaves numbers of orders, sessions and payments as they are", () => {
    const numbers =
      "gpay_01J9ZK0000000000000000000A payses_01J9ZK0000000000000000000A 90020200101000000000001"
    expect(logLine("attention", {}, numbers)).toBe(`[gateway-payments] attention: ${numbers}`)
  })

  it("names the kind of an error whose words may quote what was being written", () => {
    expect(kindOf(Object.assign(new Error("insert into …"), { code: "ECONNREFUSED" }))).toBe("ECONNREFUSED")
    expect(kindOf(new TypeError("of 12 fields"))).toBe("TypeError")
    expect([kindOf("thrown"), wordsOf(undefined)]).toEqual(["no reason given", "no reason given"])
  })

  it("cannot be broken in two by what a gateway sent", () => {
    expect(logLine("call_unknown", { code: `a\n[gateway-payments] forged=${"x".repeat(99)}` })).toMatch(
      /^\[gateway-payments\] call_unknown code=a__gateway-payments__forged_x+$/,
    )
  })
})

it("without @opentelemetry/api there is nothing, and everything works", async () => {
  jest.resetModules()
  jest.doMock("@opentelemetry/api", () => {
    throw new Error("Cannot find module")
  })
  const alone = jest.requireActual<typeof Observability>("../../../src/services/observability")
  expect(await alone.observed("open", here, async () => 1)).toBe(1)
  alone.observeCalls({ warn: () => undefined })({ gateway: "ksher", verb: "x", outcome: "succeeded", ms: 1 })
  alone.count("gateway_payments.attention", { gateway: "ksher", code: "no_order" })
  expect(exporter.spans()).toEqual([])
  jest.dontMock("@opentelemetry/api")
})
