import { createHash } from "node:crypto"

import type { ILockingModule, MedusaContainer } from "@medusajs/framework/types"
import { MedusaError, Modules } from "@medusajs/framework/utils"
import { createPaymentSessionsWorkflow } from "@medusajs/medusa/core-flows"

import { hasMoney, isUnended, roundToMinor, toMajor, type AskingDevice, type PaymentMethod } from "../../core"
import { systemClock } from "../ledger"
import type { PayLink } from "../ledger"
import { logLine, wordsOf } from "../observability"
import { fillSessionId } from "../options/shared"
import { lastOf, oneOfEach, viewOf } from "../pay-page"
import type { Notice, PageContent, PageFacts, PagePayment } from "../pay-page"
import { allOf, isOutOfReach, letGo, second } from "../settlement"
import type { GatewayPayment } from "../settlement"
import type { GatewayPayments } from "./application"
import { graph } from "./graph"
import { paymentMethods } from "./methods"
import { openPayment } from "./open-payment"

/** What a shopper chose on the page. */
export interface PageChoice {
  providerId: string
  channel: string
}

/** More tries than a person makes; each may be an order at a gateway. */
const mostPayments = 30

/** Longer than a gateway takes to make an order. */
const lockSeconds = 30

/** What of a page comes from the shop, all but what the shopper's browser decides. No gateway is asked. */
export async function pageOf(
  container: MedusaContainer,
  plugin: GatewayPayments,
  link: PayLink,
  device: AskingDevice,
): Promise<Omit<PageContent, "language" | "proof" | "notice">> {
  const [facts, methods, shop] = await Promise.all([
    factsOf(plugin, link),
    availableMethods(container, plugin, link, device),
    shopName(container),
  ])
  const last = lastOf(facts)
  return {
    shop,
    amount: toMajor(roundToMinor(link.amount, facts.digits), facts.digits),
    currency: link.currency,
    view: viewOf(facts),
    methods: oneOfEach(methods, last?.providerId),
    state: stateOf(facts.payments),
    backUrl: backUrl(plugin, last ?? facts.payments.at(-1)),
    now: facts.now,
  }
}

/** Changes whenever the page may have to be drawn anew. One look-up. */
export const pageState = async (plugin: GatewayPayments, link: PayLink): Promise<string> =>
  stateOf(await paymentsOf(plugin, link))

/** Why nothing can be paid by a link, or `undefined`: for whoever is about to hand one out. */
export async function refusalOf(plugin: GatewayPayments, link: PageFacts["link"] & { currency: string }) {
  const view = viewOf(await factsOf(plugin, link))
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
  const locking: ILockingModule = container.resolve(Modules.LOCKING)
  const turn = { begun: false }
  try {
    return await locking.execute(
      `gateway_pay_page:${link.collectionId}`,
      () => {
        turn.begun = true
        return openChosen(container, plugin, link, choice)
      },
      { timeout: lockSeconds },
    )
  } catch (error) {
    plugin.log.warn(logLine("page_not_opened", { collection: link.collectionId }, wordsOf(error)))
    return turn.begun ? "not_opened" : "busy"
  }
}

async function openChosen(
  container: MedusaContainer,
  plugin: GatewayPayments,
  link: PayLink,
  choice: PageChoice,
): Promise<Notice | null> {
  const facts = await factsOf(plugin, link)
  const view = viewOf(facts)
  if (view.kind !== "choose" && view.kind !== "pay") return null
  const last = lastOf(facts)
  if (last && view.kind === "pay" && isSameChoice(last, choice)) return null
  if (last && waitsFor(last, choice)) {
    await openPayment(plugin, last.sessionId, { channel: choice.channel })
    return null
  }
  if (facts.payments.length >= mostPayments) return "too_many"
  const before = last && isUnended(last.state) ? await closed(plugin, last) : undefined
  // It was paid meanwhile: the page says so, and nothing is opened beside it.
  if (before && hasMoney(before.state)) return null
  await openAnew(container, plugin, link, choice)
  return before && isUnended(before.state) ? "choice_left" : null
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

/** What becomes of a payment that another one takes the place of. */
async function closed(
  plugin: GatewayPayments,
  { sessionId }: PagePayment,
): Promise<GatewayPayment | undefined> {
  const payment = await plugin.ledger.payments.ofSession(sessionId)
  if (!payment) return undefined
  await letGo(payment, plugin.depsOfPayment(payment))
  return plugin.ledger.payments.ofSession(sessionId)
}

const isSameChoice = (payment: PagePayment, { providerId, channel }: PageChoice): boolean =>
  payment.providerId === providerId && (payment.askedChannel ?? payment.channel) === channel

async function factsOf(
  plugin: GatewayPayments,
  link: PageFacts["link"] & { currency: string },
): Promise<PageFacts> {
  const demand = await plugin.host.demandOf(link.collectionId)
  const [reserved, payments] = await Promise.all([
    plugin.ledger.reservations.of(allOf(demand, link.collectionId)),
    paymentsOf(plugin, link),
  ])
  const sessions = new Set(demand.sessionIds)
  return {
    link,
    demand,
    // One whose session is gone is not captured any more.
    reserved: reserved.filter(({ sessionId }) => sessions.has(sessionId)),
    payments,
    digits: decimalsOf(link.currency),
    now: systemClock.now(),
  }
}

const paymentsOf = async (
  { ledger }: GatewayPayments,
  { collectionId }: Pick<PayLink, "collectionId">,
): Promise<PagePayment[]> =>
  (await ledger.payments.ofCollection(collectionId)).map((payment) => ({
    ...payment,
    // The account that it was opened with cannot be asked: nobody is sent there.
    action: isOutOfReach(payment) ? null : payment.action,
  }))

const stateOf = (payments: readonly PagePayment[]): string =>
  createHash("sha256")
    .update(
      JSON.stringify(
        payments.map(({ sessionId, state, unwanted, action }) => [
          sessionId,
          state,
          unwanted,
          action !== null,
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
