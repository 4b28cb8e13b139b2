import { createPublicKey, type KeyObject } from "node:crypto"

import {
  infoNotices,
  money,
  titleOf,
  ulid,
  type AccountInfo,
  type Gateway,
  type GatewayName,
  type InfoNotice,
  type Outcome,
  type PaymentMode,
  type Standing,
} from "../../core"
import { createGneteGateway, gneteHost, readGneteOptions, signGnete, verifyGnete } from "../../services/gnete"
import {
  createKsherGateway,
  ksherHosts,
  notifyUrl,
  readKsherOptions,
  signKsherRequest,
  verifyKsherData,
} from "../../services/ksher"
import { notifyAddress, type PayoutOptions } from "../../services/options/shared"
import type { Entry } from "./entries"
import { note, ok, wrong, type Result } from "./finding"

/** A provider entry whose options are in order. */
export interface Subject {
  entry: Entry
  gateway: Gateway
  /** Whether a key that was pasted whole also signs and verifies. */
  keys: () => Result
  notifyBaseUrl: string
  /** The prefixes that its calls go to, each with a query that reaches it. */
  hosts: { url: string; mode: PaymentMode }[]
  /** Its calls go to the gateway itself, and not to a simulated one. */
  production: boolean
  /** Absent: nothing is paid out to an account that a shopper names. */
  payouts?: PayoutOptions | undefined
}

const subjects: Readonly<Record<GatewayName, (entry: Entry) => { subject: Subject; warnings: string[] }>> = {
  ksher,
  gnete,
}

/** Reads an entry's options as the provider does at boot. Throws OptionsError. */
export function subjectOf(entry: Entry): { subject: Subject; warnings: string[] } {
  return subjects[entry.gateway](entry)
}

function ksher(entry: Entry) {
  const options = readKsherOptions(entry.options)
  const { gateway, policy, warnings } = createKsherGateway(entry.options)
  // Refunds go to the second one, whatever the mode.
  const hosts: Subject["hosts"] = [
    { url: options.gatewayUrl, mode: "redirect" },
    { url: options.apiUrl, mode: "qr" },
  ]
  const production = hosts.some(({ url }) => url === ksherHosts.gatewayUrl || url === ksherHosts.apiUrl)
  const keys = () => ksherKeys(options.privateKey)
  return {
    warnings,
    subject: {
      ...{ entry, gateway, keys, notifyBaseUrl: policy.notifyBaseUrl, hosts, production },
      payouts: policy.payouts,
    },
  }
}

function gnete(entry: Entry) {
  const options = readGneteOptions(entry.options)
  const { gateway, policy, warnings } = createGneteGateway(entry.options)
  const hosts: Subject["hosts"] = [{ url: options.baseUrl, mode: "redirect" }]
  const keys = () => gneteSecret(options.appSecret)
  return {
    warnings,
    subject: {
      entry,
      gateway,
      keys,
      notifyBaseUrl: policy.notifyBaseUrl,
      hosts,
      production: options.baseUrl === gneteHost,
    },
  }
}

const sample = { appid: "doctor", mch_order_no: "0" }

function ksherKeys(privateKey: KeyObject): Result {
  const bits = privateKey.asymmetricKeyDetails?.modulusLength ?? 0
  const sign = signKsherRequest(sample, privateKey)
  if (!verifyKsherData(sample, sign, [createPublicKey(privateKey)]))
    return wrong("The private key does not verify what it signs: download it again from merchant.ksher.net.")
  return ok(`RSA private key of ${bits} bits, signs and verifies.`)
}

/** Secrets of both of Gnete's consoles have this length. */
const secretLength = 128

function gneteSecret(secret: string): Result {
  if (!verifyGnete(sample, signGnete(sample, secret), secret))
    return wrong("The appSecret does not verify what it signs.")
  if (secret.length === secretLength)
    return ok(`appSecret of ${secretLength} characters, signs and verifies.`)
  return note(
    `The appSecret has ${secret.length} characters; Gnete gives out ${secretLength}. Compare it with the console if the gateway refuses it.`,
  )
}

/** Where the gateway will send its notifications, and whether it can reach that at all. */
export function checkNotificationUrl({ entry, notifyBaseUrl, production }: Subject): Result {
  const url = notifyUrl(notifyBaseUrl, entry.providerId)
  const { hostname, protocol } = new URL(url)
  const inside =
    /^(localhost|127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|169\.254\.|\[::1\]|\[f[cd])/.test(hostname)
  if (inside && production)
    return wrong(
      `${url} is an address of this network: set notifyBaseUrl to the public address of the backend.`,
    )
  if (protocol !== "https:" && production)
    return wrong(`${url} is not encrypted: set notifyBaseUrl to the https address of the backend.`)
  return ok(`${url} (${url.length} of 128 characters).`)
}

/** Asks, signed, about an order that cannot exist: an honest "no such order" proves address, account and both keys. */
export async function checkQuery(
  { gateway }: Subject,
  { url, mode }: Subject["hosts"][number],
  now: Date,
): Promise<Result> {
  const [channel] = gateway.offer.channels
  const order = { number: ulid(now.getTime()), amount: money(1, gateway.probeCurrency), mode, channel }
  return judged(gateway, new URL(url).host, await gateway.query(order))
}

/** What the gateway says of the account; nothing where it has no such call. */
export async function checkAccountInfo(
  { entry, gateway, notifyBaseUrl, production }: Subject,
  inProduction: boolean,
): Promise<Result[]> {
  const answer = await gateway.readAccount()
  if (answer.kind === "refused" && answer.reason === "not_supported") return []
  if (answer.kind !== "succeeded")
    return [note(`${titleOf(gateway.name)} did not say what the account may do: ${answer.message}`)]
  const info = answer.value
  gateway.learn({ info, readAt: new Date() })
  const notices = infoNotices(info, {
    gateway: gateway.name,
    account: gateway.account,
    channels: gateway.offer.channels,
    notifyUrl: notifyAddress(notifyBaseUrl, entry.providerId),
    production: inProduction && production,
  })
  if (gateway.offer.channels.length === 0)
    return [wrong(`The account has no channel that can be used here: list them in the option channels.`)]
  return [ok(summaryOf(info)), ...notices.map(({ code, sentence }) => noticed[code](`${code}: ${sentence}`))]
}

const noticed: Record<InfoNotice["code"], (text: string) => Result> = {
  test_account: wrong,
  channels_missing: note,
  notify_url_differs: note,
}

function summaryOf({ kind, channels, partialRefunds }: AccountInfo): string {
  const names = channels.map(({ channel }) => channel).join(", ") || "channels that it does not name"
  const refunds = partialRefunds === false ? "whole refunds only" : "partial refunds"
  return `${kind === "test" ? "A test account" : "The account"} with ${names}; ${refunds}.`
}

function judged(gateway: Gateway, host: string, answer: Outcome<Standing>): Result {
  const account = `account ${gateway.account} at ${host}`
  switch (answer.kind) {
    case "succeeded":
      return answer.value.state === "absent" || answer.value.state === "unpaid"
        ? ok(`${titleOf(gateway.name)} answers for ${account}, and its signature verifies.`)
        : note(`${titleOf(gateway.name)} answers, and calls an order that nobody made ${answer.value.state}.`)
    case "refused":
      return wrong(
        `${titleOf(gateway.name)} refuses ${account} (${answer.code}): ${answer.message} Compare account and key with its console.`,
      )
    case "not_sent":
      return wrong(
        `${answer.message} Check its address in the options, and the firewall and DNS of this machine.`,
      )
    case "pending":
    case "unknown":
      return wrong(unusable(gateway, answer))
  }
}

const keysThatFit: Readonly<Record<GatewayName, string>> = {
  ksher: "appid and privateKey belong together, and publicKeys",
  gnete: "mchNo, appId and appSecret belong together",
}

/** A query has no reason to fail but the request itself: what a gateway answers without a documented code is about the keys. */
function unusable(gateway: Gateway, answer: { message: string; code?: string; answered?: true }): string {
  if (answer.code === "bad_signature" || answer.answered)
    return `${answer.message} Check that ${keysThatFit[gateway.name]}.`
  return `${answer.message} Check the address in the options, and try again.`
}
