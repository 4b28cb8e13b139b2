import { Button, Checkbox, Drawer, Hint, Input, Label, Select, Text, toast } from "@medusajs/ui"
import { useId, useRef, useState, type FormEvent, type ReactNode } from "react"

import { statementDates, statementDelimiters } from "../../core/payouts"
import {
  useForgetStatements,
  useMapping,
  useStatementImport,
  type PayoutAccount,
  type StatementProblem,
} from "../api/payouts"
import {
  firstMapping,
  problemsOfMapping,
  statementColumns,
  titlesIn,
  type MappingProblem,
  type StatementColumn,
  type StatementMapping,
} from "../rules/statement"
import { statementText } from "../text/statement"
import { useText } from "../text/use-text"
import { useQuestion } from "./question"
import { Waiting } from "./waiting"

/** Of a gateway without a call for it: a person imports its statement, and says once what its columns mean. */
export function StatementImport({ of }: { of: PayoutAccount }) {
  const { t } = useText()
  const [open, setOpen] = useState(false)
  const trigger = useRef<HTMLButtonElement>(null)
  return (
    <Drawer open={open} onOpenChange={setOpen}>
      <Drawer.Trigger asChild>
        <Button ref={trigger} size="small" variant="secondary" type="button">
          {t("statement.import")}
        </Button>
      </Drawer.Trigger>
      <Drawer.Content
        className="overflow-hidden"
        onCloseAutoFocus={(event) => {
          event.preventDefault()
          trigger.current?.focus()
        }}
      >
        <div className="border-ui-border-base border-b px-6 py-4">
          <Drawer.Title>{t("statement.title")}</Drawer.Title>
          <Drawer.Description className="text-ui-fg-subtle txt-small">
            {t("statement.about")}
          </Drawer.Description>
        </div>
        <Loaded of={of} onDone={() => setOpen(false)} />
      </Drawer.Content>
    </Drawer>
  )
}

/** A file that was read by the wrong columns is taken back: its rows would be compared for ever. */
export function StatementRemoval({ of }: { of: PayoutAccount }) {
  const { t, day, problem } = useText()
  const ask = useQuestion()
  const forget = useForgetStatements(of)
  if (!of.statements) return null
  const noon = (date: string) => day(`${date}T12:00:00`)
  const period = { from: noon(of.statements.from), to: noon(of.statements.to) }
  const remove = async () => {
    const agreed = await ask({
      title: t("statement.remove"),
      description: t("statement.remove_about", period),
      confirmText: t("statement.remove"),
      cancelText: t("actions.cancel"),
    })
    if (!agreed) return
    forget.mutate(undefined, {
      onSuccess: ({ removed }) => toast.success(t("statement.removed", { rows: removed })),
      onError: (error) => toast.error(t("actions.failed", { message: problem(error) })),
    })
  }
  return (
    <Button
      size="small"
      variant="transparent"
      type="button"
      isLoading={forget.isPending}
      onClick={() => void remove()}
    >
      {t("statement.remove")}
    </Button>
  )
}

function Loaded({ of, onDone }: { of: PayoutAccount; onDone: () => void }) {
  const { data, error } = useMapping(of)
  return data === undefined ? (
    <Waiting error={error} lines={8} />
  ) : (
    <ImportForm of={of} saved={data ?? firstMapping} onDone={onDone} />
  )
}

interface FormProps {
  of: PayoutAccount
  saved: StatementMapping
  onDone: () => void
}

function ImportForm({ of, saved, onDone }: FormProps) {
  const { t, problem } = useText()
  const [mapping, setMapping] = useState(saved)
  const [file, setFile] = useState<{ content: File; start: string }>()
  const [submitted, setSubmitted] = useState(false)
  const send = useStatementImport(of)
  const problems = problemsOfMapping(mapping)
  const change = (part: Partial<StatementMapping>) => setMapping({ ...mapping, ...part })

  const submit = (event: FormEvent) => {
    event.preventDefault()
    setSubmitted(true)
    if (!file || problems.length) return
    send.mutate(
      { mapping, file: file.content },
      {
        onSuccess: ({ added, changed, unchanged, problems: refused }) => {
          if (refused.length) return
          toast.success(t("statement.done", { added, changed, unchanged }))
          onDone()
        },
      },
    )
  }
  const shown = submitted ? problems : []
  return (
    <form noValidate onSubmit={submit} className="flex flex-1 flex-col overflow-hidden">
      <Drawer.Body className="flex flex-1 flex-col gap-y-4 overflow-auto">
        <FileField onChoose={setFile} isMissing={submitted && !file} />
        <Settings mapping={mapping} problems={shown} onChange={change} />
        <Columns
          mapping={mapping}
          titles={file ? titlesIn(file.start, mapping.delimiter) : []}
          problems={shown}
          onChange={(columns) => change({ columns })}
        />
        {send.isError && (
          <Text role="alert" size="small" className="text-ui-fg-error">
            {t("actions.failed", { message: problem(send.error) })}
          </Text>
        )}
        {send.data && <Refused rows={send.data.problems} />}
      </Drawer.Body>
      <Drawer.Footer>
        <Drawer.Close asChild>
          <Button size="small" variant="secondary" type="button">
            {t("actions.cancel")}
          </Button>
        </Drawer.Close>
        <Button size="small" type="submit" isLoading={send.isPending}>
          {t("statement.submit")}
        </Button>
      </Drawer.Footer>
    </form>
  )
}

/** Enough for a first row. */
const headBytes = 16_384

interface FileFieldProps {
  onChoose: (file: { content: File; start: string }) => void
  isMissing: boolean
}

function FileField({ onChoose, isMissing }: FileFieldProps) {
  const { t } = useText()
  const choose = async (content: File | undefined) => {
    if (content) onChoose({ content, start: await content.slice(0, headBytes).text() })
  }
  return (
    <Field label={t("statement.file")} problem={isMissing ? t("statement.problem.file") : undefined}>
      {(id) => (
        <Input
          id={id}
          type="file"
          accept=".csv,text/csv"
          onChange={(event) => void choose(event.target.files?.[0])}
        />
      )}
    </Field>
  )
}

interface MappingProps {
  mapping: StatementMapping
  problems: readonly MappingProblem[]
}

function Settings({
  mapping,
  problems,
  onChange,
}: MappingProps & { onChange: (part: Partial<StatementMapping>) => void }) {
  const { t } = useText()
  return (
    <>
      <TextField
        label={t("statement.currency")}
        value={mapping.currency}
        problem={problems.includes("currency") ? t("statement.problem.currency") : undefined}
        onType={(currency) => onChange({ currency })}
      />
      <TextField
        label={t("statement.time_zone")}
        value={mapping.timeZone}
        onType={(timeZone) => onChange({ timeZone })}
      />
      <TextField
        label={t("statement.channel")}
        value={mapping.channel}
        onType={(channel) => onChange({ channel })}
      />
      <Choice
        label={t("statement.date_format")}
        value={mapping.dateFormat}
        options={statementDates.map((value) => ({ value, label: value }))}
        onChoose={(dateFormat) => onChange({ dateFormat })}
      />
      <Choice
        label={t("statement.delimiter")}
        value={mapping.delimiter}
        options={statementDelimiters.map((value) => ({
          value,
          label: value === "\t" ? t("statement.tab") : value,
        }))}
        onChoose={(delimiter) => onChange({ delimiter })}
      />
      <Tick
        label={t("statement.fees_negative")}
        isOn={mapping.feesAreNegative}
        onTick={(feesAreNegative) => onChange({ feesAreNegative })}
      />
      <Tick
        label={t("statement.lists_transferred")}
        isOn={mapping.listsTransferred}
        onTick={(listsTransferred) => onChange({ listsTransferred })}
      />
      {problems.includes("transferred") && <Hint variant="error">{t("statement.problem.transferred")}</Hint>}
    </>
  )
}

interface ColumnsProps extends MappingProps {
  titles: readonly string[]
  onChange: (columns: StatementMapping["columns"]) => void
}

function Columns({ mapping: { columns }, titles, problems, onChange }: ColumnsProps) {
  const { t } = useText()
  const list = useId()
  const isMissing = (column: StatementColumn) => (problems as readonly string[]).includes(column)
  return (
    <fieldset className="flex flex-col gap-y-4">
      <legend className="txt-compact-small-plus">{t("statement.columns")}</legend>
      <datalist id={list}>
        {titles.map((title) => (
          <option key={title} value={title} />
        ))}
      </datalist>
      {statementColumns.map((column) => (
        <Field
          key={column}
          label={t(`statement.column.${column}`)}
          problem={isMissing(column) && column !== "transferred" ? t("statement.problem.column") : undefined}
        >
          {(id) => (
            <Input
              id={id}
              list={list}
              autoComplete="off"
              value={columns[column] ?? ""}
              onChange={(event) => onChange({ ...columns, [column]: event.target.value })}
            />
          )}
        </Field>
      ))}
    </fieldset>
  )
}

/** Nothing was imported: each row is named with what is wrong with it. */
function Refused({ rows }: { rows: readonly StatementProblem[] }) {
  const { t } = useText()
  if (!rows.length) return null
  return (
    <div role="alert" className="flex flex-col gap-y-1">
      <Text size="small" className="text-ui-fg-error">
        {t("statement.refused", { rows: rows.length })}
      </Text>
      {rows.map((row) => (
        <Text key={`${row.line} ${row.reason}`} size="small">
          {t("statement.line", { line: row.line, reason: statementText(row, { t }) })}
        </Text>
      ))}
    </div>
  )
}

interface FieldProps {
  label: string
  problem?: string | undefined
  children: (id: string) => ReactNode
}

function Field({ label, problem, children }: FieldProps) {
  const id = useId()
  return (
    <div className="flex flex-col gap-y-1">
      <Label htmlFor={id} size="small" weight="plus">
        {label}
      </Label>
      {children(id)}
      {problem !== undefined && <Hint variant="error">{problem}</Hint>}
    </div>
  )
}

interface TextFieldProps {
  label: string
  value: string
  problem?: string | undefined
  onType: (text: string) => void
}

const TextField = ({ label, value, problem, onType }: TextFieldProps) => (
  <Field label={label} problem={problem}>
    {(id) => <Input id={id} value={value} onChange={(event) => onType(event.target.value)} />}
  </Field>
)

interface ChoiceProps<Value extends string> {
  label: string
  value: Value
  options: readonly { value: Value; label: string }[]
  onChoose: (value: Value) => void
}

function Choice<Value extends string>({ label, value, options, onChoose }: ChoiceProps<Value>) {
  return (
    <Field label={label}>
      {(id) => (
        <Select size="small" value={value} onValueChange={(chosen) => onChoose(chosen as Value)}>
          <Select.Trigger id={id} aria-label={label}>
            <Select.Value />
          </Select.Trigger>
          <Select.Content>
            {options.map((one) => (
              <Select.Item key={one.value} value={one.value}>
                {one.label}
              </Select.Item>
            ))}
          </Select.Content>
        </Select>
      )}
    </Field>
  )
}

function Tick({ label, isOn, onTick }: { label: string; isOn: boolean; onTick: (on: boolean) => void }) {
  const id = useId()
  return (
    <div className="flex items-center gap-x-2">
      <Checkbox id={id} checked={isOn} onCheckedChange={(checked) => onTick(checked === true)} />
      <Label htmlFor={id} size="small">
        {label}
      </Label>
    </div>
  )
}
