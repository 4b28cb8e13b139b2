import { languageForTag } from "../../core"
import type { Names } from "../../core"

export type Language = keyof Names

/** The first language of the browser's list that the page has, by its weight; English where it has none. */
export function languageOf(accepted: string | undefined): Language {
  const wanted = (accepted ?? "")
    .slice(0, longestHeader)
    .split(",")
    .map((part) => {
      const [tag = "", ...parameters] = part.trim().split(";")
      const weight = parameters.map((one) => /^\s*q=([\d.]+)$/.exec(one)?.[1]).find(Boolean)
      return { tag, weight: weight === undefined ? 1 : Number(weight) }
    })
    .filter(({ weight }) => weight > 0)
    .sort((one, other) => other.weight - one.weight)
  for (const { tag } of wanted) {
    const language = languageForTag(tag)
    if (language) return language
  }
  return "en"
}

/** What no browser's list is longer than. */
const longestHeader = 512
