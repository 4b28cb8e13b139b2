/** Medusa's language codes (`zhCN`, `ptBR`) as the browser knows them (`zh-CN`). */
export const localeOf = (language: string): string => language.replace(/^([a-z]{2})([A-Z]{2})$/, "$1-$2")

/** With the currency's code, not its sign: `$` and `¥` stand for several currencies at these gateways. */
export const moneyOf = (amount: number, currency: string, locale: string): string =>
  new Intl.NumberFormat(locale, { style: "currency", currency, currencyDisplay: "code" }).format(amount)

export const dateOf = (iso: string, locale: string): string =>
  new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "medium" }).format(new Date(iso))

/** For a table, where it has to stand in one line. */
export const shortDateOf = (iso: string, locale: string): string =>
  new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" }).format(new Date(iso))

export const dayOf = (iso: string, locale: string): string =>
  new Intl.DateTimeFormat(locale, { dateStyle: "medium" }).format(new Date(iso))

/** 0 to 1, as a percentage. */
export const shareOf = (part: number, locale: string): string =>
  new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 1 }).format(part)
