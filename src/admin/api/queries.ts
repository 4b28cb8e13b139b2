import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query"
import { useEffect, useRef } from "react"

import type { ListQuery } from "../rules/list-view"
import { isMoving } from "../rules/payment"
import {
  adminNames,
  askPayout,
  downloadPayments,
  listPayments,
  listProviders,
  makePayLink,
  orderNames,
  payLinksOf,
  paymentDetail,
  paymentsOfOrder,
  reconcile,
  resolvePayment,
  syncPayment,
  testProvider,
  totalsOf,
  type Comparison,
  type Look,
  type PayoutAsked,
} from "./client"
import type { PaymentDetail, Resolution } from "./schema"

const ours = ["gateway_payments"] as const
/** The dashboard keeps its orders under this key. */
const orders = ["orders"] as const
const leaf = "gateway_payments"

const keys = {
  list: (query: ListQuery) => [...ours, "list", query],
  attention: [...ours, "attention"],
  detail: (id: string) => [...ours, "detail", id],
  names: (ids: readonly string[]) => [...ours, "order_names", ids],
  admins: (ids: readonly string[]) => [...ours, "admins", ids],
  totals: (from: string, to: string) => [...ours, "totals", from, to],
  providers: [...ours, "providers"],
  // Under the dashboard's own key: what it reads anew after a cancel, a capture or a refund includes these.
  ofOrder: (orderId: string) => [...orders, "detail", orderId, leaf],
  linksOf: (orderId: string) => [...orders, "detail", orderId, "links", leaf],
}

/** Often enough to see a notification come in, rarely enough for a tab that stays open. */
const pollMs = 4_000
/**
 * Medusa reads an order anew after what succeeded. What failed may have been sent all the same, a refund whose answer was lost say, and
 * Medusa tells nobody. A notification may also start a refund while a page is open.
 */
const calmPollMs = 10_000

/** Milliseconds until the payments on a page are read again; false where there are none. */
function pollAfter(payments: readonly PaymentDetail[]): number | false {
  if (!payments.length) return false
  return payments.some(isMoving) ? pollMs : calmPollMs
}

export function usePaymentsOfOrder(orderId: string) {
  const query = useQuery({
    queryKey: keys.ofOrder(orderId),
    queryFn: () => paymentsOfOrder(orderId),
    refetchInterval: ({ state: { data } }) => pollAfter(data ?? []),
  })
  useOrderFollows(orderId, query.data)
  return query
}

/** What changed at the gateway by itself changed Medusa's order as well: its page is read anew with it. */
function useOrderFollows(orderId: string, payments: readonly PaymentDetail[] | undefined): void {
  const client = useQueryClient()
  const seen = useRef<string>()
  const now = payments?.map((one) => `${one.id}:${one.state}:${one.refunded_amount}`).join()
  useEffect(() => {
    const before = seen.current
    seen.current = now
    if (before === undefined || now === undefined || before === now) return
    void client.invalidateQueries({
      queryKey: [...orders, "detail", orderId],
      predicate: (query) => query.queryKey.at(-1) !== leaf,
    })
  }, [client, orderId, now])
}

export const usePayment = (id: string) =>
  useQuery({
    queryKey: keys.detail(id),
    queryFn: () => paymentDetail(id),
    refetchInterval: ({ state: { data } }) => pollAfter(data ? [data] : []),
  })

export const usePayments = (query: ListQuery) =>
  useQuery({
    queryKey: keys.list(query),
    queryFn: () => listPayments(query),
    placeholderData: keepPreviousData,
    // A person who comes back to the list wants today's list.
    staleTime: 0,
  })

const attentionPollMs = 60_000

/** How many payments stand under attention, for the menu of every page: read once a minute, and after whatever this tab does. */
export const useAttentionCount = () =>
  useQuery({
    queryKey: keys.attention,
    queryFn: async () => (await listPayments({ attention: "true", limit: 1 })).count,
    staleTime: attentionPollMs,
    refetchInterval: attentionPollMs,
  })

export const useOrderNames = (ids: readonly string[]) =>
  useQuery({
    queryKey: keys.names(ids),
    queryFn: () => orderNames(ids),
    placeholderData: keepPreviousData,
  })

export const useAdminNames = (ids: readonly string[]) =>
  useQuery({
    queryKey: keys.admins(ids),
    queryFn: () => adminNames(ids),
    enabled: ids.length > 0,
    placeholderData: keepPreviousData,
  })

export const usePayLinks = (orderId: string) =>
  useQuery({ queryKey: keys.linksOf(orderId), queryFn: () => payLinksOf(orderId) })

export function useMakePayLink(orderId: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (send: boolean) => makePayLink(orderId, send),
    onSettled: () => client.invalidateQueries({ queryKey: keys.linksOf(orderId) }),
  })
}

export const useProviders = () => useQuery({ queryKey: keys.providers, queryFn: listProviders })

/** Everything that shows a payment or its order is read anew. */
function useReadAnew() {
  const client = useQueryClient()
  return () =>
    Promise.all([
      client.invalidateQueries({ queryKey: ours }),
      client.invalidateQueries({ queryKey: orders }),
    ])
}

export function useSync(id: string) {
  const readAnew = useReadAnew()
  // A refused request may still have found something out.
  return useMutation({ mutationFn: (look: Look) => syncPayment(id, look), onSettled: readAnew })
}

/** A link for the shopper, or the release of a payout. */
export function usePayout(id: string) {
  const readAnew = useReadAnew()
  return useMutation({ mutationFn: (asked: PayoutAsked) => askPayout(id, asked), onSettled: readAnew })
}

export function useResolve(id: string) {
  const readAnew = useReadAnew()
  return useMutation({
    mutationFn: ({ resolution, key }: { resolution: Resolution; key: string }) =>
      resolvePayment(id, resolution, key),
    onSettled: readAnew,
  })
}

export function useReconcile() {
  const readAnew = useReadAnew()
  return useMutation({
    mutationFn: (asked: Comparison) => (asked.dryRun ? reconcile(asked) : corrected(asked)),
    onSettled: async (_answer, _error, { dryRun }) => {
      if (!dryRun) await readAnew()
    },
  })
}

/** Puts them right, and looks again: what is left is being retried. */
async function corrected(asked: Comparison) {
  await reconcile(asked)
  return { ...(await reconcile({ ...asked, dryRun: true })), dry_run: false }
}

export const useTotals = (from: string, to: string) =>
  useQuery({
    queryKey: keys.totals(from, to),
    queryFn: () => totalsOf(from, to),
    placeholderData: keepPreviousData,
  })

export const useDownload = () => useMutation({ mutationFn: downloadPayments })

export const useConnectionTest = (id: string) => useMutation({ mutationFn: () => testProvider(id) })
