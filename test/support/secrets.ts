import { createHash } from "node:crypto"

import type { Sandbox } from "../../src/sandbox"

/** The secrets of both accounts in every form in which they could be written, signatures, and who paid. */
export function secretsOf({ ksher, gnete }: Pick<Sandbox, "ksher" | "gnete">): (string | RegExp)[] {
  const { appSecret } = gnete
  const lines = ksher.privateKey.split("\n").filter((line) => /^[A-Za-z0-9+/=]{30,}$/.test(line))
  return [
    appSecret,
    Buffer.from(appSecret).toString("base64"),
    createHash("md5").update(`key=${appSecret}`).digest("hex"),
    ...lines,
    "PRIVATE KEY",
    "sandbox-payer",
    "203.0.113",
    // RSA signatures are 128 hex digits and more, Gnete's are 32 in capitals.
    /[0-9a-f]{128,}/,
    /\b[0-9A-F]{32}\b/,
  ]
}

export const found = (text: string, secret: string | RegExp): string | undefined =>
  typeof secret === "string" ? (text.includes(secret) ? secret : undefined) : secret.exec(text)?.[0]
