import type { AttentionCode } from "../../core/attention"
import type en from "../i18n/en.json"

type Leaves<Tree> = {
  [Key in keyof Tree & string]: Tree[Key] extends string ? Key : `${Key}.${Leaves<Tree[Key]>}`
}[keyof Tree & string]

/** Every sentence of the admin pages, by its path in `i18n/en.json`; and the headings of attention. */
export type TextKey = Leaves<typeof en> | `attention.reason.${AttentionCode}`

/** i18next reads `count` as a plural, whose rules it looks up by Medusa's language codes; it knows none for `zhCN`. */
export type TextValues = Record<string, string | number> & { count?: never }
