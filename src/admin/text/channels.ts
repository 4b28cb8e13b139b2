import { wayOf, type Names } from "../../core/ways"
import type { TextKey, TextValues } from "./keys"

/** A channel as people call it: its name, or its name with how it is reached, where two codes have one name. */
export type ChannelName = string | { text: TextKey; values: TextValues }

const reached: Readonly<Record<string, TextKey>> = {
  H5: "channel_name.h5",
  WAP: "channel_name.h5",
  QR: "channel_name.qr",
  NATIVE: "channel_name.qr",
  PC: "channel_name.pc",
}

/** The languages of the names; any other reads the English one. */
const languages: Readonly<Record<string, keyof Names>> = { th: "th", "zh-CN": "zh-CN", "zh-TW": "zh-TW" }

/** A code that is not known is shown as the gateway writes it, which is also how its console shows it. */
export function nameOfChannel(code: string, locale: string): ChannelName {
  const way = wayOf(code)
  const name = way.name[languages[locale] ?? "en"]
  const text = way.pair === undefined ? undefined : reached[code.slice(code.lastIndexOf("_") + 1)]
  return text ? { text, values: { name } } : name
}
