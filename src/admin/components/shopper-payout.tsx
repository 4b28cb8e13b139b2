import { Button, Heading, Text, toast, usePrompt } from "@medusajs/ui"
import { useState } from "react"

import { usePayout } from "../api/queries"
import type { Operation, PaymentDetail } from "../api/schema"
import { isWaitingPayout } from "../rules/payment"
import { useText } from "../text/use-text"
import { CopyValue } from "./copy-value"

type Waiting = Operation & { payout: NonNullable<Operation["payout"]> }

const isWaiting = (operation: Operation): operation is Waiting =>
  isWaitingPayout(operation) && operation.payout != null

/** Refunds that wait for the shopper's account, or for an admin to release them. */
export function ShopperPayouts({ payment, level }: { payment: PaymentDetail; level?: Level }) {
  return payment.operations
    .filter(isWaiting)
    .map((operation) => (
      <ShopperPayout key={operation.id} payment={payment} operation={operation} level={level} />
    ))
}

type Level = "h2" | "h3"

interface Props {
  payment: PaymentDetail
  operation: Waiting
}

function ShopperPayout({ payment, operation, level = "h3" }: Props & { level?: Level }) {
  const { t, money, time } = useText()
  const { given, receiver_last_digits: digits, link_expires_at: until } = operation.payout
  const amount = money(operation.amount ?? 0, payment.currency_code)
  return (
    <div className="flex flex-col gap-y-2">
      <Heading level={level}>{t("payout.title")}</Heading>
      <Text size="small" className="text-ui-fg-subtle">
        {given ? t("payout.given", { amount, digits: digits ?? "" }) : t("payout.waits", { amount })}
      </Text>
      {!given && until && (
        <Text size="xsmall" className="text-ui-fg-subtle">
          {t("payout.until", { time: time(until) })}
        </Text>
      )}
      <Buttons payment={payment} operation={operation} />
    </div>
  )
}

function Buttons({ payment, operation }: Props) {
  const { t, money } = useText()
  const [url, setUrl] = useState<string>()
  const { link, release, takeBack, isPending } = usePayoutActions({ payment, operation }, setUrl)
  const { given, released_at: released, can_take_back: canTakeBack } = operation.payout
  const button = { size: "small", variant: "secondary", type: "button", disabled: isPending } as const
  return (
    <>
      <div className="flex flex-wrap gap-2">
        {given && !released && (
          <Button {...button} onClick={() => void release()}>
            {t("payout.release", { amount: money(operation.amount ?? 0, payment.currency_code) })}
          </Button>
        )}
        <Button {...button} onClick={() => link(false)}>
          {t("payout.link")}
        </Button>
        <Button {...button} onClick={() => link(true)}>
          {t("payout.send")}
        </Button>
        {canTakeBack && (
          <Button {...button} onClick={() => void takeBack()}>
            {t("payout.take_back")}
          </Button>
        )}
      </div>
      {url && <CopyValue value={url} what={t("payout.what")} />}
    </>
  )
}

/** What the buttons do. `show`: where the address of a link can be read once. */
function usePayoutActions({ payment, operation }: Props, show: (url: string) => void) {
  const { t, problem, money } = useText()
  const prompt = usePrompt()
  const payout = usePayout(payment.id)
  const { link_id, given_at } = operation.payout
  const seen = { operation_id: operation.id, link_id, given_at }
  const onError = (error: Error) => toast.error(t("actions.failed", { message: problem(error) }))
  const link = (send: boolean) =>
    payout.mutate(
      { action: "link", ...seen, send },
      {
        onError,
        onSuccess: ({ link: made }) => {
          if (!made) return
          if (send && made.not_sent === null) return void toast.success(t("payout.sent"))
          show(made.url)
          if (made.not_sent) return void toast.error(t(`link.not_sent.${made.not_sent}`))
          copyText(made.url).then(
            () => toast.success(t("payout.copied")),
            () => toast.info(t("payout.shown")),
          )
        },
      },
    )
  const release = async () => {
    const amount = money(operation.amount ?? 0, payment.currency_code)
    const texts = { title: t("payout.ask"), description: t("payout.ask_text", { amount }) }
    const buttons = { confirmText: t("payout.release", { amount }), cancelText: t("payout.cancel") }
    if (!(await prompt({ ...texts, ...buttons }))) return
    payout.mutate(
      { action: "release", ...seen },
      { onError, onSuccess: () => toast.success(t("payout.released")) },
    )
  }
  const takeBack = async () => {
    const amount = money(operation.amount ?? 0, payment.currency_code)
    const texts = { title: t("payout.ask_back"), description: t("payout.ask_back_text", { amount }) }
    const buttons = { confirmText: t("payout.take_back"), cancelText: t("payout.cancel") }
    if (!(await prompt({ ...texts, ...buttons }))) return
    payout.mutate(
      { action: "take_back", ...seen },
      { onError, onSuccess: () => toast.success(t("payout.taken_back")) },
    )
  }
  return { link, release, takeBack, isPending: payout.isPending }
}

/** Browsers offer the clipboard to https and localhost only. */
const copyText = (text: string): Promise<void> =>
  "clipboard" in navigator ? navigator.clipboard.writeText(text) : Promise.reject(new Error())
