import type { Database } from "../../../src/services/ledger"

/** Carries every statement out, and remembers it. */
export class Counter implements Database {
  statements: string[] = []
  constructor(private readonly database: Database) {}

  query<Row>(sql: string, bindings: readonly unknown[] = []): Promise<Row[]> {
    this.statements.push(sql.trim().replace(/\s+/g, " "))
    return this.database.query<Row>(sql, bindings)
  }

  transaction<T>(work: (database: Database) => Promise<T>): Promise<T> {
    return this.database.transaction((inside) => {
      const counter = new Counter(inside)
      counter.statements = this.statements
      return work(counter)
    })
  }
}
