import { Readable } from "node:stream"

import { PaymentProblem, statementSentence } from "../../../../../core"
import { gatewayPayments } from "../../../../../services/host"
import { readMapping, readStatement } from "../../../../../services/settlement"
import { payoutAccount, requireAccount } from "../../../../payout-views"
import { parsed, route } from "../../../../problems"

/** A year of a busy shop's rows. */
const mostBytes = 8 * 1024 * 1024

/** The body is the file itself, read as it comes. Nothing is imported of a file with a problem. */
export const POST = route(async (req, res) => {
  const plugin = gatewayPayments(req.scope)
  const account = parsed(payoutAccount, req.query)
  const { gateway } = await requireAccount(plugin, account)
  if (gateway.settlements)
    throw refusal(
      "The gateway is asked about this account: a statement would count twice. Nothing was imported.",
    )
  const mapping = readMapping(await plugin.ledger.payouts.mapping(account))
  if (!mapping)
    throw refusal("Say first how the columns of this account's statements are read. Nothing was imported.")
  const units = gateway.digits(mapping.currency)
  if ("problem" in units) throw refusal(`${units.problem} Nothing was imported.`)
  const read = await readStatement(Readable.from(bounded(req)), mapping, units.digits)
  if ("problems" in read) {
    const problems = read.problems.map((row) => ({ ...row, reason: statementSentence(row) }))
    res.json({ added: 0, changed: 0, unchanged: 0, problems })
    return
  }
  const imported = await plugin.ledger.payouts.importLines(account, read.lines)
  res.json({ ...imported, problems: [] })
})

/** What still comes of a file that is refused is thrown away: whoever sends it is to read why. */
async function* bounded(body: Readable): AsyncGenerator<Buffer> {
  let size = 0
  try {
    for await (const chunk of body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > mostBytes) throw refusal("The file is larger than 8 MB: split it. Nothing was imported.")
      yield chunk
    }
  } finally {
    body.resume()
  }
}

const refusal = (sentence: string) => new PaymentProblem("invalid_data", "request_invalid", sentence)
