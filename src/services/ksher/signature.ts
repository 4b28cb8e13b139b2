import { createPrivateKey, createPublicKey, createSign, createVerify, type KeyObject } from "node:crypto"
import { compactJson, JsonNumber } from "../transport"

/**
 * Ksher signs its answers and webhooks with these, byte for byte as its own SDKs carry them. V1 is RSA-512: good
 * enough to tell noise from a hint, not to believe money. V2 answers requests with the header `ksher-sign-version`.
 */
export const publishedKeys: Readonly<Record<"V1" | "V2", string>> = {
  V1: `-----BEGIN PUBLIC KEY-----
MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAL7955OCuN4I8eYNL/mixZWIXIgCvIVE
ivlxqdpiHPcOLdQ2RPSx/pORpsUu/E9wz0mYS2PY7hNc2mBgBOQT+wUCAwEAAQ==
-----END PUBLIC KEY-----
`,
  V2: `-----BEGIN RSA PUBLIC KEY-----
MIIBCgKCAQEA3WvHCgE/NVHjWG+IzjB2OeWFwjQJFPEi/O1AFaiLdsyXgQ8sROIM
pp7iyhbubKf+aNFdJx4+hwbVSd3BAUUdKQJyovdqjF0DLLrk0QLUZAnEX7lylugt
VL+eCKRhI8UzXxEFMt8vrhw1p9oaxBK/0mXcqUGvtM7hNAZo9jdfB/l+gAf6X3jR
1gj7lsz190A+FfDwzIhCWK8FcdroW7A00KAcCdAadzNdn16UNj4G0kGXhAMf+175
gTFuVuiZx1oSaInrOgnl05qqixTbrdm/BqwbFWGGYX1B6yKM0/Vus3DqkwgXr1q+
bWPtM3sDOQuQmkbo/jQbkMv+Ab8ij2f1gwIDAQAB
-----END RSA PUBLIC KEY-----
`,
}

const algorithm = "RSA-MD5"
/** An RSA-4096 signature in hex; Ksher's are 128 or 512 characters. */
const longestSign = 1024

/** What may be signed: strings and whole numbers. Ksher's SDKs write booleans and nulls each in their own way. */
export type KsherParams = Readonly<Record<string, string | number>>

/**
 * The merchant's private key (PEM, PKCS#1 or PKCS#8, `\n` as two characters accepted, RSA of 512 bits or more).
 * Throws TypeError, without the key in its message.
 */
export function parsePrivateKey(pem: string): KeyObject {
  return parsed(pem, createPrivateKey, "private")
}

/** One of Ksher's public keys, PEM in either form. Throws TypeError. */
export function parsePublicKey(pem: string): KeyObject {
  if (pem.includes("PRIVATE KEY"))
    throw new TypeError("This is a private key; Ksher's public key is asked for.")
  return parsed(pem, createPublicKey, "public")
}

function parsed(pem: string, parse: (pem: string) => KeyObject, kind: string): KeyObject {
  const key = attempt(() => parse(pem.replaceAll("\\n", "\n").trim()))
  if (key?.asymmetricKeyType !== "rsa") throw new TypeError(`This is not an RSA ${kind} key in PEM form.`)
  if ((key.asymmetricKeyDetails?.modulusLength ?? 0) < 512)
    throw new TypeError("The RSA key is shorter than 512 bits.")
  return key
}

/** OpenSSL's own messages differ by version and say nothing a shop could use. */
function attempt<T>(parse: () => T): T | undefined {
  try {
    return parse()
  } catch {
    return undefined
  }
}

/**
 * Signs request parameters (`sign` itself left out): RSASSA-PKCS1-v1_5 with MD5 over `key=value` of every parameter,
 * sorted by key, joined by nothing, empty values included. Lower-case hex. Parse the key once with parsePrivateKey
 * where many requests are signed. Source: ksher signature_algo.html and Ksher's SDKs.
 */
export function signKsherRequest(params: KsherParams, privateKey: string | KeyObject): string {
  for (const [name, value] of Object.entries(params))
    if (typeof value !== "string" && !Number.isSafeInteger(value))
      throw new TypeError(`Ksher parameter ${name} must be a string or a whole number.`)
  const key = typeof privateKey === "string" ? parsePrivateKey(privateKey) : privateKey
  return createSign(algorithm).update(canonical(params), "utf8").sign(key, "hex")
}

/**
 * Whether `sign` covers `data`, under any of the keys. Only `data` is signed: never `code`, `msg` or `time_stamp`.
 * The string has no separators, so a valid signature does not fix where one field ends: check every field after it.
 */
export function verifyKsherData(
  data: Readonly<Record<string, unknown>>,
  sign: string,
  publicKeys: readonly (string | KeyObject)[] = Object.values(publishedKeys),
): boolean {
  return verifyFields(signedFields(data), sign, publicKeys)
}

/** As `verifyKsherData`, of fields that were made ready for it. */
export function verifyFields(
  fields: readonly SignedField[],
  sign: string,
  publicKeys: readonly (string | KeyObject)[],
): boolean {
  if (sign.length > longestSign || sign.length % 2 !== 0 || !/^[0-9a-f]+$/i.test(sign)) return false
  const signature = Buffer.from(sign, "hex")
  const keys = publicKeys
    .map((given) => (typeof given === "string" ? parsePublicKey(given) : given))
    .filter((key) => bytesOf(key) === signature.length)
  if (keys.length === 0) return false
  const message = joined(fields)
  return keys.some((key) => createVerify(algorithm).update(message, "utf8").verify(key, signature))
}

/** As long as the signatures of an RSA key are: those of Ksher's two keys differ, and none is tried with the other key. */
const bytesOf = (key: KeyObject): number => Math.ceil((key.asymmetricKeyDetails?.modulusLength ?? 0) / 8)

/** The signed string. */
export const canonical = (data: Readonly<Record<string, unknown>>): string => joined(signedFields(data))

const joined = (fields: readonly SignedField[]): string =>
  fields.map(([name, text]) => `${name}=${text}`).join("")

export type SignedField = readonly [name: string, text: string]

/** What is signed, in its order. Text stands for itself, numbers as written, anything else as compact JSON with sorted names. */
export const signedFields = (data: Readonly<Record<string, unknown>>): SignedField[] =>
  Object.keys(data)
    .sort()
    .filter((name) => name !== "sign")
    .map((name) => [name, valueText(data[name])])

function valueText(value: unknown): string {
  if (typeof value === "string") return value
  if (Number.isSafeInteger(value)) return String(value)
  if (value instanceof JsonNumber) return value.lexeme
  return compactJson(value, (names) => names.sort())
}
