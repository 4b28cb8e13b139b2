import { Alert, Text } from "@medusajs/ui"

import type { PaymentDetail } from "../api/schema"
import { channelLimit } from "../rules/payment"
import { attentionFound, attentionText, lastRefusal } from "../text/attention"
import { operationText } from "../text/codes"
import { gatewayName } from "../text/names"
import { useText } from "../text/use-text"

/** Why a person must look, and what to do. */
export function AttentionNotice({ payment }: { payment: PaymentDetail }) {
  const writer = useText()
  const { t, isEnglish } = writer
  if (payment.attention === null) return null
  const { reason, todos } = attentionText(payment.attention_code, payment.attention_values)
  const found = attentionFound(payment.attention_code, payment.attention_values, writer)
  const refused = payment.attention_code === "refund_refused" ? lastRefusal(payment) : undefined
  const why = refused && !isEnglish ? operationText(refused) : null
  return (
    <Alert variant="error" role="alert" className="items-start">
      <div className="flex flex-col gap-y-1">
        <Text size="small" leading="compact" weight="plus">
          {t(reason)}
        </Text>
        <Text size="small" leading="compact">
          {t("attention.said", { sentence: found ?? payment.attention })} {why && t(why)}
        </Text>
        <Text size="small" leading="compact">
          <strong className="font-medium">{t("attention.todo_label")}</strong>{" "}
          {todos.map((todo) => t(todo)).join(" ")}
        </Text>
        {found !== null && !isEnglish && (
          <Text size="xsmall" leading="compact" className="text-ui-fg-subtle">
            {t("actions.english")} <span lang="en">{payment.attention}</span>
          </Text>
        )}
      </div>
    </Alert>
  )
}

/** Money that goes back by itself: how much, how often it was tried, and when again. */
export function OwedNotice({ payment }: { payment: PaymentDetail }) {
  const { t, money, time } = useText()
  const { owed } = payment
  if (!owed) return null
  const { attempts, most_attempts: most, next_try_at: next } = owed
  return (
    <Alert variant="warning" role="status" className="items-start">
      <div className="flex flex-col gap-y-1">
        <Text size="small" leading="compact" weight="plus">
          {t("owed.title", { amount: money(owed.amount, payment.currency_code) })}
        </Text>
        <Text size="small" leading="compact">
          {next && t("owed.next", { attempt: attempts + 1, most, time: time(next) })}
          {!next && t(attempts >= most ? "owed.stopped" : "owed.by_hand", { attempts })}
        </Text>
      </div>
    </Alert>
  )
}

/** What the channel cannot do, before somebody clicks Medusa's refund button and is refused. Once he was, the attention says it. */
export function ChannelNotice({ payment }: { payment: PaymentDetail }) {
  const { t, channelOf } = useText()
  const limit = channelLimit(payment)
  if (!limit || payment.attention_code === "refund_unsupported") return null
  return (
    <Alert variant="warning" role="note" className="items-start">
      <div className="flex flex-col gap-y-1">
        <Text size="small" leading="compact" weight="plus">
          {t("channel.title")}
        </Text>
        <Text size="small" leading="compact">
          {t(`channel.${limit}`, { channel: channelOf(payment), gateway: gatewayName(payment.gateway) })}
        </Text>
      </div>
    </Alert>
  )
}
