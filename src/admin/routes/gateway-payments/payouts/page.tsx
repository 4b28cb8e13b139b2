import { Button, Container, Heading, Select, StatusBadge, Table, Text } from "@medusajs/ui"
import { useState } from "react"
import { Link } from "react-router-dom"

import {
  usePaymentsBehind,
  usePayouts,
  usePayoutsDownload,
  type PayoutAccount,
  type PayoutDay,
} from "../../../api/payouts"
import { BusyButton } from "../../../components/busy-button"
import { StatementImport, StatementRemoval } from "../../../components/statement-import"
import { Waiting } from "../../../components/waiting"
import { clockHour, keyOfChannel, keyOfDay, lastDaysOf, openDays } from "../../../rules/payouts"
import { gatewayName } from "../../../text/names"
import { useText } from "../../../text/use-text"

const periods = ["7", "30", "92"] as const

/** What the gateways transferred to the shop, day by day, and what of it the payments do not explain. */
const PayoutsPage = () => {
  const { t } = useText()
  const [days, setDays] = useState<string>("30")
  const period = lastDaysOf(Number(days), new Date())
  const { data, error } = usePayouts(period)
  const { mutate: download, isPending } = usePayoutsDownload()
  return (
    <div className="flex flex-col gap-y-3">
      <Container className="flex flex-wrap items-center justify-between gap-2 px-6 py-4">
        <Heading level="h1">{t("payouts.title")}</Heading>
        <div className="flex items-center gap-2">
          <div style={{ width: 180 }}>
            <Select size="small" value={days} onValueChange={setDays}>
              <Select.Trigger aria-label={t("payouts.period")}>
                <Select.Value />
              </Select.Trigger>
              <Select.Content>
                {periods.map((each) => (
                  <Select.Item key={each} value={each}>
                    {t("list.last_days", { days: each })}
                  </Select.Item>
                ))}
              </Select.Content>
            </Select>
          </div>
          <BusyButton size="small" variant="secondary" isLoading={isPending} onClick={() => download(period)}>
            {t("payouts.export")}
          </BusyButton>
        </div>
      </Container>
      {!data && (
        <Container className="p-0">
          <Waiting error={error} lines={5} />
        </Container>
      )}
      {data && !data.configured && (
        <Container className="px-6 py-4">
          <Text size="small">{t("payouts.off")}</Text>
        </Container>
      )}
      {data?.accounts.map((one) => (
        <Account key={`${one.gateway} ${one.account}`} of={one} />
      ))}
    </div>
  )
}

function Account({ of }: { of: PayoutAccount }) {
  const { t } = useText()
  const name = t("payouts.account", { gateway: gatewayName(of.gateway), account: of.account })
  const open = openDays(of.days)
  return (
    <Container role="region" aria-label={name} className="divide-y p-0">
      <div className="flex flex-col gap-y-1 px-6 py-4">
        <Heading level="h2">{name}</Heading>
        <Progress of={of} />
        {of.progress.why === "statements" && (
          <div className="flex items-center gap-2">
            <StatementImport of={of} />
            <StatementRemoval of={of} />
          </div>
        )}
        <Channels of={of} />
        {of.days.length > 0 && (
          <div>
            <StatusBadge color={open ? "orange" : "green"}>
              {open ? t("payouts.open", { days: open }) : t("payouts.all_explained")}
            </StatusBadge>
          </div>
        )}
      </div>
      {of.days.length === 0 ? (
        <Text size="small" className="text-ui-fg-subtle px-6 py-4">
          {t("payouts.none")}
        </Text>
      ) : (
        <Days days={of.days} name={name} />
      )}
    </Container>
  )
}

function Progress({ of: { progress } }: { of: PayoutAccount }) {
  const { t, time } = useText()
  const { asked, answered, failed, last_answer_at: at, why } = progress
  const said =
    why === "statements"
      ? t("payouts.progress_statements")
      : why === "account_not_read"
        ? t("payouts.progress_unread")
        : t("payouts.progress", { asked, answered, failed })
  return (
    <Text size="small" className="text-ui-fg-subtle">
      {said} {at !== null && t("payouts.last_answer", { time: time(at) })}
    </Text>
  )
}

function Channels({ of }: { of: PayoutAccount }) {
  const { t, channel } = useText()
  return (
    <>
      {of.channels.map((one) => (
        <Text key={keyOfChannel(one)} size="small" className="text-ui-fg-subtle">
          {one.channel === null ? gatewayName(one.gateway) : channel(one.channel)}{" "}
          {one.currency_code.toUpperCase()}.{" "}
          {one.fee_percent !== null &&
            t("payouts.rate", { percent: one.fee_percent, all: one.fee_percent_with_vat ?? one.fee_percent })}
          {". "}
          {one.cut_off
            ? t("payouts.cut_off", {
                from: clockHour(one.cut_off.from),
                to: clockHour(one.cut_off.to),
                days: one.cut_off.days,
              })
            : t("payouts.cut_off_unknown")}
        </Text>
      ))}
    </>
  )
}

function Days({ days, name }: { days: readonly PayoutDay[]; name: string }) {
  const { t } = useText()
  return (
    <div className="overflow-x-auto">
      <Table aria-label={name}>
        <Table.Header>
          <Table.Row>
            <Table.HeaderCell>{t("payouts.day")}</Table.HeaderCell>
            <Table.HeaderCell className="text-right">{t("payouts.net_paid")}</Table.HeaderCell>
            <Table.HeaderCell className="text-right">{t("payouts.settled")}</Table.HeaderCell>
            <Table.HeaderCell className="text-right">{t("payouts.fees")}</Table.HeaderCell>
            <Table.HeaderCell className="text-right">{t("payouts.transferred")}</Table.HeaderCell>
            <Table.HeaderCell className="text-right">{t("payouts.difference")}</Table.HeaderCell>
            <Table.HeaderCell>{t("payouts.state_column")}</Table.HeaderCell>
          </Table.Row>
        </Table.Header>
        <Table.Body>
          {days.map((one) => (
            <Day key={keyOfDay(one)} one={one} />
          ))}
        </Table.Body>
      </Table>
    </div>
  )
}

function Day({ one }: { one: PayoutDay }) {
  const { t, money, channel, day } = useText()
  const [shows, setShows] = useState(false)
  const amount = (major: string) => money(Number(major), one.currency_code)
  const noon = (date: string) => day(`${date}T12:00:00`)
  const bad = one.state === "late" || one.state === "short" || one.state === "more"
  return (
    <>
      <Table.Row>
        <Table.Cell className="text-nowrap">
          {one.from === one.to ? noon(one.from) : `${noon(one.from)} – ${noon(one.to)}`}
          {one.channel !== null && ` · ${channel(one.channel)}`}
        </Table.Cell>
        <Table.Cell className="text-nowrap text-right">
          {amount(one.paid)}
          {Number(one.returned) !== 0 && ` − ${amount(one.returned)}`}
        </Table.Cell>
        <Table.Cell className="text-nowrap text-right">
          {one.settled !== null && amount(one.settled)}
        </Table.Cell>
        <Table.Cell className="text-nowrap text-right">
          {amount(one.fee)} + {amount(one.vat)}
        </Table.Cell>
        <Table.Cell className="text-nowrap text-right">{amount(one.transferred)}</Table.Cell>
        <Table.Cell className="text-nowrap text-right">{amount(one.difference)}</Table.Cell>
        <Table.Cell>
          <span className="flex flex-wrap items-center gap-1">
            <StatusBadge color={bad ? "red" : one.state === "transferred" ? "green" : "grey"}>
              {t(`payouts.state.${one.state}`)}
            </StatusBadge>
            <StatusBadge color={one.explained ? "green" : one.open ? "orange" : "grey"}>
              {one.explained ? t("payouts.explained") : t("payouts.not_explained")}
            </StatusBadge>
            {!one.explained && (
              <Button
                size="small"
                variant="transparent"
                aria-expanded={shows}
                onClick={() => setShows(!shows)}
              >
                {shows ? t("payouts.hide") : t("payouts.payments")}
              </Button>
            )}
          </span>
        </Table.Cell>
      </Table.Row>
      {shows && <Behind one={one} />}
    </>
  )
}

function Behind({ one }: { one: PayoutDay }) {
  const { t, money, time } = useText()
  const { data: payments, error } = usePaymentsBehind(one)
  return (
    <Table.Row>
      <td colSpan={7} className="px-6 py-2">
        {!payments && <Waiting error={error} lines={1} />}
        {payments?.length === 0 && <Text size="small">{t("payouts.no_payments")}</Text>}
        {payments?.map((each) => (
          <Text key={`${each.id} ${each.kind} ${each.at}`} size="small">
            <Link
              to={`/gateway-payments/${each.id}`}
              className="text-ui-fg-base hover:text-ui-fg-subtle"
              style={{ textDecoration: "underline" }}
            >
              {each.merchant_order_no}
            </Link>{" "}
            {t(`payouts.kind.${each.kind}`)} {money(Number(each.amount), each.currency_code)} ·{" "}
            {time(each.at)}
          </Text>
        ))}
      </td>
    </Table.Row>
  )
}

export const handle = { breadcrumb: () => <Breadcrumb /> }

const Breadcrumb = () => <>{useText().t("payouts.title")}</>

export default PayoutsPage
