/** The little the ledger asks of a database: positional `?` bindings, rows as objects. Medusa's knex pool fits (`fromKnex`). */
export interface Database {
  query<Row>(sql: string, bindings?: readonly unknown[]): Promise<Row[]>
  /** Runs `work` in one short transaction. No HTTP call is ever made inside. */
  transaction<T>(work: (database: Database) => Promise<T>): Promise<T>
}

/** What is used of knex; `__pg_connection__` in every Medusa container, the shared pool: a row written here survives Medusa's rollback (H18). */
export interface KnexLike {
  raw(sql: string, bindings: readonly unknown[]): PromiseLike<{ rows: unknown[] }>
  transaction<T>(work: (trx: KnexLike) => Promise<T>): Promise<T>
}

export const fromKnex = (knex: KnexLike): Database => ({
  query: async <Row>(sql: string, bindings: readonly unknown[] = []) =>
    (await knex.raw(sql, bindings)).rows as Row[],
  transaction: (work) => knex.transaction((trx) => work(fromKnex(trx))),
})
