import { attentionCodes, dismissals, payoutWaits, waitingPayouts } from "../../core/attention"
import type { AttentionCode, AttentionValues, Sum } from "../../core/attention"
import { titleOf } from "../../core/gateways"
import type { Operation, PaymentDetail } from "../api/schema"
import type { TextKey, TextValues } from "./keys"

const isKnown = (code: string | null | undefined): code is AttentionCode =>
  attentionCodes.some((one) => one === code)

/** What dismissing a notice decides; dismissing any other takes the notice away, and no more. */
export function dismissalText(code: string | null | undefined): TextKey | undefined {
  const dismissal = isKnown(code) ? dismissals[code] : undefined
  return dismissal && `resolve.dismissal.${dismissal}`
}

/** `values`: what to do about payouts depends on what each of them waits for. */
export function attentionText(
  code: string | null | undefined,
  values: object | null = null,
): { reason: TextKey; todos: TextKey[] } {
  if (!isKnown(code)) return { reason: "attention.title", todos: ["attention.todo.other"] }
  const waits = code === "payout_waits" && values && "why" in values ? waitsIn(values) : new Set<string>()
  const todos = payoutWaits
    .filter((why) => waits.has(why))
    .map((why) => `attention.todo.payout_waits_${why}` as const)
  return { reason: `attention.reason.${code}`, todos: todos.length ? todos : [`attention.todo.${code}`] }
}

const waitsIn = (values: object): ReadonlySet<string> =>
  new Set(waitingPayouts(values as AttentionValues["payout_waits"]).map(({ why }) => why))

type Shown = string | number | Sum | { key: TextKey } | { channel: string }

/** What was found: a text, and what it is filled in with. */
interface Found {
  text: TextKey
  values?: Readonly<Record<string, Shown | undefined>>
  /** What the gateway or Medusa said, in English, as it came. */
  quotes?: readonly (string | null | undefined)[]
}

const found: { readonly [Code in AttentionCode]: (values: AttentionValues[Code]) => Found | Found[] } = {
  amount_mismatch: ({ order, asked, said }) =>
    said
      ? { text: "attention.found.amount_mismatch", values: { order, asked, said } }
      : { text: "attention.found.amount_mismatch_unsaid", values: { order, asked } },
  qr_mismatch: ({ order, gateway, message }) => ({
    text: "attention.found.qr_mismatch",
    values: { order, gateway: titleOf(gateway) },
    quotes: [message],
  }),
  contradiction: (values) =>
    values.why === "not_paid_now"
      ? {
          text: "attention.found.contradiction_not_paid_now",
          values: { order: values.order, state: { key: standings[values.state] } },
        }
      : { text: "attention.found.contradiction_notified_paid", values: { order: values.order } },
  not_captured: (values) =>
    values.why === "cart_open"
      ? {
          text: "attention.found.not_captured_cart_open",
          values: { paid: values.paid },
          quotes: [values.problem],
        }
      : { text: "attention.found.not_captured_part_returned", values: { paid: values.paid } },
  close_failed: (values) =>
    values.why === "still_open"
      ? { text: "attention.found.close_failed_still_open", values: { gateway: titleOf(values.gateway) } }
      : { text: "attention.found.close_failed_refused", quotes: [values.refusal.message] },
  qr_stays_open: (values) =>
    values.why === "order_canceled"
      ? {
          text: "attention.found.qr_stays_open_order_canceled",
          values: {
            gateway: titleOf(values.gateway),
            channel: values.channel === null ? "–" : { channel: values.channel },
          },
        }
      : { text: "attention.found.qr_stays_open_not_supported", quotes: [values.refusal.message] },
  refund_unknown: ({ gateway, kind, number, amount, sent, asked }) => ({
    text: `attention.found.refund_unknown_${kind}`,
    values: { gateway: titleOf(gateway), number, amount },
    quotes: [asked?.message ?? sent?.message],
  }),
  refund_refused: (values) => ({
    text: values.again ? "attention.found.refund_refused_again" : "attention.found.refund_refused_no_more",
    values: { owed: values.owed, attempts: values.attempts, most: values.most },
    quotes: [values.why === "tried" ? values.problem.message : values.refusal?.message],
  }),
  refund_unsupported: (values) =>
    values.why === "whole_only"
      ? {
          text: "attention.found.refund_unsupported_whole_only",
          values: { channel: { channel: values.channel } },
        }
      : {
          text: "attention.found.refund_unsupported_no_refunds",
          values: {
            channel: { channel: values.channel },
            gateway: titleOf(values.gateway),
            amount: values.amount,
          },
        },
  late_held: ({ paid, unwanted }) => ({
    text: "attention.found.late_held",
    values: { paid, unwanted: { key: `attention.unwanted.${unwanted}` } },
  }),
  outside_unclear: (values) => {
    switch (values.why) {
      case "amount_unsaid":
        return { text: "attention.found.outside_unclear_amount_unsaid", values: { order: values.order } }
      case "not_confirmed":
        return {
          text: `attention.found.outside_unclear_not_confirmed_${values.kind}`,
          values: { number: values.number, amount: values.amount ?? "" },
          quotes: [values.answer.message],
        }
      case "reversed_too":
        return {
          text: "attention.found.outside_unclear_reversed_too",
          values: { order: values.order, number: values.number },
        }
    }
  },
  books_differ: (values) => {
    switch (values.why) {
      case "returned_beyond":
        return {
          text: "attention.found.books_differ_returned_beyond",
          values: { order: values.order, returned: values.returned, paid: values.paid },
        }
      case "made_once":
        return {
          text: "attention.found.books_differ_made_once",
          values: { gateway: titleOf(values.gateway), amount: values.amount },
        }
      case "returned_twice":
        return {
          text: "attention.found.books_differ_returned_twice",
          values: { gateway: titleOf(values.gateway), number: values.number, amount: values.amount },
        }
      case "not_entered":
        return {
          text: "attention.found.books_differ_not_entered",
          values: { number: values.number, amount: values.amount },
          quotes: [values.problem],
        }
    }
  },
  unanswered: ({ order, message }) => ({
    text: "attention.found.unanswered",
    values: { order },
    quotes: [message],
  }),
  no_order: ({ paid }) => ({ text: "attention.found.no_order", values: { paid } }),
  account_changed: ({ provider, gateway, account, now }) => ({
    text: "attention.found.account_changed",
    values: { provider, gateway: titleOf(gateway), account, now },
  }),
  entry_removed: ({ provider, gateway, account }) => ({
    text: "attention.found.entry_removed",
    values: { provider, gateway: titleOf(gateway), account },
  }),
  order_changing: ({ change, number, amount }) => {
    const open = { change: { key: `attention.change.${change}` } } as const
    return number && amount
      ? { text: "attention.found.order_changing", values: { ...open, number, amount } }
      : { text: "attention.found.order_changing_unnamed", values: open }
  },
  cancel_unfinished: (values) =>
    values.why === "change_open"
      ? {
          text: "attention.found.cancel_unfinished_change_open",
          values: { change: { key: `attention.change.${values.change}` } },
        }
      : { text: "attention.found.cancel_unfinished_medusa", quotes: [values.problem] },
  payout_waits: (values) =>
    waitingPayouts(values).map(({ why, number, amount }) => ({
      text: `attention.found.payout_waits_${why}`,
      values: { number, amount, gateway: titleOf(values.gateway) },
    })),
  notification_failed: ({ order, number, tries, problem }) => ({
    ...(number
      ? { text: "attention.found.notification_failed_return", values: { order, number, tries } }
      : { text: "attention.found.notification_failed_payment", values: { order, tries } }),
    quotes: [problem],
  }),
}

const standings = {
  closed: "reconcile.value.closed",
  failed: "state.failed",
  absent: "reconcile.value.absent",
} as const satisfies Record<string, TextKey>

/** What writes a text and an amount in the language of the admin: `useText` hands it out. */
export interface Writer {
  t: (key: TextKey, values?: TextValues) => string
  money: (amount: number, currency: string) => string
  channel: (code: string) => string
}

/** What was found, written from the code and its values; `null` where the server's own sentence is all there is. */
export function attentionFound(code: string | null, values: object | null, writer: Writer): string | null {
  if (!isKnown(code) || values === null) return null
  return [foundOf(code, values)]
    .flat()
    .map((one) => foundInWords(one, writer))
    .join(" ")
}

function foundInWords({ text, values: shown = {}, quotes = [] }: Found, writer: Writer): string {
  const written = Object.entries(shown).map(([name, value]) => [name, inWords(value, writer)] as const)
  const words = quotes
    .filter(Boolean)
    .map((message) => writer.t("attention.quote", { message: message ?? "" }))
  return [writer.t(text, Object.fromEntries(written)), ...words].join(" ")
}

/** The server writes values with the code that they belong to. */
const foundOf = (code: AttentionCode, values: object): Found | Found[] =>
  (found[code] as (values: object) => Found | Found[])(values)

function inWords(value: Shown | undefined, { t, money, channel }: Writer): string {
  if (typeof value !== "object") return String(value ?? "")
  if ("channel" in value) return channel(value.channel)
  return "key" in value ? t(value.key) : money(Number(value.amount), value.currency)
}

/** What was refused last, with its reason. */
export const lastRefusal = ({ operations }: PaymentDetail): Operation | undefined =>
  operations.filter(({ kind, state }) => kind !== "open" && kind !== "close" && state === "refused").at(-1)
