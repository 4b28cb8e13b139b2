import { Hint, Input, Label, RadioGroup, Textarea } from "@medusajs/ui"
import { useId } from "react"

import type { PaymentDetail, Resolution } from "../api/schema"
import {
  amountLeft,
  doubtOf,
  resolutionsOf,
  type AmountProblem as Problem,
  type DraftProblems,
  type ResolutionDraft,
} from "../rules/payment"
import { dismissalText } from "../text/attention"
import { channelName } from "../text/names"
import { useText } from "../text/use-text"

interface FieldProps {
  payment: PaymentDetail
  draft: ResolutionDraft
  /** Empty until the form was submitted once. */
  problems: DraftProblems
  onChange: (draft: ResolutionDraft) => void
}

export function ActionField({ payment, draft, problems, onChange }: FieldProps) {
  const { t } = useText()
  const labelId = useId()
  const kind = doubtOf(payment) ? "doubt" : "plain"
  const hintOf = (action: Resolution["action"]) =>
    (action === "dismiss" && dismissalText(payment.attention_code)) ||
    (`resolve.${kind}.${action}_hint` as const)
  const choose = (value: string) => {
    const action = resolutionsOf(payment).find((one) => one === value)
    if (action) onChange({ ...draft, action })
  }
  return (
    <div className="flex flex-col gap-y-2">
      <Label id={labelId} size="small" weight="plus">
        {t("resolve.action")}
      </Label>
      <RadioGroup aria-labelledby={labelId} required value={draft.action ?? ""} onValueChange={choose}>
        {resolutionsOf(payment).map((action) => (
          <RadioGroup.ChoiceBox
            key={action}
            value={action}
            label={t(`resolve.${kind}.${action}`)}
            description={t(hintOf(action))}
          />
        ))}
      </RadioGroup>
      {problems.action && (
        <Hint role="alert" variant="error">
          {t(`resolve.problem.${problems.action}`)}
        </Hint>
      )}
    </div>
  )
}

export function AmountField({ payment, draft, problems, onChange }: FieldProps) {
  const { t } = useText()
  const id = useId()
  const problemId = `${id}-problem`
  return (
    <div className="flex flex-col gap-y-2">
      <Label htmlFor={id} size="small" weight="plus">
        {t("resolve.amount", { currency: payment.currency_code.toUpperCase() })}
      </Label>
      <Input
        id={id}
        inputMode="decimal"
        autoComplete="off"
        required
        value={draft.amount}
        aria-invalid={problems.amount !== undefined}
        aria-describedby={problems.amount && problemId}
        onChange={({ target }) => onChange({ ...draft, amount: target.value })}
      />
      {problems.amount && <AmountProblem id={problemId} problem={problems.amount} payment={payment} />}
    </div>
  )
}

function AmountProblem({ id, problem, payment }: { id: string; problem: Problem; payment: PaymentDetail }) {
  const { t, money } = useText()
  const values = {
    currency: payment.currency_code.toUpperCase(),
    channel: channelName(payment),
    left: money(amountLeft(payment), payment.currency_code),
  }
  return (
    <Hint id={id} role="alert" variant="error">
      {t(`resolve.problem.${problem}`, values)}
    </Hint>
  )
}

export function NoteField({ draft, problems, onChange }: FieldProps) {
  const { t } = useText()
  const id = useId()
  const hintId = `${id}-hint`
  return (
    <div className="flex flex-col gap-y-2">
      <Label htmlFor={id} size="small" weight="plus">
        {t("resolve.note")}
      </Label>
      <Textarea
        id={id}
        required
        value={draft.note}
        aria-invalid={problems.note !== undefined}
        aria-describedby={hintId}
        onChange={({ target }) => onChange({ ...draft, note: target.value })}
      />
      <Hint id={hintId} variant={problems.note ? "error" : "info"} role={problems.note && "alert"}>
        {problems.note ? t(`resolve.problem.${problems.note}`) : t("resolve.note_hint")}
      </Hint>
    </div>
  )
}
