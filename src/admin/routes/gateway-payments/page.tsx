import { defineRouteConfig } from "@medusajs/admin-sdk"
import { CreditCard } from "@medusajs/icons"
import { Container, Heading } from "@medusajs/ui"
import { useSearchParams } from "react-router-dom"

import { useOrderNames, usePayments } from "../../api/queries"
import { ListFilters } from "../../components/list-filters"
import { PaymentTable } from "../../components/payment-table"
import { ProviderCards } from "../../components/provider-cards"
import { ReconcilePanel } from "../../components/reconcile-panel"
import { Waiting } from "../../components/waiting"
import { asParams, readView, type ListView } from "../../rules/list-view"
import { useText } from "../../text/use-text"

const pageSize = 20

const GatewayPaymentsPage = () => (
  <div className="flex flex-col gap-y-3">
    <PaymentList />
    <ReconcilePanel />
    <ProviderCards />
  </div>
)

/** What is searched, filtered and paged stands in the address: it can be shared, and the way back leads here. */
function PaymentList() {
  const { t } = useText()
  const [params, setParams] = useSearchParams()
  const view = readView(params)
  const { page: pageIndex, ...filters } = view
  const { data, error } = usePayments(filters, { limit: pageSize, offset: pageIndex * pageSize })
  const { data: names } = useOrderNames(orderIds(data?.gateway_payments ?? []))
  const show = (next: ListView) => setParams(asParams(next))
  return (
    <Container className="divide-y p-0">
      <div className="flex flex-col gap-y-4 px-6 py-4">
        <Heading level="h1">{t("title")}</Heading>
        <ListFilters view={view} onChange={show} />
      </div>
      {data ? (
        <PaymentTable
          payments={data.gateway_payments}
          count={data.count}
          names={names}
          pageSize={pageSize}
          view={view}
          onChange={show}
        />
      ) : (
        <Waiting error={error} lines={pageSize / 2} />
      )}
    </Container>
  )
}

const orderIds = (payments: readonly { order_id: string | null }[]): string[] => [
  ...new Set(payments.flatMap((payment) => payment.order_id ?? [])),
]

export const config = defineRouteConfig({
  label: "menu",
  icon: CreditCard,
  translationNs: "gatewayPayments",
})

export const handle = { breadcrumb: () => <Breadcrumb /> }

const Breadcrumb = () => <>{useText().t("title")}</>

export default GatewayPaymentsPage
