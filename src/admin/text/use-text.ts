import { useTranslation } from "react-i18next"

import { Refusal } from "../api/client"
import type { Payment } from "../api/schema"
import { namespace } from "../i18n"
import { nameOfChannel } from "./channels"
import { problemText } from "./codes"
import { dateOf, dayOf, localeOf, moneyOf, shareOf, shortDateOf } from "./format"
import type { TextKey, TextValues } from "./keys"
import { gatewayName } from "./names"

/** Sentences, money and times in the language the person has chosen for the admin. */
export function useText() {
  const { t: translate, i18n } = useTranslation(namespace)
  const locale = localeOf(i18n.language)
  const t = (key: TextKey, values: TextValues = {}): string => translate(key, values)
  // The server's own sentence says more than the code, and is in English.
  const said = (key: TextKey | null, english: string | null, values?: TextValues): string | null =>
    key && !(english && locale.startsWith("en")) ? t(key, values) : english
  const channel = (code: string): string => {
    const name = nameOfChannel(code, locale)
    return typeof name === "string" ? name : t(name.text, name.values)
  }
  return {
    t,
    said,
    locale,
    isEnglish: locale.startsWith("en"),
    problem: (error: Error): string =>
      said(problemText(error instanceof Refusal ? error.code : undefined), error.message) ?? error.message,
    channel,
    channelOf: (payment: Payment): string =>
      payment.channel === null ? gatewayName(payment.gateway) : channel(payment.channel),
    money: (amount: number, currency: string): string => moneyOf(amount, currency, locale),
    time: (iso: string): string => dateOf(iso, locale),
    day: (iso: string): string => dayOf(iso, locale),
    shortTime: (iso: string): string => shortDateOf(iso, locale),
    share: (part: number): string => shareOf(part, locale),
  }
}
