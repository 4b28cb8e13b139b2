import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from "react"

import { useKit } from "./context"
import type { Tried } from "../core/shopper-texts"
import { FirstStart } from "./first-start"
import { hasArrived, msLeft, stepOf, triedOf, type Action, type Payment, type Step } from "./step"
import { nothingKnown, PaymentWatch, type WatchOptions } from "./watch"

/** Of a Medusa payment session, what is used of it. */
export interface GatewaySession {
  id: string
  provider_id?: string
  /** Major units. */
  amount?: unknown
  currency_code?: string
}

/** How a payment stands, and what can be done about it. */
export interface GatewayPayment {
  sessionId: string | null
  providerId: string | null
  step: Step
  /** Why the shopper is asked to try once more; `null` where nothing was tried, or nothing is left to pay. */
  tried: Tried | null
  /** What the shop says of it; `null` until it has said something. */
  state: Payment["state"] | null
  action: Action | null
  expiresAt: Date | null
  /** Whole seconds; `null` where nothing runs out. */
  timeLeft: number | null
  /** Major units. */
  amount: number | null
  currency: string | null
  /** The code of what went wrong last; `null` once something has worked. */
  error: string | null
  /** Something is being asked for. */
  isBusy: boolean
  /** Looks at the payment now, and has the gateway asked where `check` is given. */
  check: () => Promise<void>
  /** Opens a session that waits for the shopper's choice. */
  open: (channel?: string) => Promise<void>
  /** Sends the shopper to the gateway's page, unless the payment turns out to be made or closed. */
  follow: () => Promise<void>
  /** Starts another payment, unless the money of this one is there. */
  startAnew: (begin: () => unknown) => Promise<void>
}

export interface UseGatewayPaymentOptions extends WatchOptions {
  /** The shopper has come back from the gateway: it is asked at once. */
  hasReturned?: boolean
}

/** Follows the payment of a session, through reloads, sleep and the back button, until nothing is left to wait for. */
export function useGatewayPayment(
  session: GatewaySession | null | undefined,
  options: UseGatewayPaymentOptions = {},
): GatewayPayment {
  const { api, navigate } = useKit()
  const { hasReturned = false, isRefundAwaited = false } = options
  const id = session?.id ?? null
  const watch = useMemo(() => (id === null ? null : new PaymentWatch(id, api)), [id, api])
  const first = useMemo(() => new FirstStart(), [])
  const { subscribe, snapshot } = watch ?? first
  const { payment, error, isBusy, isUnknown } = useSyncExternalStore(subscribe, snapshot, nothing)
  useEffect(() => watch?.use(options))
  useEffect(() => (watch ? follows(watch) : undefined), [watch, isRefundAwaited])
  useEffect(() => {
    if (watch && hasReturned) void watch.check()
  }, [watch, hasReturned])
  const now = useNow(watch, payment)
  const follow = useCallback(async () => {
    if (!watch || !(await watch.look())) return
    const { payment: heard } = watch.snapshot()
    if (stepOf(heard, watch.now()) === "pay" && heard?.action?.type === "redirect") navigate(heard.action.url)
  }, [watch, navigate])
  const check = useCallback(async () => {
    await watch?.check()
  }, [watch])
  const open = useCallback(async (channel?: string) => watch?.open(channel), [watch])
  const startAnew = useCallback(
    async (begin: () => unknown) => (watch ?? first).startAnew(begin),
    [watch, first],
  )
  const facts = factsOf(isUnknown ? null : session, payment, now)
  const tried = triedOf(facts.step, options.onPaid !== undefined)
  return { ...facts, tried, error, isBusy, check, open, follow, startAnew }
}

const factsOf = (
  session: GatewaySession | null | undefined,
  payment: Payment | null,
  now: number | null,
) => ({
  step: session ? stepOf(payment, now) : ("none" as const),
  ...sessionFacts(session),
  ...paymentFacts(payment, now),
})

const sessionFacts = (session: GatewaySession | null | undefined) => ({
  sessionId: session?.id ?? null,
  providerId: session?.provider_id ?? null,
  amount: amountOf(session?.amount),
  currency: session?.currency_code ?? null,
})

function paymentFacts(payment: Payment | null, now: number | null) {
  const left = payment && msLeft(payment, now)
  return {
    state: payment?.state ?? null,
    action: payment?.action ?? null,
    expiresAt: payment?.expires_at ? new Date(payment.expires_at) : null,
    timeLeft: left === null ? null : Math.round(left / 1000),
  }
}

const nothing = () => nothingKnown

/** A page that was asleep or kept for the back button begins anew: much may have happened meanwhile. */
function follows(watch: PaymentWatch): () => void {
  let stop = watch.start()
  const wake = () => {
    const { payment } = watch.snapshot()
    if (!payment?.returning && hasArrived(stepOf(payment, watch.now()))) return
    void watch.look()
    stop = watch.start()
  }
  const wakeVisible = () => {
    if (document.visibilityState === "visible") wake()
  }
  const wakeKept = ({ persisted }: PageTransitionEvent) => {
    if (persisted) wake()
  }
  document.addEventListener("visibilitychange", wakeVisible)
  addEventListener("pageshow", wakeKept)
  addEventListener("online", wake)
  return () => {
    stop()
    document.removeEventListener("visibilitychange", wakeVisible)
    removeEventListener("pageshow", wakeKept)
    removeEventListener("online", wake)
  }
}

/** The server's time, second by second while something runs out. On the server and in the first picture it is not known. */
function useNow(watch: PaymentWatch | null, payment: Payment | null): number | null {
  const [now, setNow] = useState<number | null>(null)
  const runsOut = payment?.expires_at != null && payment.action !== null
  useEffect(() => {
    if (!watch || !runsOut) return undefined
    const tick = () => setNow(watch.now())
    tick()
    const timer = setInterval(tick, 1000)
    return () => clearInterval(timer)
  }, [watch, runsOut])
  return runsOut ? now : null
}

const amountOf = (given: unknown): number | null => {
  const amount = given === null || given === undefined ? NaN : Number(given)
  return Number.isNaN(amount) ? null : amount
}
