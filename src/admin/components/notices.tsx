import { Alert, Text } from "@medusajs/ui"

import type { PaymentDetail } from "../api/schema"
import { channelLimit } from "../rules/payment"
import { attentionFound, attentionText } from "../text/attention"
import { channelName, gatewayName } from "../text/names"
import { useText } from "../text/use-text"

/** Why a person must look, and what to do. */
export function AttentionNotice({ payment }: { payment: PaymentDetail }) {
  const writer = useText()
  const { t } = writer
  if (payment.attention === null) return null
  const { reason, todo } = attentionText(payment.attention_code)
  const found = attentionFound(payment.attention_code, payment.attention_values, writer)
  return (
    <Alert variant="error" role="alert" className="items-start">
      <div className="flex flex-col gap-y-1">
        <Text size="small" leading="compact" weight="plus">
          {t(reason)}
        </Text>
        <Text size="small" leading="compact">
          {t("attention.said", { sentence: found ?? payment.attention })}
        </Text>
        <Text size="small" leading="compact">
          <strong className="font-medium">{t("attention.todo_label")}</strong> {t(todo)}
        </Text>
      </div>
    </Alert>
  )
}

/** What the channel cannot do, before somebody clicks Medusa's refund button and is refused. */
export function ChannelNotice({ payment }: { payment: PaymentDetail }) {
  const { t } = useText()
  const limit = channelLimit(payment)
  if (!limit) return null
  return (
    <Alert variant="warning" role="note" className="items-start">
      <div className="flex flex-col gap-y-1">
        <Text size="small" leading="compact" weight="plus">
          {t("channel.title")}
        </Text>
        <Text size="small" leading="compact">
          {t(`channel.${limit}`, { channel: channelName(payment), gateway: gatewayName(payment.gateway) })}
        </Text>
      </div>
    </Alert>
  )
}
