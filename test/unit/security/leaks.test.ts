import { generateKeyPairSync } from "node:crypto"
import { inspect } from "node:util"
import { createGneteGateway } from "../../../src/services/gnete"
import { createKsherGateway } from "../../../src/services/ksher"
import * as gnete from "../gnete/peer"
import * as ksher from "../ksher/peer"
import { json, says } from "../transport/scripted-server"

const key = generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey
const pem = (type: "pkcs1" | "pkcs8") => key.export({ type, format: "pem" }).toString()
const escaped = (text: string) => text.replaceAll("\n", "\\n")

/** The key in the forms in which shops paste it. */
const pasted: [string, string][] = [
  ["many lines, PKCS#1", pem("pkcs1")],
  ["many lines, PKCS#8", pem("pkcs8")],
  ["one line with \\n", escaped(pem("pkcs1"))],
  ["one line with \\n, PKCS#8", escaped(pem("pkcs8"))],
  ["Windows line ends", pem("pkcs1").replaceAll("\n", "\r\n")],
  ["spaces around it", `  ${pem("pkcs1")}  `],
]
const broken: [string, string][] = [
  ["in quotes", `"${pem("pkcs1")}"`],
  ["in single quotes, escaped", `'${escaped(pem("pkcs1"))}'`],
  ["without its first line", pem("pkcs1").split("\n").slice(1).join("\n")],
  ["cut off", pem("pkcs1").slice(0, 400)],
  ["as one line without \\n", pem("pkcs1").replaceAll("\n", "")],
]
const body = (text: string) => [...text.matchAll(/[A-Za-z0-9+/]{24,64}/g)].map(([piece]) => piece)
const pieces = [pem("pkcs1"), pem("pkcs8")].flatMap(body)

const free = (text: string) => {
  for (const piece of [...pieces, "PRIVATE KEY", gnete.secret]) expect(text).not.toContain(piece)
}
const everything = (value: unknown) =>
  `${inspect(value, { depth: 12, showHidden: true, getters: true })} ${JSON.stringify(value)}`

let ksherPeer: ksher.KsherPeer
let gnetePeer: gnete.GnetePeer
beforeAll(async () => {
  ksherPeer = await ksher.KsherPeer.start()
  gnetePeer = await gnete.GnetePeer.start()
})
afterEach(() => {
  ksherPeer.reset()
  gnetePeer.reset()
})
afterAll(async () => {
  await ksherPeer.stop()
  await gnetePeer.stop()
})

/** What an evil or broken gateway answers: the request itself among other things, secrets and signature. */
const answers = (own: string) => [
  json({ code: 0, msg: own, data: { result: "FAIL", err_code: own, err_msg: own }, sign: own }),
  json({ code: 9999, msg: own }),
  json({ code: own, msg: own, data: own, sign: own }),
  says(own),
  says(own, 500),
]

describe.each(pasted)("a private key pasted as %s", (_, privateKey) => {
  it("works, and shows in no outcome, event or object", async () => {
    const { gateway, policy, warnings } = createKsherGateway(ksherPeer.options({ privateKey }), {
      onCall: (event) => ksherPeer.events.push(event),
    })
    free(everything({ gateway, policy, warnings, acknowledgement: gateway.acknowledgement.rejected("x") }))
    for (const answer of answers(privateKey)) {
      ksherPeer.will(answer, answer)
      const outcomes = [await gateway.open(ksher.newOrder), await gateway.query(ksher.page())]
      expect(outcomes.map(({ kind }) => kind)).toEqual(["unknown", "unknown"])
      free(everything(outcomes))
    }
    expect(ksherPeer.events.length).toBeGreaterThan(0)
    free(everything(ksherPeer.events))
  })
})

it.each(broken)(
  "a private key pasted %s stops the boot in a sentence without a piece of it",
  (_, privateKey) => {
    const boot = () => createKsherGateway(ksherPeer.options({ privateKey }))
    expect(boot).toThrow(/option "privateKey" is not valid: .*Paste the whole PEM/)
    expect(thrown(boot)).toBeInstanceOf(Error)
    free(everything(thrown(boot)))
  },
)

it("a private key in the place of a public one, or of an unknown option, is not repeated either", () => {
  for (const options of [
    ksherPeer.options({ publicKeys: [pem("pkcs1")] }),
    ksherPeer.options({ appid: pem("pkcs1") }),
    ksherPeer.options({ productName: 1 as never, language: pem("pkcs1") as never }),
    { ...ksherPeer.options(), [`x${pem("pkcs1")}`]: 1 },
  ])
    free(everything(thrown(() => createKsherGateway(options))))
})

it("gnete: the secret shows in no outcome, event, object or sentence of the boot", async () => {
  const { gateway } = createGneteGateway(gnetePeer.options(), {
    onCall: (event) => gnetePeer.events.push(event),
  })
  free(everything(gateway))
  for (const answer of answers(gnete.secret)) {
    gnetePeer.will(answer, answer)
    const outcomes = [await gateway.open(gnete.newOrder), await gateway.query(gnete.ref())]
    expect(outcomes.map(({ kind }) => kind)).toEqual(["unknown", "unknown"])
    free(everything(outcomes))
  }
  free(everything(gnetePeer.events))
  for (const appSecret of [`"${gnete.secret}" `, `${gnete.secret}\n`])
    free(everything(thrown(() => createGneteGateway(gnetePeer.options({ appSecret })))))
})

it("a gateway that cannot be reached leaves nothing of the request in the outcome", async () => {
  const outcome = await ksherPeer.gateway({ gatewayUrl: "http://127.0.0.1:1" }).open(ksher.newOrder)
  expect(outcome.kind).toBe("not_sent")
  expect(everything(outcome)).not.toMatch(/[0-9a-f]{64}|mch_order_no|sign/)
})

const thrown = (boot: () => unknown): unknown => {
  try {
    return boot()
  } catch (error) {
    return error
  }
}
