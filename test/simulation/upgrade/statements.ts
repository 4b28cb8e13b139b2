import { readFileSync } from "node:fs"
import path from "node:path"

import { ulid } from "../../../src/core"
import type { Clock, Database } from "../../../src/services/ledger"

/** What 0.1.0 says to the database. A binding that begins with a colon is named: it is another one each time. */
export interface Statement {
  sql: string
  bindings: unknown[]
}

const statements = JSON.parse(readFileSync(path.join(__dirname, "statements-0.1.0.json"), "utf8")) as Record<
  string,
  Statement
>

export const statementNames = Object.keys(statements)

export function statement(name: string): Statement {
  const found = statements[name]
  if (!found) throw new Error(`0.1.0 says nothing called "${name}".`)
  return found
}

export type OldRow = Record<string, unknown> & { id: string }
type Old = (name: string, names?: Readonly<Record<string, unknown>>) => Promise<OldRow[]>

/** An instance that still runs 0.1.0, as the database knows it. */
export const oldInstance =
  (database: Database, clock: Clock): Old =>
  async (name, names = {}) => {
    const { sql, bindings: given } = statement(name)
    const now = clock.now()
    const number = ulid(now.getTime())
    const known: Record<string, unknown> = {
      ...{ now, later: new Date(now.getTime() + 120_000), token: number },
      ...{ number, order: number, session: `payses_${number}`, collection: `pay_col_${number}` },
      ...{ row: `ref_${number}`, operation: `gpop_${number}`, payment: `gpay_${number}` },
      ...names,
    }
    const bindings = given.map((one) =>
      typeof one === "string" && one.startsWith(":") ? known[one.slice(1)] : one,
    )
    return database.query<OldRow>(sql, bindings)
  }
