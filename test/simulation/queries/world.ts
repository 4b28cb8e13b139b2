import type { Gateway, Outcome, RefundRecord, ReversalRecord } from "../../../src/core"
import { openLedger } from "../../../src/services/ledger"
import type { GatewayPayment, Ledger } from "../../../src/services/ledger"
import { leaseMs } from "../../../src/services/settlement/schedule"
import { Silence, type Deps } from "../../../src/services/settlement"
import { openLedgerWorld, type LedgerWorld } from "../ledger/support"
import { Counter } from "./counting"

/** What the gateway says to the next refund; a test changes it. */
export interface Mood {
  refund: Outcome<RefundRecord>
  refundQuery: Outcome<RefundRecord>
  cancel: Outcome<ReversalRecord>
  sameDay: boolean
  partial: boolean
  /** Whether PromptPay gives anything back. */
  promptpay: boolean
}

export interface QueryWorld {
  base: LedgerWorld
  mood: Mood
  counter: Counter
  ledger: Ledger
  deps: Deps
  paid(): Promise<GatewayPayment>
  /** The statements that `work` makes. */
  statementsOf(work: () => Promise<unknown>): Promise<string[]>
}

const done = (number: string): RefundRecord => ({
  number,
  amount: { minor: 4_000, currency: "thb" },
  state: "succeeded",
})

export const succeeds: Outcome<RefundRecord> = { kind: "succeeded", value: done("R") }

const refused: Outcome<never> = { kind: "refused", reason: "declined", code: "no", message: "No." }

export const calm: Mood = {
  refund: succeeds,
  refundQuery: succeeds,
  cancel: refused,
  sameDay: false,
  partial: true,
  promptpay: true,
}

/** A gateway that answers as the mood is; only what the use cases of these tests ask of one. */
const gatewayOf = (mood: Mood): Gateway =>
  ({
    name: "ksher",
    listsRefunds: true,
    refundsOneAtATime: false,
    account: "mch1",
    acknowledgement: { contentType: "text/plain", accepted: "ok", rejected: () => "no" },
    channelFacts: (channel) => ({
      refund: channel !== "promptpay" || mood.promptpay,
      partialRefund: mood.partial,
      paysOut: false,
      refundQuery: true,
      close: true,
      minimum: 1,
    }),
    refund: async () => mood.refund,
    refundQuery: async () => mood.refundQuery,
    refundsOf: async () => ({ kind: "succeeded", value: [] }),
    cancel: async () => mood.cancel,
    readNotification: ({ body }) => ({
      readable: true,
      digest: body.toString(),
      verified: !body.includes("forged"),
      about: "payment",
      account: "mch1",
      number: body.toString().split(" ")[0] ?? "",
      state: "SUCCESS",
    }),
  }) satisfies Partial<Gateway> as unknown as Gateway

export async function openQueryWorld(name: string): Promise<QueryWorld> {
  const base = await openLedgerWorld(name)
  const counter = new Counter(base.database)
  const ledger = openLedger(counter, base.clock)
  const mood: Mood = { ...calm }
  const deps: Deps = {
    providerId: "pp_ksher_th",
    silence: new Silence(),
    gateway: gatewayOf(mood),
    policy: {
      completion: "pay_first",
      latePayment: "refund",
      get sameDayCancel() {
        return mood.sameDay ? { enabled: true, cutoff: "23:00", timeZone: "Asia/Hong_Kong" } : undefined
      },
    },
    notifyUrl: "https://shop.example/hooks/gateway/pp_ksher_th",
    ledger,
    clock: base.clock,
    random: () => 0,
    wait: async () => base.clock.forward(leaseMs),
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    refundsHeld: async (ids) => new Set(ids),
    emit: async () => undefined,
    medusa: {
      demandOf: () => Promise.reject(new Error("No order is asked about here.")),
      orderOfRefund: async () => undefined,
      orderStanding: async () => undefined,
      lockOrder: () => ({ acquire: async () => true, release: () => undefined }),
    },
  }
  return {
    base,
    mood,
    counter,
    ledger,
    deps,
    async paid() {
      const payment = await base.aPayment("paid")
      return base.ledger.payments.update(payment.id, { paidAmount: payment.amount, paidAt: base.clock.now() })
    },
    async statementsOf(work) {
      counter.statements = []
      await work()
      return [...counter.statements]
    },
  }
}

export const raw = (text: string) => ({ body: Buffer.from(text), contentType: "text/plain", query: "" })
