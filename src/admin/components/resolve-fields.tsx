import { Hint, Input, Label, RadioGroup, Textarea } from "@medusajs/ui"
import { useId } from "react"

import { ways, type Action, type PaymentDetail } from "../api/schema"
import {
  amountLeft,
  newRefund,
  resolutionsOf,
  type AmountProblem as Problem,
  type DraftProblems,
  type ResolutionDraft,
} from "../rules/payment"
import { dismissalText } from "../text/attention"
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
  const hintOf = (action: Action) =>
    (action === "dismiss" && dismissalText(payment.attention_code)) ||
    (`resolve.actions.${action}_hint` as const)
  return (
    <Choice
      label={t("resolve.action")}
      value={draft.action}
      choices={resolutionsOf(payment).map((action) => ({
        value: action,
        label: t(`resolve.actions.${action}`),
        description: t(hintOf(action)),
      }))}
      problem={problems.action && t(`resolve.problem.${problems.action}`)}
      onChoose={(action) => onChange({ ...draft, action })}
    />
  )
}

/** How the money went back decides whether the gateway will tell of it as well. */
export function HowField({ draft, problems, onChange }: FieldProps) {
  const { t } = useText()
  return (
    <Choice
      label={t("resolve.how")}
      value={draft.how}
      choices={ways.map((how) => ({
        value: how,
        label: t(`resolve.ways.${how}`),
        description: t(`resolve.ways.${how}_hint`),
      }))}
      problem={problems.how && t(`resolve.problem.${problems.how}`)}
      onChoose={(how) => onChange({ ...draft, how })}
    />
  )
}

/** Which refund of Medusa's it is, where Medusa holds some whose money has not gone back. */
export function RefundField({ payment, draft, problems, onChange }: FieldProps) {
  const { t, money, time } = useText()
  const owed = payment.owed_refunds.map(({ id, amount, created_at }) => ({
    value: id,
    label: t("resolve.owed", { amount: money(amount, payment.currency_code) }),
    description: t("resolve.owed_hint", { time: time(created_at) }),
  }))
  const other = { value: newRefund, label: t("resolve.new"), description: t("resolve.new_hint") }
  return (
    <Choice
      label={t("resolve.refund")}
      value={draft.refund}
      choices={[...owed, other]}
      problem={problems.refund && t(`resolve.problem.${problems.refund}`)}
      onChoose={(refund) => onChange({ ...draft, refund })}
    />
  )
}

interface ChoiceProps<Value extends string> {
  label: string
  value: Value | null
  choices: { value: Value; label: string; description: string }[]
  problem: string | undefined
  onChoose: (value: Value) => void
}

function Choice<Value extends string>({ label, value, choices, problem, onChoose }: ChoiceProps<Value>) {
  const labelId = useId()
  const choose = (chosen: string) => {
    const choice = choices.find((one) => one.value === chosen)
    if (choice) onChoose(choice.value)
  }
  return (
    <div className="flex flex-col gap-y-2">
      <Label id={labelId} size="small" weight="plus">
        {label}
      </Label>
      <RadioGroup aria-labelledby={labelId} required value={value ?? ""} onValueChange={choose}>
        {choices.map((choice) => (
          <RadioGroup.ChoiceBox
            key={choice.value}
            value={choice.value}
            label={choice.label}
            description={choice.description}
          />
        ))}
      </RadioGroup>
      {problem && (
        <Hint role="alert" variant="error">
          {problem}
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
        aria-required
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
  const { t, money, channelOf } = useText()
  const values = {
    currency: payment.currency_code.toUpperCase(),
    channel: channelOf(payment),
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
        // Not `required`: the field would be red before anything is written.
        aria-required
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
