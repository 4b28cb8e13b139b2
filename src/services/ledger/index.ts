import { AccountFacts } from "./account-facts"
import { Alerts } from "./alerts"
import { systemClock } from "./clock"
import type { Clock } from "./clock"
import type { Database } from "./database"
import { Decisions } from "./decisions"
import type { Lease } from "./fence"
import { Leases } from "./leases"
import { Notifications } from "./notifications"
import { Operations } from "./operations"
import { Orders } from "./orders"
import { PayLinks } from "./pay-links"
import { Payments } from "./payments"
import { Payouts } from "./payouts"
import { Reports } from "./reports"
import { Reservations } from "./reservations"
import { ShopperPayouts } from "./shopper-payouts"
import { Turnovers } from "./turnover"

/** What the plugin knows of money at the gateways, of the orders and accounts there, and of what people decided. Knows no gateway and no Medusa. */
export interface Ledger {
  payments: Payments
  operations: Operations
  leases: Leases
  reservations: Reservations
  notifications: Notifications
  facts: AccountFacts
  orders: Orders
  decisions: Decisions
  turnovers: Turnovers
  alerts: Alerts
  reports: Reports
  payLinks: PayLinks
  payouts: Payouts
  shopperPayouts: ShopperPayouts
  /** The same ledger for who holds a payment: what is written about it fails once another process has taken it over. */
  under(lease: Lease): Ledger
  /** The same ledger inside one short transaction: no HTTP call is ever made in there. */
  together<T>(work: (ledger: Ledger) => Promise<T>): Promise<T>
}

export const openLedger = (database: Database, clock: Clock = systemClock): Ledger => {
  const notifications = new Notifications(database, clock)
  const facts = new AccountFacts(database, clock)
  const orders = new Orders(database, clock)
  const reservations = new Reservations(database, clock)
  const decisions = new Decisions(database, clock)
  const turnovers = new Turnovers(database)
  const alerts = new Alerts(database, clock)
  const reports = new Reports(database, clock)
  const payLinks = new PayLinks(database, clock)
  const payouts = new Payouts(database, clock)
  const shopperPayouts = new ShopperPayouts(database, clock)
  const opened = (held?: Lease): Ledger => ({
    payments: new Payments(database, clock, held),
    operations: new Operations(database, clock, held),
    leases: new Leases(database, clock, held),
    reservations,
    notifications,
    facts,
    orders,
    decisions,
    turnovers,
    alerts,
    reports,
    payLinks,
    payouts,
    shopperPayouts,
    under: opened,
    together: (work) => database.transaction((inside) => work(openLedger(inside, clock))),
  })
  return opened()
}

export * from "./account-facts"
export * from "./alerts"
export * from "./clock"
export * from "./database"
export * from "./decisions"
export * from "./fence"
export * from "./leases"
export * from "./migrations"
export * from "./notifications"
export * from "./operations"
export * from "./orders"
export * from "./pay-links"
export * from "./payment-list"
export * from "./payments"
export * from "./payouts"
export * from "./reports"
export * from "./reservations"
export * from "./shopper-payouts"
export * from "./turnover"
