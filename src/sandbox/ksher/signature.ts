import { sign, verify, type KeyObject } from "node:crypto"

/**
 * The text Ksher signs: every field but `sign`, names in code-unit order, `name=value` with nothing in between. Empty values take
 * part. What is not a string takes part as compact JSON with its names in order.
 */
export function signedText(fields: Record<string, unknown>): string {
  return Object.keys(fields)
    .filter((name) => name !== "sign")
    .sort()
    .map((name) => `${name}=${valueText(fields[name])}`)
    .join("")
}

/** RSA with MD5 and PKCS #1 v1.5 padding, in lower-case hex. */
export function signFields(fields: Record<string, unknown>, key: KeyObject): string {
  return sign("RSA-MD5", Buffer.from(signedText(fields)), key).toString("hex")
}

/** True only for the signature of exactly these fields. Hex in either case, as Ksher accepts both. */
export function isSigned(
  fields: Record<string, unknown>,
  signature: string,
  key: KeyObject,
  sha1Too: boolean,
): boolean {
  if (!/^([0-9a-f]{2})+$/i.test(signature)) return false
  const text = Buffer.from(signedText(fields))
  const signs = sha1Too ? ["RSA-MD5", "RSA-SHA1"] : ["RSA-MD5"]
  return signs.some((algorithm) => verify(algorithm, text, key, Buffer.from(signature, "hex")))
}

function valueText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(inOrder(value))
}

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder)
  if (typeof value !== "object" || value === null) return value
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(fields.map(([name, each]) => [name, inOrder(each)]))
}
