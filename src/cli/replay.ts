import { parseArgs } from "node:util"

import { openLedger } from "../services/ledger"
import { codeOf, onDatabase } from "./database"
import type { Terminal } from "./run"

const help = `Has a stored notification acted on once more: the job asks the gateway and settles what it says, as when the
notification came in. Nothing is booked from the notification itself, and what is settled already stays as it is.

  medusa-payment-ksher-gnete replay gnot_01J9ZK…

  --help   this text

The id is among the \`notifications\` that GET /admin/gateway-payments/:id answers.
Needs DATABASE_URL of the shop, DATABASE_SCHEMA where its tables are not in the schema public, and a running Medusa whose job acts within a minute.`

/** @returns the exit code. Throws a sentence where the database could not be asked. */
export async function runReplayCommand(args: string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { help: { type: "boolean", default: false } },
  })
  if (values.help) {
    terminal.out(help)
    return 0
  }
  const [id, ...more] = positionals
  if (id === undefined || more.length || !/^gnot_\w{1,40}$/.test(id))
    throw new Error("Give the id of one stored notification, such as gnot_01J9ZK8Q4T.")
  const isDue = await replay(id, terminal)
  if (isDue) terminal.out(`${id} is acted on once more by the next run of the job, within a minute.`)
  else terminal.err(`There is no notification ${id} that verified and names a payment of this shop.`)
  return isDue ? 0 : 1
}

async function replay(id: string, { env, directory, now }: Terminal): Promise<boolean> {
  if (!env.DATABASE_URL) throw new Error("DATABASE_URL is not set: give the database of the shop.")
  let answer: boolean | undefined
  try {
    answer = await onDatabase({ url: env.DATABASE_URL, schema: env.DATABASE_SCHEMA }, directory, (database) =>
      openLedger(database, { now }).notifications.replay(id),
    )
  } catch (error) {
    throw new Error(`The database could not be asked (${codeOf(error)}): check DATABASE_URL.`, {
      cause: error,
    })
  }
  if (answer === undefined)
    throw new Error("The package pg is not installed here: run this in the shop's backend.")
  return answer
}
