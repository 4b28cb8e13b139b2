import { useTranslation } from "react-i18next"

import { namespace } from "../i18n"
import { dateOf, localeOf, moneyOf, shareOf, shortDateOf } from "./format"
import type { TextKey, TextValues } from "./keys"

/** Sentences, money and times in the language the person has chosen for the admin. */
export function useText() {
  const { t, i18n } = useTranslation(namespace)
  const locale = localeOf(i18n.language)
  return {
    t: (key: TextKey, values: TextValues = {}): string => t(key, values),
    money: (amount: number, currency: string): string => moneyOf(amount, currency, locale),
    time: (iso: string): string => dateOf(iso, locale),
    shortTime: (iso: string): string => shortDateOf(iso, locale),
    share: (part: number): string => shareOf(part, locale),
  }
}
