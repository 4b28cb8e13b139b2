import { XMark } from "@medusajs/icons"
import { Button, Drawer, IconButton, Text, toast } from "@medusajs/ui"
import { useState, type FormEvent } from "react"

import { isAnswered } from "../api/client"
import { useResolve } from "../api/queries"
import type { PaymentDetail } from "../api/schema"
import {
  amountLeft,
  asResolution,
  decidableOf,
  doubtOf,
  firstDraft,
  needsAmount,
  needsHow,
  needsRefund,
  problemsOf,
  resolutionsOf,
  sightOf,
} from "../rules/payment"
import { useText } from "../text/use-text"
import { ActionField, AmountField, HowField, NoteField, RefundField } from "./resolve-fields"

/** What a person decides about a payment: refund it, record what was returned another way, or dismiss the notice. */
export function ResolveDrawer({ payment }: { payment: PaymentDetail }) {
  const { t } = useText()
  const [open, setOpen] = useState(false)
  // A decision may leave nothing to decide: the form stays until it has said so.
  if (!open && resolutionsOf(payment).length === 0) return null
  return (
    <Drawer open={open} onOpenChange={setOpen}>
      {/* As the drawer's own trigger the button gets the focus back. */}
      <Drawer.Trigger asChild>
        <Button size="small" variant="secondary" type="button">
          {t("actions.resolve")}
        </Button>
      </Drawer.Trigger>
      <Drawer.Content className="overflow-hidden">
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
  const doubt = decidableOf(payment) ?? doubtOf(payment)
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
  const { t } = useText()
  const resolve = useResolve(payment.id)
  const [draft, setDraft] = useState(() => firstDraft(payment))
  const [submitted, setSubmitted] = useState(false)
  // As the form was opened. What was answered is over: the next try is a new decision, about the payment as it stands then.
  const [sight, setSight] = useState(() => sightOf(payment))
  const [answered, setAnswered] = useState(false)
  const problems = problemsOf(draft, payment)

  const submit = (event: FormEvent) => {
    event.preventDefault()
    setSubmitted(true)
    const now = answered ? sightOf(payment) : sight
    const resolution = asResolution(draft, payment, now.version)
    if (!resolution) return
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
    <form noValidate onSubmit={submit} className="flex flex-1 flex-col overflow-hidden">
      <Drawer.Body className="flex flex-1 flex-col gap-y-6 overflow-auto">
        <ActionField {...field} />
        {needsHow(draft) && <HowField {...field} />}
        {needsRefund(draft, payment) && <RefundField {...field} />}
        {needsAmount(draft, payment) && <AmountField {...field} />}
        <NoteField {...field} />
        {resolve.isError && (
          <Text role="alert" size="small" className="text-ui-fg-error">
            {t("actions.failed", { message: resolve.error.message })}
          </Text>
        )}
      </Drawer.Body>
      <Drawer.Footer>
        <Drawer.Close asChild>
          <Button size="small" variant="secondary" type="button">
            {t("resolve.cancel")}
          </Button>
        </Drawer.Close>
        <Button size="small" type="submit" isLoading={resolve.isPending}>
          {t("resolve.submit")}
        </Button>
      </Drawer.Footer>
    </form>
  )
}
