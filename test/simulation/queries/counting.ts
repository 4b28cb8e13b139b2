import type { Database } from "../../../src/services/ledger"

/** Carries every statement out, and remembers it. */
export class Counter implements Database {
  statements: string[] = []
  /** A part of the statements that the database does not get to carry out. */
  fails: string | undefined
  constructor(private readonly database: Database) {}

  query<Row>(sql: string, bindings: readonly unknown[] = []): Promise<Row[]> {
    if (this.fails && sql.includes(this.fails)) return Promise.reject(new Error("connection lost"))
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
