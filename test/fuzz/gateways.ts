import { createSign, generateKeyPairSync } from "node:crypto"
import { createGneteGateway } from "../../src/services/gnete"
import { createKsherGateway, parsePublicKey } from "../../src/services/ksher"
import { HttpTransport, type Exchange } from "../../src/services/transport"
import * as gnete from "../unit/gnete/peer"

const pem = { type: "pkcs1", format: "pem" } as const
const shopKey = generateKeyPairSync("rsa", { modulusLength: 512 })
const ksherKey = generateKeyPairSync("rsa", { modulusLength: 512 })
const shopPem = shopKey.privateKey.export(pem).toString()

export const ksherKeys = [
  parsePublicKey(ksherKey.publicKey.export({ type: "spki", format: "pem" }).toString()),
]
export const signAsKsher = (text: string): string =>
  createSign("RSA-MD5").update(text, "utf8").sign(ksherKey.privateKey, "hex")
export const gneteSecret = gnete.secret

/** What no outcome may show, whatever a gateway answers. */
export const secrets = [gneteSecret, ...shopPem.split("\n").filter((line) => line.length > 40)]

const shared = {
  notifyBaseUrl: "https://shop.example",
  returnUrl: "https://shop.example/paid/{session_id}",
}
const tools = { now: () => new Date("2024-03-01T05:06:07Z"), nonce: () => "0".repeat(32) }
const ksherOptions = {
  ...shared,
  appid: "mch35005",
  privateKey: shopPem,
  channels: ["airpay", "truemoney"],
  publicKeys: ksherKeys.map((key) => key.export({ type: "spki", format: "pem" }).toString()),
}

/** Real gateways of this package; only the wire below them is taken away. */
export const ksherPage = createKsherGateway(ksherOptions, tools).gateway
export const ksherQr = createKsherGateway({ ...ksherOptions, mode: "qr" }, tools).gateway
export const gneteGateway = createGneteGateway(
  { ...shared, ...gnete.account, appSecret: gneteSecret, wayCodes: ["UP_OP", "WX_QR"] },
  tools,
).gateway

/** Every call of `use` is answered with these bytes, decoded as the transport decodes them. */
export async function answering<T>(bytes: Buffer, use: () => Promise<T>): Promise<T> {
  const post = Object.getOwnPropertyDescriptor(HttpTransport.prototype, "post")
  HttpTransport.prototype.post = () => Promise.resolve(read(bytes))
  try {
    return await use()
  } finally {
    if (post) Object.defineProperty(HttpTransport.prototype, "post", post)
  }
}

function read(bytes: Buffer): Exchange {
  try {
    return { kind: "answered", text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) }
  } catch {
    return { kind: "unknown", code: "unreadable_answer", message: "not text" }
  }
}
