import { z } from "zod"

import type { GatewayName } from "./books"

export const ksherCalls = [
  "gateway_pay",
  "gateway_order_query",
  "cancel_order",
  "native_pay",
  "order_query",
  "order_close",
  "order_refund",
  "refund_query",
  "quick_pay",
  "merchant_info",
  "get_settlement_info",
  "get_payout_balance",
  "payout",
  "order_query_payout",
] as const

export const gneteCalls = [
  "pay/unifiedOrder",
  "pay/query",
  "pay/close",
  "pay/cancel",
  "cancel/query",
  "refund/refundOrder",
  "refund/query",
] as const

export type KsherCall = (typeof ksherCalls)[number]
export type GneteCall = (typeof gneteCalls)[number]

const disturbance = {
  /**
   * - `timeout`: the answer never comes
   * - `reset`: the connection breaks
   * - `http403`, `http404`, `http405`, `http501`: a page of a server that does not take the call
   * - `http500`, `empty`, `garbage`: a server error page; 200 with no body; 200 with something that is not JSON
   * - `bad_signature`: the answer with a signature that is wrong (an unsigned answer stays as it is)
   * - `notsure`: Ksher's signed NOTSURE (`cancel_order`: code -6), Gnete's 9999 系统异常
   * - `refuse`: the gateway's refusal, with `code` and `message`
   * - `delay`: the answer comes `delayMs` late; `before`: the request is carried out only then
   */
  kind: z.enum([
    "timeout",
    "reset",
    "http403",
    "http404",
    "http405",
    "http501",
    "http500",
    "empty",
    "garbage",
    "bad_signature",
    "notsure",
    "delay",
    "refuse",
  ]),
  /** before: what was asked for does not happen; after: it does, and only the answer is disturbed. */
  when: z.enum(["before", "after"]),
  /** How many calls it disturbs; 1 where not given. */
  times: z.number().int().positive().optional(),
  /** Milliseconds for `delay`; 1000 where not given. */
  delayMs: z.number().int().nonnegative().optional(),
  /** For `refuse`: Ksher's `err_code`, or `code` on the link host; Gnete's `code`. */
  code: z.union([z.string(), z.number().int()]).optional(),
  message: z.string().optional(),
  /** Only calls that carry this number in one of their fields. */
  orderNo: z.string().optional(),
}

/** One way in which calls go wrong. `call` is the last part of its path, or `*` for every call of the gateway. */
export const fault = z.discriminatedUnion("gateway", [
  z.strictObject({ gateway: z.literal("ksher"), call: z.enum([...ksherCalls, "*"]), ...disturbance }),
  z.strictObject({ gateway: z.literal("gnete"), call: z.enum([...gneteCalls, "*"]), ...disturbance }),
])

export type Fault = z.infer<typeof fault>

/** Faults wait here for the calls they disturb, in the order in which they were set. */
export class Faults {
  private waiting: Fault[] = []

  add(fault: Fault): void {
    this.waiting.push({ ...fault, times: fault.times ?? 1 })
  }

  /** All of them, or those that were set for one number. */
  clear(orderNo?: string): void {
    this.waiting = orderNo === undefined ? [] : this.waiting.filter((each) => each.orderNo !== orderNo)
  }

  left(): Fault[] {
    return this.waiting.map((each) => ({ ...each }))
  }

  take(gateway: GatewayName, call: string, params: Record<string, unknown>): Fault | undefined {
    const found = this.waiting.find(
      (each) =>
        each.gateway === gateway &&
        (each.call === "*" || each.call === call) &&
        (each.orderNo === undefined || Object.values(params).includes(each.orderNo)),
    )
    if (!found) return undefined
    found.times = (found.times ?? 1) - 1
    if (found.times === 0) this.waiting = this.waiting.filter((each) => each !== found)
    return found
  }
}
