import { Readable } from "node:stream"
import { pipeline } from "node:stream/promises"

import { gatewayPayments, type GatewayPayments } from "../../../../services/host"
import { logLine, wordsOf } from "../../../../services/observability"
import type { GatewayPayment } from "../../../../services/settlement"
import { byteOrderMark, csvText as text } from "../../../csv"
import { columns, lineView } from "../../../payment-file"
import { parsed, route } from "../../../problems"
import { filters, wanted } from "../filters"

/** The whole list as one file. It is read and sent page by page, however long it is, and as fast as it is taken. */
export const GET = route(async (req, res) => {
  const plugin = gatewayPayments(req.scope)
  const pages = plugin.ledger.payments.everyPage(await wanted(parsed(filters, req.query), plugin))
  // What fails before the file begins is answered as on every route.
  const first = await pages.next()
  res.setHeader("content-type", "text/csv; charset=utf-8")
  res.setHeader("content-disposition", `attachment; filename="gateway-payments.csv"`)
  res.setHeader("cache-control", "no-store")
  try {
    await pipeline(Readable.from(file(first, pages, plugin)), res)
  } catch (error) {
    // The status has gone out. A connection that breaks is how a download learns that it is not whole.
    const hasLeft = (error as NodeJS.ErrnoException).code === "ERR_STREAM_PREMATURE_CLOSE"
    if (!hasLeft) plugin.log.error(logLine("export_failed", {}, wordsOf(error)))
  }
})

async function* file(
  first: IteratorResult<GatewayPayment[], unknown>,
  rest: AsyncGenerator<GatewayPayment[]>,
  plugin: GatewayPayments,
): AsyncGenerator<string> {
  yield byteOrderMark + text([columns.map(({ name }) => name)])
  for (let page = first; !page.done; page = await rest.next()) yield text(await linesOf(page.value, plugin))
}

async function linesOf(payments: readonly GatewayPayment[], plugin: GatewayPayments): Promise<string[][]> {
  const orderIds = [...new Set(payments.flatMap(({ orderId }) => orderId ?? []))]
  const [unclear, names] = await Promise.all([
    plugin.ledger.operations.unclearOf(payments.map(({ id }) => id)),
    plugin.orderNames(orderIds),
  ])
  return payments.map((payment) =>
    lineView(payment, {
      unclear: unclear.get(payment.id) ?? [],
      order: payment.orderId === null ? undefined : names.get(payment.orderId),
    }),
  )
}
