import type { IPaymentModuleService, MedusaContainer } from "@medusajs/framework/types"
import { ContainerRegistrationKeys, Modules } from "@medusajs/framework/utils"

import { PaymentProblem, isOurs, medusaUnsupported, ulid } from "../../core"
import type { Report } from "../../core"
import type GatewayPaymentsService from "../gateway-payments"
import { fromKnex, hasLedger, openLedger, pendingMigrations, systemClock } from "../ledger"
import type { Database, GatewayPayment, Ledger, OrdersWanted } from "../ledger"
import type { PluginOptions } from "../options/plugin"
import { GatewayPaymentProvider, emitTo } from "../provider"
import type { EventBus } from "../provider"
import {
  accountsOf,
  day,
  fetchAllPayouts,
  hour,
  mirrorToSession,
  markPublished,
  minute,
  notePlacedOrder,
  openPayoutDays,
  orderIdOf,
  paymentsOfOrder,
  reportInTheMorning,
  review,
  runPart,
  tellPeople,
  tidy,
  withOrderLease,
} from "../settlement"
import type { CancelDeps, Host, Log, OrderDeps, PayoutDeps, ReconcileDeps, SettleDeps } from "../settlement"
import { findOrders, orderNames } from "./find-orders"
import type { KnownBy } from "./find-orders"
import { MedusaHost } from "./medusa"
import { sendAlert, sendReport } from "./send-alert"

/** The plugin inside a running Medusa: what routes, subscribers and jobs start from. */
export class GatewayPayments {
  readonly ledger: Ledger
  readonly host: Host
  private readonly database: Database

  constructor(private readonly container: MedusaContainer) {
    this.database = fromKnex(container.resolve(ContainerRegistrationKeys.PG_CONNECTION))
    this.ledger = openLedger(this.database)
    this.host = new MedusaHost(container)
  }

  get log(): Log {
    return this.container.resolve(ContainerRegistrationKeys.LOGGER)
  }

  get options(): PluginOptions {
    return this.container.resolve<GatewayPaymentsService>("gateway_payments").options
  }

  /** This package's migrations that the database has not had yet. */
  pendingMigrations(): Promise<string[]> {
    return pendingMigrations(this.database)
  }

  /** Whether the ledger is there at all. Once it is, nobody asks again. */
  async hasLedger(): Promise<boolean> {
    isThere ||= await hasLedger(this.database)
    return isThere
  }

  /** The provider entries of this plugin that are configured now: `pp_ksher_th`, … */
  async providerIds(): Promise<string[]> {
    const providers = await this.payments.listPaymentProviders(
      { is_enabled: true },
      { select: ["id"], take: 1000 },
    )
    return providers.map((provider) => provider.id).filter((id) => this.provider(id) !== undefined)
  }

  /** As `provider`, for an id that anybody may have sent: Medusa logs an error with its stack for every unknown one. */
  async registered(id: string): Promise<GatewayPaymentProvider | undefined> {
    const key = id.startsWith("pp_") ? id : `pp_${id}`
    if (seen.has(key)) return this.provider(key)
    // A NUL in the path would be an error of the database's.
    const [row] =
      isOurs(key) && /^[\w-]{1,110}$/.test(key)
        ? await this.payments.listPaymentProviders({ id: [key], is_enabled: true })
        : []
    if (!row) return undefined
    seen.add(key)
    return this.provider(key)
  }

  /** The provider entry with or without `pp_`, or `undefined` where none of this plugin's has that id. */
  provider(id: string): GatewayPaymentProvider | undefined {
    const key = id.startsWith("pp_") ? id : `pp_${id}`
    if (!isOurs(key)) return undefined
    const providers = this.payments.paymentProviderService_
    // Without this every notification would be answered 404, and every payment called unknown.
    if (typeof providers?.retrieveProvider !== "function")
      throw new PaymentProblem(
        "unexpected_state",
        "medusa_unsupported",
        `${medusaUnsupported} Nothing was sent.`,
      )
    try {
      const found = providers.retrieveProvider(key)
      return found instanceof GatewayPaymentProvider ? found : undefined
    } catch {
      // Medusa throws where no provider of that id is registered; it has logged so.
      return undefined
    }
  }

  depsOf(providerId: string): SettleDeps {
    const provider = this.provider(providerId)
    if (!provider)
      throw new PaymentProblem(
        "not_found",
        "provider_unknown",
        `No payment provider ${providerId} of this plugin is configured. Payments opened with it wait until it is again.`,
      )
    return { ...provider.deps, host: this.host }
  }

  depsOfPayment(payment: GatewayPayment): SettleDeps {
    return this.depsOf(payment.providerId)
  }

  async payment(id: string): Promise<GatewayPayment> {
    const payment = await this.ledger.payments.get(id)
    if (payment) return payment
    throw new PaymentProblem("not_found", "payment_unknown", `There is no gateway payment ${id}.`)
  }

  findOrders(by: KnownBy): Promise<OrdersWanted> {
    return findOrders(this.container, by)
  }

  orderNames(ids: readonly string[]): Promise<Map<string, number>> {
    return orderNames(this.container, ids)
  }

  /** Mirrors a payment's state into its session, once more where it was done before. */
  async markById(id: string): Promise<void> {
    const payment = await this.payment(id)
    await markPublished(payment, this.depsOfPayment(payment))
  }

  async markByMedusaPayment(paymentId: string): Promise<void> {
    const [medusaPayment] = await this.payments.listPayments(
      { id: [paymentId] },
      { relations: ["payment_session"] },
    )
    const sessionId = medusaPayment?.payment_session?.id
    const payment = sessionId ? await this.ledger.payments.ofSession(sessionId) : undefined
    if (payment) await mirrorToSession(payment, this.depsOfPayment(payment))
  }

  async noteOrder(orderId: string): Promise<void> {
    await notePlacedOrder(orderId, this.ledger, this.host)
  }

  /** Closes the links of an order that it does not ask for any more. */
  async reviewOrder(orderId: string): Promise<void> {
    await this.review(await paymentsOfOrder(orderId, this.ledger, this.host))
  }

  /** As `reviewOrder`, for the payments of one collection: it may have left its order. */
  async reviewCollection(collectionId: string): Promise<void> {
    await this.review(await this.ledger.payments.ofCollection(collectionId))
  }

  private review(payments: readonly GatewayPayment[]): Promise<void> {
    return review(payments, {
      ledger: this.ledger,
      log: this.container.resolve(ContainerRegistrationKeys.LOGGER),
      depsOf: (payment) => this.depsOfPayment(payment),
    })
  }

  /** Runs `work` while nobody else is at the order. `comesOnce`: or refuses at once, without waiting for its turn. */
  atOrder<T>(
    orderId: string | undefined,
    work: () => Promise<T>,
    how: Pick<OrderDeps, "comesOnce"> = {},
  ): Promise<T> {
    return withOrderLease(orderId, { ...this.cancelDeps(), ...how }, work)
  }

  /** As `atOrder`, for the order that a payment belongs to, where there is one yet. */
  async atOrderOf<T>(payment: GatewayPayment, work: () => Promise<T>): Promise<T> {
    return this.atOrder(await orderIdOf(payment, this.host), work)
  }

  cancelDeps(): CancelDeps {
    return {
      ledger: this.ledger,
      host: this.host,
      clock: systemClock,
      log: this.container.resolve(ContainerRegistrationKeys.LOGGER),
      wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      depsOf: (payment) => this.depsOfPayment(payment),
    }
  }

  reconcileDeps(): ReconcileDeps {
    const log = this.container.resolve(ContainerRegistrationKeys.LOGGER)
    const bus = this.container.resolve<EventBus | undefined>(Modules.EVENT_BUS, { allowUnregistered: true })
    return {
      ledger: this.ledger,
      cancels: this.cancelDeps(),
      log,
      now: () => systemClock.now(),
      depsOf: (providerId) => this.depsOf(providerId),
      emit: (event, payment) => emitTo(bus, log, event, payment),
      eachStrayRefund: (wake) => this.eachStrayRefund(wake),
    }
  }

  /** Removes what is kept too long, and sums up what was counted. What fails is logged: the job goes on. */
  tidy(): Promise<void> {
    const { notificationRetentionDays } = this.options
    return tidy({
      ledger: this.ledger,
      log: this.log,
      now: () => systemClock.now(),
      notificationRetentionDays,
    })
  }

  /** Tells people what stands under attention. What fails is logged: the job goes on. */
  async tellPeople(): Promise<void> {
    const { alerts } = this.options
    if (!alerts.feed && !alerts.channels.length) return
    await runPart(this, "alerts", () =>
      tellPeople({
        ledger: this.ledger,
        clock: systemClock,
        log: this.log,
        send: (alert, key) => sendAlert(this.container, alerts, alert, key),
      }),
    )
  }

  /** Tells people of the day before, where the shop wants it and it is time. What fails is logged: the job goes on. */
  async reportInTheMorning(): Promise<void> {
    const { report, language } = this.options.alerts
    const { payoutBooks } = this.options
    if (!report) return
    const deps = {
      ledger: this.ledger,
      host: this.host,
      clock: systemClock,
      log: this.log,
      openPayouts: payoutBooks
        ? async () => openPayoutDays(await this.payoutAccounts(), payoutBooks)
        : undefined,
      send: (told: Report, key: string) => sendReport(this.container, { report, language }, told, key),
    }
    await runPart(this, "report", () => reportInTheMorning(deps, report))
  }

  /** The accounts whose payouts are compared, each once; none where the shop keeps no such books. */
  async payoutAccounts(): Promise<(SettleDeps & PayoutDeps)[]> {
    if (!this.options.payoutBooks) return []
    const ids = await this.providerIds()
    return accountsOf(ids.map((id) => this.depsOf(id)))
  }

  /** Asks the gateways what they paid out, where the shop keeps such books and something is due. What fails is logged. */
  async fetchPayouts(): Promise<void> {
    const plan = this.options.payoutBooks
    if (!plan) return
    await runPart(this, "payouts", async () => fetchAllPayouts(await this.payoutAccounts(), plan))
  }

  /** Ids sort by time, so that refunds are found on the primary key. The first run that succeeds looks back further. */
  private async eachStrayRefund(wake: (sessionId: string) => Promise<void>): Promise<void> {
    const now = systemClock.now().getTime()
    const from = lookedBack.has(this.container) ? now - 2 * hour : now - 7 * day
    const before = new Date(now - 2 * minute)
    let last: string | undefined = `ref_${ulid(from).slice(0, 10)}`
    while (last !== undefined) {
      const rows = await this.refundsAfter(last, before)
      const ours = rows.filter((row) => row.payment && this.provider(row.payment.provider_id))
      const known = await this.ledger.operations.refundIdsKnown(ours.map((row) => row.id))
      for (const { id, payment } of ours)
        if (payment && !known.has(id)) await wake(payment.payment_session_id)
      last = rows.length === refundsAtOnce ? rows.at(-1)?.id : undefined
    }
    lookedBack.add(this.container)
  }

  private async refundsAfter(id: string, before: Date): Promise<RefundRow[]> {
    const where = { id: { $gt: id }, created_at: { $lt: before } }
    const how = { relations: ["payment"], order: { id: "ASC" as const }, take: refundsAtOnce }
    return (await this.payments.listRefunds(where as never, how)) as unknown as RefundRow[]
  }

  /** The provider instances hang on a service of the payment module that its interface does not name. */
  private get payments() {
    return this.container.resolve(Modules.PAYMENT) as IPaymentModuleService & {
      paymentProviderService_?: { retrieveProvider?: (id: string) => unknown }
    }
  }
}

/** Provider ids that Medusa's table has had: as many as are configured. */
const seen = new Set<string>()

let isThere = false

/** Whose first look back has succeeded. */
const lookedBack = new WeakSet<object>()

const refundsAtOnce = 500

/** As Medusa lists it. */
interface RefundRow {
  id: string
  payment?: { provider_id: string; payment_session_id: string }
}

export const gatewayPayments = (container: MedusaContainer): GatewayPayments => new GatewayPayments(container)
