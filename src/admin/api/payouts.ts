import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query"
import { z } from "zod"

import { payoutStates, statementDates, statementDelimiters } from "../../core/payouts"
import type { Period } from "../rules/payouts"
import { mappingToSend, statementColumns, type StatementMapping } from "../rules/statement"
import { download, read, upload, write } from "./client"
import { gateways } from "./schema"

const base = "/admin/gateway-payments/payouts"

const key = {
  gateway: z.enum(gateways),
  account: z.string(),
  channel: z.string().nullable(),
  currency_code: z.string(),
}

/** Amounts are exact decimals in major units. */
const day = z.object({
  ...key,
  from: z.string(),
  to: z.string(),
  paid: z.string(),
  returned: z.string(),
  settled: z.string().nullable(),
  fee: z.string(),
  vat: z.string(),
  transferred: z.string(),
  transferred_on: z.string().nullable(),
  state: z.enum(payoutStates),
  difference: z.string(),
  explained: z.boolean(),
  open: z.boolean(),
})
export type PayoutDay = z.infer<typeof day>

const channel = z.object({
  ...key,
  fee_percent: z.string().nullable(),
  fee_percent_with_vat: z.string().nullable(),
  cut_off: z.object({ from: z.number(), to: z.number(), days: z.number() }).nullable(),
})
export type PayoutChannel = z.infer<typeof channel>

const account = z.object({
  gateway: z.enum(gateways),
  account: z.string(),
  progress: z.object({
    asked: z.number(),
    answered: z.number(),
    failed: z.number(),
    last_answer_at: z.string().nullable(),
    why: z.enum(["account_not_read", "statements"]).nullable(),
  }),
  statements: z.object({ from: z.string(), to: z.string() }).nullable(),
  days: z.array(day),
  channels: z.array(channel),
})
export type PayoutAccount = z.infer<typeof account>

const payoutsAnswer = z.object({ configured: z.boolean(), accounts: z.array(account) })
const paymentsAnswer = z.object({
  payments: z.array(
    z.object({
      id: z.string(),
      merchant_order_no: z.string(),
      kind: z.enum(["paid", "returned"]),
      at: z.string(),
      amount: z.string(),
      currency_code: z.string(),
    }),
  ),
})

export const usePayouts = ({ from, to }: Period) =>
  useQuery({
    queryKey: ["gateway_payments", "payouts", from, to],
    queryFn: () => read(base, payoutsAnswer, { from, to }),
    placeholderData: keepPreviousData,
  })

export const usePaymentsBehind = (one: PayoutDay) =>
  useQuery({
    queryKey: ["gateway_payments", "payouts", "behind", one],
    queryFn: async () => {
      const { gateway, account: of, channel: by, currency_code, from, to } = one
      const query = { gateway, account: of, channel: by ?? "", currency_code, from, to }
      return (await read(`${base}/payments`, paymentsAnswer, query)).payments
    },
  })

export const usePayoutsDownload = () =>
  useMutation({
    mutationFn: ({ from, to }: Period) => download(`${base}/export`, { from, to }, "payouts.csv"),
  })

const mapping = z.object({
  timeZone: z.string(),
  currency: z.string(),
  delimiter: z.enum(statementDelimiters),
  dateFormat: z.enum(statementDates),
  channel: z.string(),
  feesAreNegative: z.boolean(),
  listsTransferred: z.boolean(),
  columns: z.partialRecord(z.enum(statementColumns), z.string()),
}) satisfies z.ZodType<StatementMapping>
const mappingAnswer = z.object({ mapping: mapping.nullable() })

const importAnswer = z.object({
  added: z.number(),
  changed: z.number(),
  unchanged: z.number(),
  problems: z.array(
    z.object({
      line: z.number(),
      code: z.string(),
      values: z.record(z.string(), z.union([z.string(), z.number()])),
      reason: z.string(),
    }),
  ),
})
export type StatementProblem = z.infer<typeof importAnswer>["problems"][number]

type AccountKey = Pick<PayoutAccount, "gateway" | "account">

const mappingKey = ({ gateway, account: of }: AccountKey) =>
  ["gateway_payments", "payouts", "mapping", gateway, of] as const

/** `null`: nobody has said yet how the columns of this account's statements are read. */
export const useMapping = ({ gateway, account: of }: AccountKey) =>
  useQuery({
    queryKey: mappingKey({ gateway, account: of }),
    queryFn: async () => (await read(`${base}/mapping`, mappingAnswer, { gateway, account: of })).mapping,
  })

/** Keeps how the columns are read, then hands the file over. The server takes all of its rows, or none. */
export function useStatementImport({ gateway, account: of }: AccountKey) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: async ({ mapping: draft, file }: { mapping: StatementMapping; file: File }) => {
      const body = { gateway, account: of, mapping: mappingToSend(draft) }
      await write(`${base}/mapping`, mappingAnswer, body)
      return upload(`${base}/import`, importAnswer, { gateway, account: of }, file)
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ["gateway_payments", "payouts"] }),
  })
}

/** Takes what was imported of the account out of its books; the answer is how many rows that were. */
export function useForgetStatements({ gateway, account: of }: AccountKey) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: () => write(`${base}/forget`, z.object({ removed: z.number() }), { gateway, account: of }),
    onSettled: () => queries.invalidateQueries({ queryKey: ["gateway_payments", "payouts"] }),
  })
}
