import { unlinkSync, writeFileSync } from "node:fs"
import path from "node:path"
import { renderUnicodeCompact } from "uqr"

import type { PaymentLink } from "../../../core"

/** Shows how to pay, for a phone to scan. Gives back what takes the picture away again. */
export function showLink(
  { action, expiresAt }: PaymentLink,
  directory: string,
  say: (line: string) => void,
): () => void {
  say(`Pay with your phone until ${expiresAt.toISOString()}. Ctrl-C gives up, and closes the order.`)
  if (action.type === "redirect") {
    say(renderUnicodeCompact(action.url, { border: 2 }))
    say(action.url)
    return () => undefined
  }
  if ("content" in action) {
    say(renderUnicodeCompact(action.content, { border: 2 }))
    return () => undefined
  }
  const png = /^data:image\/png;base64,(.+)$/.exec(action.image)?.[1]
  if (png === undefined) {
    say(action.image)
    return () => undefined
  }
  const file = path.join(directory, "ksher-gnete-probe.png")
  writeFileSync(file, Buffer.from(png, "base64"))
  say(`The code is the picture ${file}.`)
  return () => unlinkSync(file)
}
