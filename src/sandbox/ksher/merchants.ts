import { generateKeyPair, type KeyObject } from "node:crypto"
import { promisify } from "node:util"

import { SandboxError } from "../errors"
import type { World } from "../world"

/** What a shop configures to reach the simulated Ksher. */
export interface KsherCredentials {
  appid: string
  /** PEM, PKCS #1. */
  privateKey: string
  /** PEM of the keys that sign answers: V1 (RSA-512, as Ksher's), V2 (RSA-2048). */
  publicKeys: string[]
  /** Stands for https://gateway.ksher.com */
  gatewayUrl: string
  /** Stands for https://api.mch.ksher.net */
  apiUrl: string
}

export interface KsherMerchantOptions {
  appid?: string
  /** Hours east of Greenwich of the naive times in answers; 7 (Thailand) where not given. */
  utcOffset?: number
  /** Channels of the contract; all where not given. */
  channels?: string[]
  /** Currencies of the contract; all where not given. */
  feeTypes?: string[]
  /** As `allow_partial_refund` of `merchant_info`; true where not given. */
  allowPartialRefund?: boolean
  /** As `account_type`; Test where not given. */
  accountType?: "Test" | "Formal"
  /** A notification address that is registered at Ksher; none where not given. */
  registeredNotifyUrl?: string
  /** `single_order_limit` and `day_sum_limit` by channel, in minor units; none where not given. Only told, and not enforced. */
  limits?: Record<string, { order?: number; day?: number }>
  /** What Ksher keeps of each settlement, in thousandths; 7 % of that is VAT. 20 where not given. */
  feePerMille?: number
  /** Days until a settled day is transferred (T+n); 1 where not given. */
  settlesAfterDays?: number
  /** The hour of the merchant's clock at which a day ends, 24 being midnight; 23 where not given. */
  settlementCutOff?: number
  /** What can be paid out, in minor units; null where not given: the account has no contract for payouts. */
  payoutBalance?: number | null
  /** What Ksher takes for a payout besides, in minor units; 260 where not given. */
  payoutFee?: number
}

/** What of a merchant can change while the sandbox runs. */
export type KsherMerchantChanges = Omit<KsherMerchantOptions, "appid">

export interface KsherMerchant {
  readonly appid: string
  readonly publicKey: KeyObject
  readonly utcOffset: number
  readonly channels: string[] | undefined
  readonly feeTypes: string[]
  readonly allowPartialRefund: boolean
  readonly accountType: "Test" | "Formal"
  readonly registeredNotifyUrl: string
  readonly limits: Record<string, { order?: number; day?: number }>
  readonly feePerMille: number
  readonly settlesAfterDays: number
  readonly settlementCutOff: number
  readonly payoutBalance: number | null
  readonly payoutFee: number
}

export interface KsherKeys {
  V1: { privateKey: KeyObject; pem: string }
  V2: { privateKey: KeyObject; pem: string }
}

const generate = promisify(generateKeyPair)

async function makeKey(modulusLength: number) {
  const { privateKey, publicKey } = await generate("rsa", { modulusLength })
  return { privateKey, pem: publicKey.export({ type: "spki", format: "pem" }).toString() }
}

async function makeAnswerKeys(): Promise<KsherKeys> {
  // 512 bits as Ksher's own V1 key. An OpenSSL with a stricter policy refuses so small a key: then 1024.
  const V1 = await makeKey(512).catch(() => makeKey(1024))
  return { V1, V2: await makeKey(2048) }
}

let answerKeys: Promise<KsherKeys> | undefined

/** The keys that sign answers. One pair of them for the whole process: making RSA-2048 takes a third of a second. */
export function ksherAnswerKeys(): Promise<KsherKeys> {
  answerKeys ??= makeAnswerKeys()
  return answerKeys
}

/** Ksher takes channels away, lowers limits, or changes whatever else it tells of an account. */
export function changeKsherMerchant(world: World, appid: string, changes: KsherMerchantChanges): void {
  const merchant = world.ksherMerchants.get(appid)
  if (!merchant) throw new SandboxError(`There is no Ksher merchant ${appid}.`)
  world.ksherMerchants.set(appid, { ...merchant, ...changes })
}

/** Opens an account with a key of its own. */
export async function addKsherMerchant(
  world: World,
  options: KsherMerchantOptions = {},
): Promise<KsherCredentials> {
  const { privateKey, publicKey } = await generate("rsa", { modulusLength: 1024 })
  const appid = options.appid ?? `mch3${world.serial(4)}`
  if (world.ksherMerchants.has(appid)) throw new SandboxError(`There is a Ksher merchant ${appid} already.`)
  world.ksherMerchants.set(appid, {
    appid,
    publicKey,
    utcOffset: options.utcOffset ?? 7,
    channels: options.channels,
    feeTypes: options.feeTypes ?? ["THB", "MYR", "JPY", "AED"],
    allowPartialRefund: options.allowPartialRefund ?? true,
    accountType: options.accountType ?? "Test",
    registeredNotifyUrl: options.registeredNotifyUrl ?? "",
    limits: options.limits ?? {},
    feePerMille: options.feePerMille ?? 20,
    settlesAfterDays: options.settlesAfterDays ?? 1,
    settlementCutOff: options.settlementCutOff ?? 23,
    payoutBalance: options.payoutBalance ?? null,
    payoutFee: options.payoutFee ?? 260,
  })
  return {
    appid,
    privateKey: privateKey.export({ type: "pkcs1", format: "pem" }).toString(),
    publicKeys: [world.ksherKeys.V1.pem, world.ksherKeys.V2.pem],
    gatewayUrl: `${world.url}/ksher/gateway`,
    apiUrl: `${world.url}/ksher/api`,
  }
}
