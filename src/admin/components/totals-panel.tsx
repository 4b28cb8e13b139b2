import { Container, Heading, Select, Table, Text } from "@medusajs/ui"
import { useState } from "react"

import { useTotals } from "../api/queries"
import { byChannel, byDay, lastDays, type CurrencyDays } from "../rules/totals"
import { gatewayName } from "../text/names"
import { useNarrow } from "./use-narrow"
import { useText } from "../text/use-text"
import { Waiting } from "./waiting"

const periods = ["7", "30", "92"] as const

/** What came in and went back, as a small chart and as a table. */
export function TotalsPanel() {
  const { t } = useText()
  const [period, setPeriod] = useState<string>("30")
  const range = lastDays(Number(period), new Date())
  const { data: totals, error } = useTotals(range.from, range.to)
  return (
    <Container role="region" aria-label={t("totals.title")} className="divide-y p-0">
      <div className="flex flex-wrap items-center justify-between gap-2 px-6 py-4">
        <Heading level="h2">{t("totals.title")}</Heading>
        <div style={{ width: 180 }}>
          <Select size="small" value={period} onValueChange={setPeriod}>
            <Select.Trigger aria-label={t("totals.period")}>
              <Select.Value />
            </Select.Trigger>
            <Select.Content>
              {periods.map((days) => (
                <Select.Item key={days} value={days}>
                  {t("list.last_days", { days })}
                </Select.Item>
              ))}
            </Select.Content>
          </Select>
        </div>
      </div>
      {!totals && <Waiting error={error} lines={3} />}
      {totals?.length === 0 && (
        <Text size="small" className="text-ui-fg-subtle px-6 py-4">
          {t("totals.none")}
        </Text>
      )}
      {totals && totals.length > 0 && (
        <>
          <div className="flex flex-wrap gap-4 px-6 py-4">
            {byDay(totals, range.days).map((one) => (
              <Chart key={one.currency} {...one} />
            ))}
          </div>
          <TotalsTable rows={byChannel(totals)} />
        </>
      )}
    </Container>
  )
}

const height = 56

/** One bar a day. Its numbers stand in the table and in each bar's title. */
function Chart({ currency, days }: CurrencyDays) {
  const { t, money, day } = useText()
  const highest = Math.max(...days.map((one) => Math.max(one.taken, one.returned)), 1)
  const wide = 100 / days.length
  const high = (amount: number) => (Math.max(0, amount) / highest) * height
  const taken = days.reduce((sum, one) => sum + one.taken, 0)
  return (
    <figure className="flex flex-1 flex-col gap-y-1" style={{ minWidth: 260 }}>
      <svg
        role="img"
        aria-label={t("totals.chart", { amount: money(taken, currency), days: days.length })}
        viewBox={`0 0 100 ${height}`}
        preserveAspectRatio="none"
        style={{ width: "100%", height }}
      >
        {days.map((one, index) => (
          <g key={one.day}>
            <title>
              {`${day(`${one.day}T12:00:00`)}: ${money(one.taken, currency)} − ${money(one.returned, currency)}`}
            </title>
            <rect
              x={index * wide + wide * 0.1}
              width={wide * 0.8}
              y={height - high(one.taken)}
              height={high(one.taken)}
              fill="var(--tag-blue-icon)"
            />
            <rect
              x={index * wide + wide * 0.1}
              width={wide * 0.8}
              y={height - high(one.returned)}
              height={high(one.returned)}
              fill="var(--tag-orange-icon)"
            />
          </g>
        ))}
      </svg>
      <Text as="span" size="xsmall" className="text-ui-fg-subtle">
        {t("totals.legend", { currency: currency.toUpperCase() })}
      </Text>
    </figure>
  )
}

function TotalsTable({ rows }: { rows: ReturnType<typeof byChannel> }) {
  const { t, money, channel } = useText()
  const isNarrow = useNarrow()
  // Where it is cut off, a keyboard has to be able to scroll it.
  const scrolled = isNarrow && { tabIndex: 0, role: "group", "aria-label": t("totals.title") }
  return (
    <div className="overflow-x-auto" {...scrolled}>
      <Table aria-label={t("totals.title")}>
        <Table.Header>
          <Table.Row>
            <Table.HeaderCell>{t("list.column_gateway")}</Table.HeaderCell>
            <Table.HeaderCell className="text-right">{t("totals.payments")}</Table.HeaderCell>
            <Table.HeaderCell className="text-right">{t("totals.taken")}</Table.HeaderCell>
            <Table.HeaderCell className="text-right">{t("totals.refunds")}</Table.HeaderCell>
            <Table.HeaderCell className="text-right">{t("totals.returned")}</Table.HeaderCell>
          </Table.Row>
        </Table.Header>
        <Table.Body>
          {rows.map((row) => (
            <Table.Row key={[row.gateway, row.channel, row.currency].join()}>
              <Table.Cell className="text-nowrap">
                {gatewayName(row.gateway)}
                {row.channel && ` · ${channel(row.channel)}`}
              </Table.Cell>
              <Table.Cell className="text-right">{row.payments}</Table.Cell>
              <Table.Cell className="text-nowrap text-right">{money(row.taken, row.currency)}</Table.Cell>
              <Table.Cell className="text-right">{row.refunds}</Table.Cell>
              <Table.Cell className="text-nowrap text-right">{money(row.returned, row.currency)}</Table.Cell>
            </Table.Row>
          ))}
        </Table.Body>
      </Table>
    </div>
  )
}
