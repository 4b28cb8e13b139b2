import { z } from "zod"

import { toMajor } from "../../../../../core"
import { gatewayPayments } from "../../../../../services/host"
import { windowOfDays } from "../../../../../services/settlement"
import { booksOf, payoutAccount, payoutRange, requireAccount } from "../../../../payout-views"
import { parsed, route, storable } from "../../../../problems"

const query = payoutAccount.extend({
  channel: storable(64).default(""),
  currency_code: z.string().regex(/^[a-z]{3}$/, "is a code of three letters"),
})

/** More than a person looks through. */
const mostShown = 500

/** The payments behind a day: what came in and went back between its cut-off hours. */
export const GET = route(async (req, res) => {
  const asked = parsed(query, req.query)
  const range = parsed(payoutRange, req.query)
  const plugin = gatewayPayments(req.scope)
  const { gateway } = await requireAccount(plugin, asked)
  const books = (await booksOf(plugin, range)).find(
    (one) => one.gateway === gateway.name && one.account === gateway.account,
  )
  const { channel, currency_code: currency } = asked
  const learnt = books?.cutOffs.find((one) => one.channel === channel && one.currency === currency)
  const window = { ...windowOfDays(range, learnt?.to), zone: books?.timeZone ?? "+07:00" }
  const account = { gateway: gateway.name, account: gateway.account }
  // A statement that names no channel is of all of them.
  const of = channel === "" && !gateway.settlements ? undefined : channel
  const found = await plugin.ledger.payouts.behind(account, window, {
    ...{ channel: of, currency, limit: mostShown },
  })
  res.json({
    payments: found.map((one) => ({
      ...{
        id: one.id,
        order_id: one.orderId,
        merchant_order_no: one.number,
        gateway_order_no: one.gatewayNo,
      },
      ...{ kind: one.kind, at: one.at, amount: toMajor(one.amount, one.digits), currency_code: one.currency },
    })),
  })
})
