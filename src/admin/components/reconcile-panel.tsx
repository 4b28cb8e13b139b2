import { Alert, Button, Container, Heading, Input, Label, Table, Text } from "@medusajs/ui"
import { useState } from "react"
import { Link } from "react-router-dom"

import { BusyButton } from "./busy-button"
import { useOrderNames, useReconcile } from "../api/queries"
import type { Change, Compared, Reconciliation } from "../api/schema"
import { amountText, changeText, refundsOf, settleable, valueText } from "../text/changes"
import { gatewayName } from "../text/names"
import { useText } from "../text/use-text"
import { OrderLink } from "./order-link"
import { useQuestion } from "./question"
import { focusIfLost } from "./section-id"

const panel = "gateway-payments-comparison"

/** The gateways' books beside Medusa's: first a comparison that changes nothing, then what of it a person wants to be put right. */
export function ReconcilePanel() {
  const { t, problem } = useText()
  const { mutate, data, error, isPending, variables } = useReconcile()
  const [from, setFrom] = useState("")
  const [to, setTo] = useState("")
  const [asked, setAsked] = useState(0)
  const apply = (ids: string[], corrections: number) => {
    setAsked(corrections)
    mutate({ dryRun: false, ids }, { onSettled: () => focusIfLost(panel) })
  }
  return (
    <Container
      id={panel}
      role="region"
      tabIndex={-1}
      aria-label={t("reconcile.title")}
      className="divide-y p-0 outline-none"
    >
      <div className="flex flex-wrap items-center justify-between gap-4 px-6 py-4">
        <div className="flex max-w-[720px] flex-col gap-y-1">
          <Heading level="h2">{t("reconcile.title")}</Heading>
          <Text size="small" className="text-ui-fg-subtle">
            {t("reconcile.about")}
          </Text>
        </div>
        <div className="flex flex-wrap items-end gap-2">
          <Day id="reconcile-from" label={t("reconcile.from")} value={from} onChange={setFrom} />
          <Day id="reconcile-to" label={t("reconcile.to")} value={to} onChange={setTo} />
          <BusyButton
            size="small"
            variant="secondary"
            type="button"
            disabled={isPending}
            isLoading={isPending && variables.dryRun}
            onClick={() => mutate({ dryRun: true, from: from || undefined, to: to || undefined })}
          >
            {t("reconcile.compare")}
          </BusyButton>
        </div>
      </div>
      {error && (
        <Alert variant="error" role="alert" className="m-4">
          {t("actions.failed", { message: problem(error) })}
        </Alert>
      )}
      {data && <Report report={data} asked={asked} isPending={isPending} onApply={apply} />}
    </Container>
  )
}

interface DayProps {
  id: string
  label: string
  value: string
  onChange: (day: string) => void
}

function Day({ id, label, value, onChange }: DayProps) {
  return (
    <div className="flex flex-col gap-y-1">
      <Label htmlFor={id} size="xsmall">
        {label}
      </Label>
      <Input
        id={id}
        size="small"
        type="date"
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </div>
  )
}

interface ReportProps {
  report: Reconciliation
  /** How many corrections were asked for, where they were. */
  asked: number
  isPending: boolean
  onApply: (ids: string[], corrections: number) => void
}

function Report({ report, asked, isPending, onApply }: ReportProps) {
  const { t } = useText()
  const { changes, payments } = report
  const agreed = useAgreement(payments)
  const { data: names } = useOrderNames(payments.flatMap(({ order_id }) => order_id ?? []))
  const open = settleable(changes)
  const apply = async (of: readonly Change[]) => {
    const ids = [...new Set(of.map((change) => change.gateway_payment_id))]
    if (await agreed(ids, of.length)) onApply(ids, of.length)
  }
  return (
    <div>
      <Summary report={report} asked={asked} />
      {open.length > 0 && (
        <div className="px-6 pb-4">
          <ApplyAll payments={payments} open={open} isPending={isPending} onApply={() => void apply(open)} />
        </div>
      )}
      {changes.length > 0 && (
        <div className="overflow-x-auto">
          <Table aria-label={t("reconcile.title")}>
            <Head />
            <Table.Body>
              {changes.map((change) => (
                <Difference
                  key={`${change.gateway_payment_id} ${change.code} ${change.number ?? ""}`}
                  change={change}
                  payment={payments.find(({ id }) => id === change.gateway_payment_id)}
                  names={names}
                  isPending={isPending}
                  onApply={() =>
                    void apply(open.filter((one) => one.gateway_payment_id === change.gateway_payment_id))
                  }
                />
              ))}
            </Table.Body>
          </Table>
        </div>
      )}
    </div>
  )
}

/** What was found; "everything agrees" only of what could be seen. */
function Summary({ report, asked }: Pick<ReportProps, "report" | "asked">) {
  const { t } = useText()
  const { changes, complete, not_visible: hidden, dry_run } = report
  const left = settleable(changes).length
  const agrees = !complete
    ? "reconcile.same_partial"
    : hidden.length
      ? "reconcile.same_visible"
      : "reconcile.same"
  const found = changes.length ? t("reconcile.found", { number: changes.length }) : t(agrees)
  const ran = t("reconcile.ran", { corrected: Math.max(0, asked - left), left })
  return (
    <>
      <Text role="status" size="small" className="px-6 py-4">
        {dry_run ? found : ran} {!complete && t("reconcile.partial")}
      </Text>
      {hidden.map(({ gateway, payments }) => (
        <Text key={gateway} size="small" className="text-ui-fg-subtle px-6 pb-4">
          {t("reconcile.not_visible", { number: payments, gateway: gatewayName(gateway) })}
        </Text>
      ))}
    </>
  )
}

function Head() {
  const { t } = useText()
  return (
    <Table.Header>
      <Table.Row>
        <Table.HeaderCell>{t("list.column_order")}</Table.HeaderCell>
        <Table.HeaderCell>{t("reconcile.column_what")}</Table.HeaderCell>
        <Table.HeaderCell>{t("reconcile.column_from")}</Table.HeaderCell>
        <Table.HeaderCell>{t("reconcile.column_to")}</Table.HeaderCell>
        <Table.HeaderCell>{t("reconcile.column_refund")}</Table.HeaderCell>
        <Table.HeaderCell>{t("reconcile.column_action")}</Table.HeaderCell>
        <Table.HeaderCell>{t("reconcile.column_payment")}</Table.HeaderCell>
      </Table.Row>
    </Table.Header>
  )
}

interface ApplyAllProps {
  payments: readonly Compared[]
  open: readonly Change[]
  isPending: boolean
  onApply: () => void
}

function ApplyAll({ payments, open, isPending, onApply }: ApplyAllProps) {
  const label = useApplyLabel()
  const sum = useSum(payments)(open.map((change) => change.gateway_payment_id))
  return (
    <Button size="small" type="button" isLoading={isPending} onClick={onApply}>
      {label(open.length, sum)}
    </Button>
  )
}

interface DifferenceProps {
  change: Change
  payment: Compared | undefined
  names: Record<string, string> | undefined
  isPending: boolean
  onApply: () => void
}

function Difference({ change, payment, names, isPending, onApply }: DifferenceProps) {
  const { t, money } = useText()
  const what = changeText(change)
  const value = (raw: string) => {
    const text = valueText(raw)
    const amount = amountText(raw)
    if (text) return t(text)
    return payment && amount !== null ? money(amount, payment.currency_code) : raw
  }
  const number = payment?.merchant_order_no ?? change.gateway_payment_id
  return (
    <Table.Row>
      <Table.Cell className="text-nowrap">
        <OrderLink orderId={payment?.order_id ?? null} names={names} />
      </Table.Cell>
      <Table.Cell>
        {what ? t(what.text, { number: what.number }) : change.what}
        {change.code === "not_settled" && (
          <Text size="xsmall" leading="compact" lang="en" className="text-ui-fg-subtle">
            {change.what}
          </Text>
        )}
      </Table.Cell>
      <Table.Cell className="text-nowrap">{value(change.from)}</Table.Cell>
      <Table.Cell className="text-nowrap">{value(change.to)}</Table.Cell>
      <Table.Cell className="text-nowrap">
        {payment && payment.refund_amount > 0 ? money(payment.refund_amount, payment.currency_code) : "–"}
      </Table.Cell>
      <Table.Cell>
        {settleable([change]).length > 0 && (
          <Button
            size="small"
            variant="secondary"
            type="button"
            disabled={isPending}
            aria-label={t("reconcile.apply_named", { number })}
            onClick={onApply}
          >
            {t("reconcile.apply")}
          </Button>
        )}
      </Table.Cell>
      <Table.Cell>
        <Link
          to={`/gateway-payments/${change.gateway_payment_id}`}
          aria-label={t("open_payment", { number })}
          className="text-ui-fg-base hover:text-ui-fg-subtle font-mono"
          style={{ textDecoration: "underline" }}
        >
          {number}
        </Link>
      </Table.Cell>
    </Table.Row>
  )
}

/** How many corrections a button makes, and the money that goes back by them. */
function useApplyLabel(): (number: number, sum: string) => string {
  const { t } = useText()
  return (number, sum) => {
    if (number === 1) return sum ? t("reconcile.apply_single_sum", { sum }) : t("reconcile.apply_single")
    return sum ? t("reconcile.apply_all_sum", { number, sum }) : t("reconcile.apply_all", { number })
  }
}

/** What goes back to the payers of these payments, or an empty text. */
function useSum(payments: readonly Compared[]): (ids: readonly string[]) => string {
  const { money } = useText()
  return (ids) =>
    refundsOf(payments, ids)
      .map(({ currency, amount }) => money(amount, currency))
      .join(" + ")
}

function useAgreement(payments: readonly Compared[]): (ids: string[], number: number) => Promise<boolean> {
  const { t } = useText()
  const ask = useQuestion()
  const label = useApplyLabel()
  const sumOf = useSum(payments)
  return (ids, number) => {
    const sum = sumOf(ids)
    return ask({
      variant: sum ? "danger" : "confirmation",
      title: number === 1 ? t("reconcile.ask_single") : t("reconcile.ask_title", { number }),
      description: sum ? t("reconcile.ask_sum", { sum }) : t("reconcile.ask_none"),
      confirmText: label(number, sum),
      cancelText: t("actions.cancel"),
    })
  }
}
