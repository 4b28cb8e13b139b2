import { createHash } from "node:crypto"

import type { MedusaContainer } from "@medusajs/framework/types"
import { MedusaError } from "@medusajs/framework/utils"
import { createPaymentSessionsWorkflow } from "@medusajs/medusa/core-flows"

import { PaymentProblem, hasMoney, isOurs, isUnended, toMajor } from "../../core"
import type { AskingDevice, Notice, PaymentMethod } from "../../core"
import { systemClock } from "../ledger"
import type { PayLink } from "../ledger"
import { logLine, wordsOf } from "../observability"
import { fillSessionId } from "../options/shared"
import { amountOf, isForAll, lastOf, oneOfEach, viewOf } from "../pay-page"
import type { PageContent, PageFacts, PagePayment } from "../pay-page"
import {
  authorize,
  closeForDeletedSession,
  day,
  inTurn,
  isOutOfReach,
  kinOf,
  second,
  settle,
} from "../settlement"
import type { GatewayPayment } from "../settlement"
import type { GatewayPayments } from "./application"
import { isGoingBack } from "./going-back"
import { graph } from "./graph"
import { paymentMethods } from "./methods"
import { openPayment } from "./open-payment"

/** What a shopper chose on the page. */
export interface PageChoice {
  providerId: string
  channel: string
}

/** More orders at a gateway than a person has opened in a day. */
const mostOpened = 30

/** Longer than a gateway takes to make an order. */
const waitsMs = 30 * second

/** What of a page comes from the shop, all but what the shopper's browser decides. No gateway is asked. */
export async function pageOf(
  container: MedusaContainer,
  plugin: GatewayPayments,
  link: PayLink,
  device: AskingDevice,
): Promise<Omit<PageContent, "language" | "proof" | "notice" | "isChosen">> {
  const [facts, methods, shop] = await Promise.all([
    factsOf(container, plugin, link),
    availableMethods(container, plugin, link, device),
    shopName(container),
  ])
  const last = lastOf(facts)
  return {
    shop,
    amount: toMajor(amountOf(facts), facts.digits),
    currency: link.currency,
    view: viewOf(facts),
    // Of a link that has expired only what it opened can still be paid.
    methods: link.expiresAt > facts.now ? oneOfEach(methods, last?.providerId) : [],
    state: stateOf(facts.payments),
    backUrl: backUrl(plugin, last ?? facts.payments.at(-1)),
    now: facts.now,
  }
}

/** Changes whenever the page may have to be drawn anew. One look-up. */
export const pageState = async (plugin: GatewayPayments, link: PayLink): Promise<string> =>
  stateOf(await paymentsOf(plugin, link))

/** Why nothing can be paid by a link, or `undefined`: for whoever is about to hand one out. */
export async function refusalOf(
  container: MedusaContainer,
  plugin: GatewayPayments,
  link: PageFacts["link"] & { currency: string },
) {
  const view = viewOf(await factsOf(container, plugin, link))
  if (view.kind === "refused") return view.why
  return view.kind === "paid" ? ("nothing_owed" as const) : undefined
}

/**
 * Carries out what a shopper chose: opens the payment that waits for it, or a new one through Medusa's own workflow. What was open
 * before is closed first. Two clicks at once open one. Returns what the page has to say besides.
 */
export async function payBy(
  container: MedusaContainer,
  plugin: GatewayPayments,
  link: PayLink,
  choice: PageChoice,
  device: AskingDevice,
): Promise<Notice | null> {
  const methods = await availableMethods(container, plugin, link, device)
  const isOffered = ({ providerId, channel }: PaymentMethod) =>
    providerId === choice.providerId && channel === choice.channel
  if (!methods.some(isOffered)) return "unavailable"
  const { collectionId } = link
  const queued = waiting.get(collectionId) ?? 0
  if (queued >= mostWaiting) return "busy"
  waiting.set(collectionId, queued + 1)
  try {
    const turn = await inTurn(`pay_page:${collectionId}`, plugin.cancelDeps(), waitsMs, () =>
      openChosen(container, plugin, link, choice),
    )
    return turn ? turn.done : "busy"
  } catch (error) {
    plugin.log.warn(logLine("page_not_opened", { collection: collectionId }, wordsOf(error)))
    return "not_opened"
  } finally {
    const left = (waiting.get(collectionId) ?? 1) - 1
    if (left > 0) waiting.set(collectionId, left)
    else waiting.delete(collectionId)
  }
}

/** Presses on the pages of one collection that this process carries out or has waiting. */
const waiting = new Map<string, number>()
/** Its shoppers' tabs: whoever presses more often is told to wait. */
const mostWaiting = 4

async function openChosen(
  container: MedusaContainer,
  plugin: GatewayPayments,
  link: PayLink,
  choice: PageChoice,
): Promise<Notice | null> {
  const facts = await factsOf(container, plugin, link)
  const view = viewOf(facts)
  if (view.kind !== "choose" && view.kind !== "pay") return null
  const last = lastOf(facts)
  const isShown = view.kind === "pay" && isSameChoice(view.payment, choice)
  if (isShown || link.expiresAt <= facts.now) return null
  if (last && isForAll(last, facts.link) && waitsFor(last, choice)) {
    await openPayment(plugin, last.sessionId, { channel: choice.channel })
    return null
  }
  if (openedLately(facts) >= mostOpened) return "too_many"
  const before = await endEarlier(plugin, last)
  if (before === "unknown") return "asking"
  // It was paid meanwhile: the page says so, and nothing is opened beside it.
  if (before && hasMoney(before.state)) return null
  await openAnew(container, plugin, link, choice)
  return null
}

function openedLately({ payments, now }: PageFacts): number {
  const since = now.getTime() - day
  return payments.filter(({ openedAt }) => openedAt !== null && openedAt.getTime() > since).length
}

const waitsFor = ({ state, providerId, unwanted }: PagePayment, choice: PageChoice): boolean =>
  state === "unopened" && providerId === choice.providerId && !unwanted

/** As a storefront does it: a new session of the same collection, which Medusa puts in the place of the one before. */
async function openAnew(
  container: MedusaContainer,
  plugin: GatewayPayments,
  { collectionId }: PayLink,
  { providerId, channel }: PageChoice,
): Promise<void> {
  const { result } = await createPaymentSessionsWorkflow(container).run({
    input: { payment_collection_id: collectionId, provider_id: providerId, data: { channel } },
  })
  const payment = await plugin.ledger.payments.ofSession(result.id)
  if (payment?.state === "unopened") await openPayment(plugin, result.id, { channel })
}

/**
 * What becomes of a payment that another one takes the place of. Its gateway is asked first, and money that is there is captured: once
 * the session is gone it would be late. `unknown`: the gateway gave no sure answer.
 */
async function endEarlier(
  plugin: GatewayPayments,
  last: PagePayment | undefined,
): Promise<GatewayPayment | "unknown" | undefined> {
  if (!last || !isUnended(last.state)) return undefined
  const { sessionId } = last
  const payment = await plugin.ledger.payments.ofSession(sessionId)
  if (!payment) return undefined
  const deps = plugin.depsOfPayment(payment)
  try {
    const asked = payment.openedAt === null ? payment : (await authorize(sessionId, deps)).payment
    if (hasMoney(asked.state)) return await settle(asked.id, deps)
  } catch (error) {
    if (error instanceof PaymentProblem && error.code === "not_confirmed") return "unknown"
    throw error
  }
  await closeForDeletedSession(payment, deps)
  return plugin.ledger.payments.ofSession(sessionId)
}

const isSameChoice = (payment: PagePayment, { providerId, channel }: PageChoice): boolean =>
  payment.providerId === providerId && (payment.askedChannel ?? payment.channel) === channel

async function factsOf(
  container: MedusaContainer,
  plugin: GatewayPayments,
  link: PageFacts["link"] & { currency: string },
): Promise<PageFacts> {
  const demand = await plugin.host.demandOf(link.collectionId)
  const [reserved, payments, standing] = await Promise.all([
    plugin.ledger.reservations.of(kinOf(demand, link.collectionId)),
    paymentsOf(plugin, link),
    collectionStanding(container, link.collectionId),
  ])
  const sessions = new Set(demand.sessionIds)
  return {
    link,
    demand,
    // One whose session is gone is not captured any more.
    reserved: reserved.filter(({ sessionId }) => sessions.has(sessionId)),
    standing,
    payments,
    digits: decimalsOf(link.currency),
    now: systemClock.now(),
  }
}

interface CollectionRow {
  status: string
  payment_sessions?: ({ provider_id: string; status: string } | null)[] | null
}

/** In which a provider holds the shopper's money, or is being asked for it. */
const taken = new Set(["authorized", "pending_authorization", "captured"])

async function collectionStanding(
  container: MedusaContainer,
  collectionId: string,
): Promise<PageFacts["standing"]> {
  const fields = ["status", "payment_sessions.provider_id", "payment_sessions.status"]
  const [row] = await graph<CollectionRow>(container, "payment_collection", fields, { id: collectionId })
  if (row?.status === "canceled") return "canceled"
  const isTaken = (row?.payment_sessions ?? []).some(
    (session) => session && !isOurs(session.provider_id) && taken.has(session.status),
  )
  return isTaken ? "taken" : "open"
}

const paymentsOf = async (
  { ledger }: GatewayPayments,
  { collectionId }: Pick<PayLink, "collectionId">,
): Promise<PagePayment[]> =>
  Promise.all(
    (await ledger.payments.ofCollection(collectionId)).map(async (payment) => ({
      ...payment,
      // The account that it was opened with cannot be asked: nobody is sent there.
      action: isOutOfReach(payment) ? null : payment.action,
      returning: await isGoingBack(payment, ledger),
    })),
  )

const stateOf = (payments: readonly PagePayment[]): string =>
  createHash("sha256")
    .update(
      JSON.stringify(
        payments.map(({ sessionId, state, unwanted, action, returning }) => [
          ...[sessionId, state, unwanted, action !== null],
          ...(returning ? [returning] : []),
        ]),
      ),
    )
    .digest("hex")
    .slice(0, 16)

/** Those that can be chosen for what is to be paid. */
export async function availableMethods(
  container: MedusaContainer,
  plugin: GatewayPayments,
  { collectionId }: Pick<PayLink, "collectionId">,
  device: AskingDevice,
): Promise<PaymentMethod[]> {
  try {
    const all = await paymentMethods(container, plugin, { collectionId }, device)
    return all.filter(({ available }) => available)
  } catch (error) {
    // The collection is gone, which the page says.
    if (MedusaError.isMedusaError(error) && error.type === MedusaError.Types.NOT_FOUND) return []
    throw error
  }
}

export async function shopName(container: MedusaContainer): Promise<string> {
  const [store] = await graph<{ name: string }>(
    container,
    "store",
    ["name"],
    {},
    { take: 1, order: { id: "ASC" } },
  )
  return store?.name ?? ""
}

function backUrl(plugin: GatewayPayments, payment: PagePayment | undefined): string | undefined {
  const own = plugin.options.payPage.returnUrl
  const template = own ?? (payment && plugin.provider(payment.providerId)?.policy.returnUrl)
  return template === undefined ? undefined : fillSessionId(template, payment?.sessionId ?? "")
}

/** As people write the currency. */
export const decimalsOf = (currency: string): number =>
  new Intl.NumberFormat("en", { style: "currency", currency: currency.toUpperCase() }).resolvedOptions()
    .maximumFractionDigits ?? 2

/** How often a page that is open is looked after, and for how long before its browser asks anew. */
export const liveFor = { every: 2 * second, longest: 300 * second }
