import { AccountFacts } from "./account-facts"
import { systemClock } from "./clock"
import type { Clock } from "./clock"
import type { Database } from "./database"
import { Notifications } from "./notifications"
import { Operations } from "./operations"
import { Payments } from "./payments"
import { Reservations } from "./reservations"
import { Returns } from "./returns"

/** What the plugin knows of money at the gateways, in three tables, and of the accounts there. Knows no gateway and no Medusa. */
export interface Ledger {
  payments: Payments
  operations: Operations
  returns: Returns
  reservations: Reservations
  notifications: Notifications
  facts: AccountFacts
  /** The same ledger inside one short transaction: no HTTP call is ever made in there. */
  together<T>(work: (ledger: Ledger) => Promise<T>): Promise<T>
}

export const openLedger = (database: Database, clock: Clock = systemClock): Ledger => ({
  payments: new Payments(database, clock),
  operations: new Operations(database, clock),
  returns: new Returns(database, clock),
  reservations: new Reservations(database, clock),
  notifications: new Notifications(database, clock),
  facts: new AccountFacts(database, clock),
  together: (work) => database.transaction((inside) => work(openLedger(inside, clock))),
})

export * from "./account-facts"
export * from "./clock"
export * from "./database"
export * from "./notifications"
export * from "./operations"
export * from "./payments"
export * from "./reservations"
export * from "./returns"
