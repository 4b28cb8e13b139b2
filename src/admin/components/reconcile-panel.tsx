import { Alert, Button, Container, Heading, Input, Label, Table, Text } from "@medusajs/ui"
import { useState } from "react"
import { Link } from "react-router-dom"

import { useReconcile } from "../api/queries"
import type { Change, Reconciliation } from "../api/schema"
import { changeText, settleable, valueText } from "../text/changes"
import { gatewayName } from "../text/names"
import { useText } from "../text/use-text"

/** The gateways' books beside Medusa's: first a comparison that changes nothing, then the same with putting right. */
export function ReconcilePanel() {
  const { t } = useText()
  const { mutate, data, error, isPending, variables } = useReconcile()
  const [from, setFrom] = useState("")
  const [to, setTo] = useState("")
  const run = (dryRun: boolean) => mutate({ dryRun, from: from || undefined, to: to || undefined })
  const mayRun = data?.dry_run && settleable(data.changes) > 0
  return (
    <Container role="region" aria-label={t("reconcile.title")} className="divide-y p-0">
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
          <Button
            size="small"
            variant="secondary"
            type="button"
            disabled={isPending}
            isLoading={isPending && variables.dryRun}
            onClick={() => run(true)}
          >
            {t("reconcile.compare")}
          </Button>
          {mayRun && (
            <Button size="small" type="button" disabled={isPending} onClick={() => run(false)}>
              {t("reconcile.run")}
            </Button>
          )}
        </div>
      </div>
      {error && (
        <Alert variant="error" role="alert" className="m-4">
          {t("actions.failed", { message: error.message })}
        </Alert>
      )}
      {data && <Report report={data} />}
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

function Report({ report }: { report: Reconciliation }) {
  const { t } = useText()
  const number = report.changes.length
  const summary = report.dry_run
    ? t("reconcile.found", { number })
    : t("reconcile.ran", { number: settleable(report.changes) })
  return (
    <div>
      <Text role="status" size="small" className="px-6 py-4">
        {number === 0 ? t("reconcile.same") : summary} {!report.complete && t("reconcile.partial")}
      </Text>
      {report.not_visible.map(({ gateway, payments }) => (
        <Text key={gateway} size="small" className="text-ui-fg-subtle px-6 pb-4">
          {t("reconcile.not_visible", { number: payments, gateway: gatewayName(gateway) })}
        </Text>
      ))}
      {number > 0 && (
        <div className="overflow-x-auto">
          <Table aria-label={t("reconcile.title")}>
            <Table.Header>
              <Table.Row>
                <Table.HeaderCell>{t("reconcile.column_payment")}</Table.HeaderCell>
                <Table.HeaderCell>{t("reconcile.column_what")}</Table.HeaderCell>
                <Table.HeaderCell>{t("reconcile.column_from")}</Table.HeaderCell>
                <Table.HeaderCell>{t("reconcile.column_to")}</Table.HeaderCell>
              </Table.Row>
            </Table.Header>
            <Table.Body>
              {report.changes.map((change) => (
                <Difference
                  key={`${change.gateway_payment_id} ${change.code} ${change.number ?? ""}`}
                  change={change}
                />
              ))}
            </Table.Body>
          </Table>
        </div>
      )}
    </div>
  )
}

function Difference({ change }: { change: Change }) {
  const { t } = useText()
  const what = changeText(change)
  const value = (raw: string) => {
    const text = valueText(raw)
    return text ? t(text) : raw
  }
  return (
    <Table.Row>
      <Table.Cell>
        <Link
          to={`/gateway-payments/${change.gateway_payment_id}`}
          className="text-ui-fg-interactive hover:text-ui-fg-interactive-hover font-mono"
        >
          {change.gateway_payment_id}
        </Link>
      </Table.Cell>
      <Table.Cell>{what ? t(what.text, { number: what.number }) : change.what}</Table.Cell>
      <Table.Cell>{value(change.from)}</Table.Cell>
      <Table.Cell>{value(change.to)}</Table.Cell>
    </Table.Row>
  )
}
