import { observed, type Attributes } from "../observability"
import * as abandoning from "./abandon"
import * as authorizing from "./authorize"
import * as deciding from "./people/decide-by-hand"
import type { Deps, SettleDeps } from "./deps"
import * as notifying from "./notify"
import type { OpenRequest } from "./open"
import * as opening from "./open-on-demand"
import * as refunding from "./refund"
import * as settling from "./settle"

/*
 * The use cases as hooks, routes, subscribers and the job call them: each call is one span and one count. What a use case
 * calls of another belongs to its own span.
 */

const of = ({ gateway, providerId }: Deps): Attributes => ({ gateway: gateway.name, provider: providerId })

export const open = (request: OpenRequest, deps: Deps) =>
  observed(
    "open",
    of(deps),
    () => opening.initiate(request, deps),
    (payment) => payment.state,
  )

export const openOnDemand = (choice: opening.Choice, deps: SettleDeps) =>
  observed(
    "open",
    of(deps),
    () => opening.openOnDemand(choice, deps),
    (payment) => payment.state,
  )

export const authorize = (sessionId: string, deps: Deps) =>
  observed(
    "authorize",
    of(deps),
    () => authorizing.authorize(sessionId, deps),
    ({ status }) => status,
  )

export const refund = (request: refunding.RefundRequest, deps: Deps) =>
  observed(
    "refund",
    of(deps),
    () => refunding.refund(request, deps),
    ({ operation }) => operation.state,
  )

export const cancel = (...[payment, deps]: Parameters<typeof abandoning.cancel>) =>
  observed(
    "cancel",
    of(deps),
    () => abandoning.cancel(payment, deps),
    ({ state }) => state,
  )

export const abandon = (...[payment, why, deps]: Parameters<typeof abandoning.abandon>) =>
  observed("abandon", of(deps), () => abandoning.abandon(payment, why, deps))

export const closeForDeletedSession = (
  ...[payment, deps]: Parameters<typeof abandoning.closeForDeletedSession>
) => observed("abandon", of(deps), () => abandoning.closeForDeletedSession(payment, deps))

export const receive = (...[raw, deps]: Parameters<typeof notifying.receive>) =>
  observed(
    "notify",
    of(deps),
    () => notifying.receive(raw, deps),
    ({ kind }) => kind,
  )

export const settle = (paymentId: string, deps: SettleDeps, lookAgainBy: Date | null = null) =>
  observed(
    "settle",
    of(deps),
    () => settling.settle(paymentId, deps, lookAgainBy),
    ({ state }) => state,
  )

export const decideByHand = (...[payment, asked, deps, answerOf]: Parameters<typeof deciding.decideByHand>) =>
  observed("resolve", of(deps), () => deciding.decideByHand(payment, asked, deps, answerOf))

export const act = (...[notification, deps]: Parameters<typeof notifying.act>) =>
  observed("act", of(deps), () => notifying.act(notification, deps))
