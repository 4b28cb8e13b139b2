import type { ReactNode } from "react"

import type { PaymentDetail } from "../api/schema"
import { gatewayName } from "../text/names"
import { useText } from "../text/use-text"
import { CopyValue } from "./copy-value"

/** Pairs of a name and a value, as the dashboard's own sections show them. */
export function Facts({ children }: { children: ReactNode }) {
  return <dl className="flex flex-col gap-y-2">{children}</dl>
}

export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="text-ui-fg-subtle grid grid-cols-2 items-start gap-4">
      <dt className="txt-compact-small-plus">{name}</dt>
      <dd className="txt-compact-small min-w-0 break-words">{children}</dd>
    </div>
  )
}

export function PaymentFacts({ payment }: { payment: PaymentDetail }) {
  const { t, money, time, channel } = useText()
  const amount = (value: number) => money(value, payment.currency_code)
  return (
    <Facts>
      <Fact name={t("facts.amount")}>{amount(payment.amount)}</Fact>
      {payment.paid_amount > 0 && <Fact name={t("facts.paid")}>{amount(payment.paid_amount)}</Fact>}
      {payment.refunded_amount > 0 && (
        <Fact name={t("facts.refunded")}>{amount(payment.refunded_amount)}</Fact>
      )}
      <Fact name={t("facts.gateway")}>{gatewayName(payment.gateway)}</Fact>
      <Fact name={t("facts.channel")}>
        {payment.channel === null ? t("facts.channel_open") : channel(payment.channel)}
      </Fact>
      <Numbers payment={payment} />
      <Fact name={t("facts.created")}>{time(payment.created_at)}</Fact>
      {payment.state === "pending" && payment.expires_at && (
        <Fact name={t("facts.expires")}>{time(payment.expires_at)}</Fact>
      )}
      {payment.settled_by && <Fact name={t("facts.ended")}>{t(`settled_by.${payment.settled_by}`)}</Fact>}
    </Facts>
  )
}

/** What the gateway's support asks for first. */
function Numbers({ payment }: { payment: PaymentDetail }) {
  const { t } = useText()
  return (
    <>
      <Fact name={t("numbers.ours")}>
        <CopyValue value={payment.merchant_order_no} what={t("numbers.ours")} />
      </Fact>
      <Fact name={t("numbers.gateways")}>
        {payment.gateway_order_no ? (
          <CopyValue value={payment.gateway_order_no} what={t("numbers.gateways")} />
        ) : (
          t("numbers.none")
        )}
      </Fact>
    </>
  )
}
