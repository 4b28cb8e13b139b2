import * as gnete from "../../../src/services/gnete/mapping"
import * as ksher from "../../../src/services/ksher/mapping"

/** What is read where nothing clear was said, of every call. */
export const always = "unknown"

type Lines = readonly (readonly [says: string, outcome: string])[]

const meaningOf = (meaning: { reason?: string; unknown?: string }): string =>
  meaning.reason === undefined ? always : `refused, \`${meaning.reason}\``

const codes = (table: Readonly<Record<string, object>>, word: string): Lines =>
  Object.entries(table)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, meaning]) => [`\`${word} ${code}\``, meaningOf(meaning)])

const texts = (rows: readonly (readonly [string, object])[]): Lines =>
  rows.map(([text, meaning]) => [`9999 … ${text} …`, meaningOf(meaning)])

const signedSuccess = (what: string): Lines => [[`signed \`result: SUCCESS\`, ${what}`, "succeeded"]]
const notSure: Lines = [["signed `result: NOTSURE`", always]]

const ksherStandings: Lines = Object.entries(ksher.standings).map(([word, { state }]) => [
  `signed \`result: ${word}\``,
  `the order is ${state.replace("_", " ")}`,
])

const refundState = (state: string): Lines => [[`the number listed as \`${state}\``, "succeeded"]]

const progress = (states: typeof gnete.refundStates, field: string): Lines =>
  Object.entries(states).map(([state, { is }]) => [
    `signed \`${field}: ${state}\``,
    is === "declined"
      ? "refused, `declined`"
      : is === "pending"
        ? "pending: accepted, and owed from then on"
        : is,
  ])

const gneteStandings: Lines = Object.entries(gnete.standings).map(([state, { state: word }]) => [
  `signed \`state: ${state}\``,
  `the order is ${word.replace("_", " ")}`,
])

const opened: Lines = Object.entries(gnete.openStates).map(([state, word]) => [
  `signed \`orderState: ${state}\``,
  word === "opened" ? "succeeded" : "refused, `declined`",
])

/** Every call, with all that its documents let it say. */
const calls: readonly (readonly [gateway: string, call: string, lines: Lines])[] = [
  ["Ksher", "gateway_pay", [["signed link", "succeeded"], ...codes(ksher.gatewayPayCodes, "code")]],
  [
    "Ksher",
    "native_pay",
    [...signedSuccess("with a QR"), ...codes(ksher.nativePayErrors, "err_code"), ...notSure],
  ],
  ["Ksher", "gateway_order_query, order_query", [...ksherStandings, ...codes(ksher.queryErrors, "err_code")]],
  [
    "Ksher",
    "cancel_order",
    [["code 0, and a query that says CLOSED", "succeeded"], ...codes(ksher.cancelOrderCodes, "code")],
  ],
  [
    "Ksher",
    "order_close",
    [
      ["signed `result: SUCCESS`, and a query that says CLOSED", "succeeded"],
      ...codes(ksher.orderCloseErrors, "err_code"),
      ...notSure,
    ],
  ],
  [
    "Ksher",
    "order_refund",
    [
      ...signedSuccess("about this number and amount"),
      ...codes(ksher.orderRefundErrors, "err_code"),
      ...notSure,
    ],
  ],
  [
    "Ksher",
    "refund_query",
    [
      ...Object.keys(ksher.refundStates).flatMap(refundState),
      ["the number not listed", "refused, `absent`"],
      ...codes(ksher.refundQueryErrors, "err_code"),
      ["signed `result: FAIL`, any other `err_code`", meaningOf(ksher.refundsUntold(""))],
      ...notSure,
    ],
  ],
  ["Gnete", "pay/unifiedOrder", [...opened, ...texts(gnete.unifiedOrderTexts)]],
  ["Gnete", "pay/query", [...gneteStandings, ...texts(gnete.payQueryTexts)]],
  ["Gnete", "pay/close", [["code 0, and a query that says 6", "succeeded"], ...texts(gnete.payCloseTexts)]],
  ["Gnete", "pay/cancel", [...progress(gnete.cancelStates, "state"), ...texts(gnete.payCancelTexts)]],
  ["Gnete", "cancel/query", [...progress(gnete.cancelStates, "state"), ...texts(gnete.cancelQueryTexts)]],
  [
    "Gnete",
    "refund/refundOrder",
    [...progress(gnete.refundStates, "state"), ...texts(gnete.refundOrderTexts)],
  ],
  ["Gnete", "refund/query", [...progress(gnete.refundStates, "state"), ...texts(gnete.refundQueryTexts)]],
]

/** The tables of `docs/guarantees.md`, from the tables the code decides by. */
export const outcomeTables = (): string =>
  calls
    .map(([gateway, call, lines]) =>
      [
        `### ${gateway}: ${call}`,
        "",
        "| the gateway says | outcome |",
        "| --- | --- |",
        ...lines.map(([says, outcome]) => `| ${says} | ${outcome} |`),
      ].join("\n"),
    )
    .join("\n\n")
