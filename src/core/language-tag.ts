import type { Names } from "./ways"

export const languages = ["en", "th", "zh-CN", "zh-TW"] as const

/**
 * The language of texts for a tag such as `th-TH`, `undefined` where there are none. Chinese is written in two scripts; where the
 * region says which, it is taken from there.
 */
export function languageForTag(given: string): keyof Names | undefined {
  const tag = given.toLowerCase()
  const [language] = tag.split("-")
  if (language === "zh") return !/-hans\b/.test(tag) && /-(hant|tw|hk|mo)\b/.test(tag) ? "zh-TW" : "zh-CN"
  return languages.find((one) => one === language)
}
