import {
  createHash,
  createPublicKey,
  createSign,
  createVerify,
  generateKeyPairSync,
  timingSafeEqual,
  type KeyObject,
} from "node:crypto"

import {
  publishedKeys,
  parsePrivateKey,
  parsePublicKey,
  signKsherRequest,
  verifyKsherData,
} from "../src/services/ksher"
import { signGnete, verifyGnete } from "../src/services/gnete"
import gneteVectors from "../test/vectors/gnete-signatures.json"
import ksherVectors from "../test/vectors/ksher-responses.json"
import { progress, ratio, type Result, type Row } from "./lib/report"
import { median, rounds } from "./lib/statistics"

type Fields = Readonly<Record<string, unknown>>

// The plainest code that is correct for what the gateways really send: the rules of their pages, line by line.

/** Sorted names, no separator, `sign` left out; what is not text as compact JSON (one stored answer holds an array). */
const ksherText = (fields: Fields) =>
  Object.keys(fields)
    .filter((key) => key !== "sign")
    .sort()
    .map((key) => `${key}=${typeof fields[key] === "string" ? fields[key] : JSON.stringify(fields[key])}`)
    .join("")
const plainKsherSign = (fields: Fields, key: KeyObject | string) =>
  createSign("RSA-MD5").update(ksherText(fields), "utf8").sign(key, "hex")
const plainKsherVerify = (fields: Fields, sign: string, key: KeyObject | string) =>
  createVerify("RSA-MD5").update(ksherText(fields), "utf8").verify(key, sign, "hex")

/** Empty values and `sign` left out, sorted ignoring case, the secret at the end. */
const plainGneteSign = (fields: Fields, secret: string) => {
  const pairs = Object.entries(fields)
    .filter(([key, value]) => key !== "sign" && value !== "" && value !== null)
    .sort(([a], [b]) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1))
  const text = `${pairs.map(([key, value]) => `${key}=${String(value)}&`).join("")}key=${secret}`
  return createHash("md5").update(text, "utf8").digest("hex").toUpperCase()
}
/** In either case, and in a time that does not tell how much of it was right. */
const plainGneteVerify = (fields: Fields, sign: string, secret: string) => {
  const [right, given] = [Buffer.from(plainGneteSign(fields, secret)), Buffer.from(sign.toUpperCase())]
  return right.length === given.length && timingSafeEqual(right, given)
}

/** A hosted-page request as the client sends it. */
const gatewayPay = {
  appid: "mch35005",
  channel_list: "promptpay,truemoney,airpay,card",
  fee_type: "THB",
  mch_code: "01KANKCZ8T6V3H9D2PQ5S7W4XY",
  mch_notify_url: "https://shop.example/hooks/gateway/pp_ksher_th",
  mch_order_no: "01KANKCZ8T6V3H9D2PQ5S7W4XY",
  mch_redirect_url: "https://shop.example/checkout?session_id=payses_01KANKCZ8T6V3H9D2PQ5S7W4XY",
  mch_redirect_url_fail: "https://shop.example/checkout?session_id=payses_01KANKCZ8T6V3H9D2PQ5S7W4XY",
  nonce_str: "7a57e84495bfe7abff4ff23591516511",
  product_name: "Order at our shop",
  refer_url: "https://shop.example",
  time_stamp: "20261122040000",
  total_fee: 35050,
}

/** A payment notification. */
const gnetePaid = {
  amount: 8840,
  appId: "60cc09bce4b0f1c0b83761c9",
  body: "Order at our shop",
  channelOrderNo: "4200001234202611220000000001",
  createdAt: 1763784000000,
  currency: "hkd",
  ifCode: "upop",
  mchNo: "M1621873433953",
  mchOrderNo: "01KANKCZ8T6V3H9D2PQ5S7W4XY",
  payOrderId: "P1991234567890123456",
  reqTime: "1763784060000",
  state: 2,
  subject: "Order at our shop",
  successTime: 1763784055000,
  wayCode: "UP_OP",
}

const stored = ksherVectors.vectors.filter((vector) => vector.verifies && vector.key === "V1")

/** Operations per second of processor time, which other work on the machine does not lengthen. */
function rate(work: () => unknown, forMs = 100): number {
  const start = process.cpuUsage()
  const spent = () => {
    const { user, system } = process.cpuUsage(start)
    return (user + system) / 1000
  }
  let done = 0
  while (spent() < forMs) for (let i = 0; i < 50; i++, done++) work()
  return (done * 1000) / spent()
}

interface Duel {
  what: string
  ours: () => unknown
  plain: () => unknown
  pemEachTime?: () => unknown
}

function duels(): Duel[] {
  // As long as the keys that Ksher hands out.
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 1024 })
  const pem = privateKey.export({ type: "pkcs1", format: "pem" }).toString()
  const mine = parsePrivateKey(pem)
  const theirPem = publishedKeys.V1
  const theirs = parsePublicKey(theirPem)
  const plainKey = createPublicKey(theirPem)
  const secret = gneteVectors.api_key
  const sign = plainGneteSign(gnetePaid, secret)
  if (
    signKsherRequest(gatewayPay, mine) !== plainKsherSign(gatewayPay, privateKey) ||
    signGnete(gnetePaid, secret) !== sign
  )
    throw new Error("The plain code and ours sign differently: there is nothing to compare.")
  const all = (verify: (data: Fields, sign: string) => boolean) => () => {
    for (const { envelope } of stored)
      if (!verify(envelope.data, envelope.sign)) throw new Error("A stored message did not verify.")
  }
  return [
    {
      what: "Ksher sign",
      ours: () => signKsherRequest(gatewayPay, mine),
      plain: () => plainKsherSign(gatewayPay, privateKey),
      pemEachTime: () => plainKsherSign(gatewayPay, pem),
    },
    {
      what: `Ksher verify, ${stored.length} stored messages`,
      ours: all((data, signature) => verifyKsherData(data, signature, [theirs])),
      plain: all((data, signature) => plainKsherVerify(data, signature, plainKey)),
      pemEachTime: all((data, signature) => plainKsherVerify(data, signature, theirPem)),
    },
    {
      what: "Gnete sign",
      ours: () => signGnete(gnetePaid, secret),
      plain: () => plainGneteSign(gnetePaid, secret),
    },
    {
      what: "Gnete verify",
      ours: () => verifyGnete(gnetePaid, sign, secret),
      plain: () => plainGneteVerify(gnetePaid, sign, secret),
    },
  ]
}

export async function run(): Promise<Result> {
  const rows: Row[] = []
  const raw: Result["raw"] = {}
  for (const duel of duels()) {
    for (const warm of [duel.ours, duel.plain, duel.pemEachTime]) if (warm) rate(warm)
    const measured = await rounds(
      15,
      {
        ours: () => rate(duel.ours),
        plain: () => rate(duel.plain),
        ...(duel.pemEachTime ? { pem: () => rate(duel.pemEachTime as () => unknown) } : {}),
      } as Record<"ours" | "plain" | "pem", () => number>,
      (done) => progress(`${duel.what}: round ${done} of 15`),
    )
    raw[duel.what] = measured
    const against = (peer: readonly number[]) =>
      median(measured.ours.map((one, at) => one / (peer[at] ?? NaN)))
    const share = against(measured.plain)
    rows.push({
      what: duel.what,
      against: "canonical string and node:crypto, key parsed once",
      measured: `${ratio(share)} of its rate (${Math.round(median(measured.ours))}/s)`,
      toReach: "≥ 0.95×",
      reached: share >= 0.95,
    })
    const { pem } = measured
    if (duel.pemEachTime)
      rows.push({
        what: duel.what,
        against: "the same with the PEM parsed per call",
        measured: `${ratio(against(pem))} of its rate`,
        toReach: "≥ 5×",
        reached: against(pem) >= 5,
      })
  }
  return { rows, raw }
}
