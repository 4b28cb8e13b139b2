import { createDataTableColumnHelper } from "@medusajs/ui"
import { Link } from "react-router-dom"

import type { Payment } from "../api/schema"
import { gatewayName } from "../text/names"
import type { useText } from "../text/use-text"
import { OrderLink } from "./order-link"
import { Standing } from "./state-badge"

const column = createDataTableColumnHelper<Payment>()

interface Shown {
  text: ReturnType<typeof useText>
  /** Short order numbers by order id. */
  names: Record<string, string> | undefined
  /** On a phone only the first column is seen at once: how a payment stands comes before its order. */
  isNarrow: boolean
}

export function paymentColumns({ text, names, isNarrow }: Shown) {
  const { t, money, shortTime, channel } = text
  const order = column.display({
    id: "order",
    header: () => t("list.column_order"),
    cell: ({ row }) => <OrderLink orderId={row.original.order_id} names={names} />,
  })
  const state = column.display({
    id: "state",
    header: () => t("list.column_state"),
    cell: ({ row }) => (
      <div className="py-1">
        <Standing payment={row.original} />
      </div>
    ),
  })
  return [
    ...(isNarrow ? [state, order] : [order, state]),
    column.display({
      id: "gateway",
      header: () => t("list.column_gateway"),
      cell: ({ row: { original } }) =>
        gatewayName(original.gateway) + (original.channel ? ` · ${channel(original.channel)}` : ""),
    }),
    column.accessor("amount", {
      header: () => t("list.column_amount"),
      align: "right",
      cell: ({ row: { original } }) => money(original.amount, original.currency_code),
    }),
    column.accessor("refunded_amount", {
      header: () => t("list.column_refunded"),
      align: "right",
      cell: ({ row: { original } }) =>
        original.refunded_amount > 0 ? money(original.refunded_amount, original.currency_code) : "–",
    }),
    column.accessor("created_at", {
      header: () => t("list.column_created"),
      enableSorting: true,
      sortLabel: t("list.column_created"),
      sortAscLabel: t("list.oldest_first"),
      sortDescLabel: t("list.newest_first"),
      cell: ({ row }) => shortTime(row.original.created_at),
    }),
    column.accessor("merchant_order_no", {
      header: () => t("list.column_number"),
      cell: ({ row: { original } }) => (
        <Link
          to={`/gateway-payments/${original.id}`}
          aria-label={t("open_payment", { number: original.merchant_order_no })}
          className="text-ui-fg-base hover:text-ui-fg-subtle font-mono"
          style={{ textDecoration: "underline" }}
        >
          {original.merchant_order_no}
        </Link>
      ),
    }),
  ]
}
