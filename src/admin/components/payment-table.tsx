import { Table, Text } from "@medusajs/ui"
import { Link } from "react-router-dom"

import type { Payment } from "../api/schema"
import { isFiltered, type ListView } from "../rules/list-view"
import { gatewayName } from "../text/names"
import { useText } from "../text/use-text"
import { OrderLink } from "./order-link"
import { Standing } from "./state-badge"

interface Props {
  payments: Payment[]
  count: number
  /** Short order numbers by order id. */
  names: Record<string, string> | undefined
  pageSize: number
  view: ListView
  onChange: (view: ListView) => void
}

export function PaymentTable({ payments, count, names, pageSize, view, onChange }: Props) {
  const { t } = useText()
  if (!payments.length)
    return (
      <Text role="status" size="small" className="text-ui-fg-subtle px-6 py-8 text-center">
        {isFiltered(view) ? t("list.none_found") : t("list.empty")}
      </Text>
    )
  const pages = Math.ceil(count / pageSize)
  return (
    <div>
      <div className="overflow-x-auto">
        <Table aria-label={t("title")}>
          <Head />
          <Table.Body>
            {payments.map((payment) => (
              <Row key={payment.id} payment={payment} names={names} />
            ))}
          </Table.Body>
        </Table>
      </div>
      <Table.Pagination
        count={count}
        pageSize={pageSize}
        pageIndex={view.page}
        pageCount={pages}
        canPreviousPage={view.page > 0}
        canNextPage={view.page + 1 < pages}
        previousPage={() => onChange({ ...view, page: view.page - 1 })}
        nextPage={() => onChange({ ...view, page: view.page + 1 })}
        translations={{
          of: t("list.of"),
          results: t("list.results"),
          pages: t("list.pages"),
          prev: t("list.prev"),
          next: t("list.next"),
        }}
      />
    </div>
  )
}

function Head() {
  const { t } = useText()
  return (
    <Table.Header>
      <Table.Row>
        <Table.HeaderCell>{t("list.column_order")}</Table.HeaderCell>
        <Table.HeaderCell>{t("list.column_state")}</Table.HeaderCell>
        <Table.HeaderCell>{t("list.column_gateway")}</Table.HeaderCell>
        <Table.HeaderCell className="text-right">{t("list.column_amount")}</Table.HeaderCell>
        <Table.HeaderCell className="text-right">{t("list.column_refunded")}</Table.HeaderCell>
        <Table.HeaderCell>{t("list.column_created")}</Table.HeaderCell>
        <Table.HeaderCell>{t("list.column_number")}</Table.HeaderCell>
      </Table.Row>
    </Table.Header>
  )
}

function Row({ payment, names }: { payment: Payment; names: Props["names"] }) {
  const { t, money, shortTime, channel } = useText()
  return (
    <Table.Row>
      <Table.Cell className="text-nowrap">
        <OrderLink orderId={payment.order_id} names={names} />
      </Table.Cell>
      <Table.Cell>
        <div className="py-1">
          <Standing payment={payment} />
        </div>
      </Table.Cell>
      <Table.Cell className="text-nowrap">
        {gatewayName(payment.gateway)}
        {payment.channel && ` · ${channel(payment.channel)}`}
      </Table.Cell>
      <Table.Cell className="text-nowrap text-right">
        {money(payment.amount, payment.currency_code)}
      </Table.Cell>
      <Table.Cell className="text-nowrap text-right">
        {payment.refunded_amount > 0 ? money(payment.refunded_amount, payment.currency_code) : "–"}
      </Table.Cell>
      <Table.Cell className="text-nowrap">{shortTime(payment.created_at)}</Table.Cell>
      <Table.Cell>
        <Link
          to={`/gateway-payments/${payment.id}`}
          aria-label={t("open_payment", { number: payment.merchant_order_no })}
          className="text-ui-fg-interactive hover:text-ui-fg-interactive-hover font-mono"
        >
          {payment.merchant_order_no}
        </Link>
      </Table.Cell>
    </Table.Row>
  )
}
