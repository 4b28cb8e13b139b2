import { XMark } from "@medusajs/icons"
import { Button, Drawer, IconButton, Text, toast } from "@medusajs/ui"
import { useRef, useState, type FormEvent } from "react"

import { isAnswered } from "../api/client"
import { useResolve } from "../api/queries"
import type { PaymentDetail } from "../api/schema"
import {
  amountAtStake,
  amountLeft,
  asResolution,
  endableOf,
  doubtOf,
  firstDraft,
  needsAmount,
  needsHow,
  needsRefund,
  problemsOf,
  resolutionsOf,
  sightOf,
  type ResolutionDraft,
} from "../rules/payment"
import { gatewayName } from "../text/names"
import { useText } from "../text/use-text"
import { useQuestion } from "./question"
import { useRefundPrompt } from "./refund-prompt"
import { sectionOf } from "./section-id"
import { ActionField, AmountField, HowField, NoteField, RefundField } from "./resolve-fields"

/** What a person decides about a payment: refund it, record what was returned another way, or dismiss the notice. */
export function ResolveDrawer({ payment }: { payment: PaymentDetail }) {
  const { t } = useText()
  const [open, setOpen] = useState(false)
  const trigger = useRef<HTMLButtonElement>(null)
  // A decision may leave nothing to decide: the form stays until it has said so.
  if (!open && resolutionsOf(payment).length === 0) return null
  return (
    <Drawer open={open} onOpenChange={setOpen}>
      <Drawer.Trigger asChild>
        <Button ref={trigger} size="small" variant="secondary" type="button">
          {t("actions.resolve")}
        </Button>
      </Drawer.Trigger>
      <Drawer.Content
        className="overflow-hidden"
        onCloseAutoFocus={(event) => {
          event.preventDefault()
          // A decision may leave nothing to decide: its button is gone then.
          const button = trigger.current
          const next = button?.isConnected ? button : document.getElementById(sectionOf(payment))
          next?.focus()
        }}
      >
        <ResolveHeader payment={payment} />
        {/* Its content is mounted when it opens: each decision starts from what is true now. */}
        <ResolveForm payment={payment} onDone={() => setOpen(false)} />
      </Drawer.Content>
    </Drawer>
  )
}

/** Not `Drawer.Header`: its close button has no name for a screen reader. */
function ResolveHeader({ payment }: { payment: PaymentDetail }) {
  const { t, money } = useText()
  const amount = (value: number) => money(value, payment.currency_code)
  const doubt = endableOf(payment) ?? doubtOf(payment)
  const about = doubt
    ? t("resolve.about_doubt", { amount: amount(doubt.amount ?? 0) })
    : t("resolve.about", { left: amount(amountLeft(payment)), paid: amount(payment.paid_amount) })
  return (
    <div className="border-ui-border-base flex items-start justify-between gap-x-4 border-b px-6 py-4">
      <div className="flex min-w-0 flex-col gap-y-1">
        <Drawer.Title className="break-all">
          {t("resolve.title", { number: payment.merchant_order_no })}
        </Drawer.Title>
        <Drawer.Description className="text-ui-fg-subtle txt-small">{about}</Drawer.Description>
      </div>
      <Drawer.Close asChild>
        <IconButton size="small" variant="transparent" type="button" aria-label={t("resolve.close")}>
          <XMark />
        </IconButton>
      </Drawer.Close>
    </div>
  )
}

function ResolveForm({ payment, onDone }: { payment: PaymentDetail; onDone: () => void }) {
  const { t, problem } = useText()
  const resolve = useResolve(payment.id)
  const agreed = useAgreement(payment)
  const [draft, setDraft] = useState(() => firstDraft(payment))
  const [submitted, setSubmitted] = useState(false)
  // As the form was opened. What was answered is over: the next try is a new decision, about the payment as it stands then.
  const [sight, setSight] = useState(() => sightOf(payment))
  const [answered, setAnswered] = useState(false)
  const problems = problemsOf(draft, payment)

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setSubmitted(true)
    const now = answered ? sightOf(payment) : sight
    const resolution = asResolution(draft, payment, now.version)
    if (!resolution || !(await agreed(draft))) return
    setSight(now)
    setAnswered(false)
    resolve.mutate(
      { resolution, key: now.key },
      {
        onSuccess: () => {
          toast.success(t("resolve.done"))
          onDone()
        },
        onError: (error) => setAnswered(isAnswered(error)),
      },
    )
  }
  const field = { payment, draft, problems: submitted ? problems : {}, onChange: setDraft }
  return (
    <form
      noValidate
      onSubmit={(event) => void submit(event)}
      className="flex flex-1 flex-col overflow-hidden"
    >
      <Drawer.Body className="flex flex-1 flex-col gap-y-6 overflow-auto">
        <ActionField {...field} />
        {needsHow(draft, payment) && <HowField {...field} />}
        {needsRefund(draft, payment) && <RefundField {...field} />}
        {needsAmount(draft, payment) && <AmountField {...field} />}
        <NoteField {...field} />
        {resolve.isError && (
          <Text role="alert" size="small" className="text-ui-fg-error">
            {t("actions.failed", { message: problem(resolve.error) })}
          </Text>
        )}
      </Drawer.Body>
      <ResolveFooter payment={payment} draft={draft} isPending={resolve.isPending} />
    </form>
  )
}

interface FooterProps {
  payment: PaymentDetail
  draft: ResolutionDraft
  isPending: boolean
}

/** The button says what it does, and about how much. */
function ResolveFooter({ payment, draft, isPending }: FooterProps) {
  const { t, money } = useText()
  const value = amountAtStake(draft, payment)
  const amount = value === undefined ? "" : money(value, payment.currency_code)
  const label =
    amount && draft.action === "refund"
      ? t("actions.refund", { amount })
      : amount && draft.action === "record_refund"
        ? t("resolve.record", { amount })
        : t("resolve.submit")
  return (
    <Drawer.Footer>
      <Drawer.Close asChild>
        <Button size="small" variant="secondary" type="button">
          {t("resolve.cancel")}
        </Button>
      </Drawer.Close>
      <Button size="small" type="submit" isLoading={isPending}>
        {label}
      </Button>
    </Drawer.Footer>
  )
}

/** Whoever decides what sends money back says so twice, the second time with the amount before him. */
function useAgreement(payment: PaymentDetail): (draft: ResolutionDraft) => Promise<boolean> {
  const { t, money } = useText()
  const ask = useQuestion()
  const refundPrompt = useRefundPrompt(payment)
  return async (draft) => {
    const value = amountAtStake(draft, payment) ?? 0
    if (draft.action === "refund") return refundPrompt(value)
    if (draft.action !== "did_not") return true
    const amount = money(value, payment.currency_code)
    return ask({
      title: t("resolve.again_title", { amount }),
      description: t("resolve.again_about", { gateway: gatewayName(payment.gateway), amount }),
      confirmText: t("resolve.actions.did_not"),
      cancelText: t("actions.cancel"),
    })
  }
}
