import type { PaymentDetail } from "../api/schema"
import { gatewayName } from "../text/names"
import { useText } from "../text/use-text"
import { useQuestion } from "./question"

/** Asks before money goes back to the payer, and says how much. */
export function useRefundPrompt(payment: PaymentDetail): (amount: number) => Promise<boolean> {
  const { t, money } = useText()
  const ask = useQuestion()
  return (value) => {
    const amount = money(value, payment.currency_code)
    return ask({
      title: t("actions.refund_title", { amount }),
      description: t("actions.refund_about", { gateway: gatewayName(payment.gateway), amount }),
      confirmText: t("actions.refund", { amount }),
      cancelText: t("actions.cancel"),
    })
  }
}
