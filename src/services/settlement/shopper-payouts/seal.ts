import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto"

import { z } from "zod"

import { readReceiver, receiverTypes } from "../../../core"
import type { Receiver } from "../../../core"
import type { PayoutPolicy } from "./decide-payout"

type Keys = PayoutPolicy["keys"]

const algorithm = "aes-256-gcm"
const ivBytes = 12

const kept = z.object({ type: z.enum(receiverTypes), number: z.string(), bank: z.string().optional() })

/** Seals an account with the first key. `of` is bound to it: moved to another payout, it does not open. */
export function seal(receiver: Receiver, of: string, [newest]: Keys): string {
  if (!newest) throw new Error("No key is configured that an account could be kept with.")
  const iv = randomBytes(ivBytes)
  const cipher = createCipheriv(algorithm, newest.key, iv).setAAD(Buffer.from(of))
  const sealed = Buffer.concat([cipher.update(JSON.stringify(receiver), "utf8"), cipher.final()])
  const parts = [iv, sealed, cipher.getAuthTag()].map((part) => part.toString("base64url"))
  return [newest.version, ...parts].join(".")
}

/** What was sealed, where one of the keys opens it and it is an account. */
export function unseal(sealed: string, of: string, keys: Keys): Receiver | undefined {
  const [version, ...parts] = sealed.split(".")
  const [iv, text, tag] = parts.map((part) => Buffer.from(part, "base64url"))
  const key = keys.find((one) => one.version === version)?.key
  if (!key || !iv || !text || !tag) return undefined
  try {
    const decipher = createDecipheriv(algorithm, key, iv, { authTagLength: 16 })
      .setAAD(Buffer.from(of))
      .setAuthTag(tag)
    const plain = Buffer.concat([decipher.update(text), decipher.final()]).toString("utf8")
    const read = readReceiver(kept.parse(JSON.parse(plain)))
    return "receiver" in read ? read.receiver : undefined
  } catch {
    // Another key, or not what was sealed: a person is told, and nothing is sent.
    return undefined
  }
}
