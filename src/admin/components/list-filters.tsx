import { Button, Input, Select } from "@medusajs/ui"
import { useEffect, useState } from "react"

import { gateways, states } from "../api/schema"
import { isFiltered, type ListView } from "../rules/list-view"
import { gatewayName } from "../text/names"
import { useText } from "../text/use-text"

interface Props {
  view: ListView
  onChange: (view: ListView) => void
}

export function ListFilters({ view, onChange }: Props) {
  const { t } = useText()
  const filter = (part: Partial<ListView>) => onChange({ ...view, ...part, page: 0 })
  return (
    <div role="search" className="flex flex-wrap items-center gap-2">
      <Search value={view.q ?? ""} onChange={(q) => filter({ q: q || undefined })} />
      <Choice
        name={t("list.gateway")}
        all={t("list.all_gateways")}
        value={view.gateway}
        options={gateways.map((value) => ({ value, label: gatewayName(value) }))}
        onChange={(gateway) => filter({ gateway })}
      />
      <Choice
        name={t("list.state")}
        all={t("list.all_states")}
        value={view.state}
        options={states.map((value) => ({ value, label: t(`state.${value}`) }))}
        onChange={(state) => filter({ state })}
      />
      <Choice
        name={t("list.attention")}
        all={t("list.all_payments")}
        value={view.attention}
        options={[{ value: "true", label: t("list.needs_attention") }]}
        onChange={(attention) => filter({ attention })}
      />
      {isFiltered(view) && (
        <Button size="small" variant="transparent" type="button" onClick={() => onChange({ page: 0 })}>
          {t("list.clear")}
        </Button>
      )}
    </div>
  )
}

const typingMs = 400

/** Searches when a person has stopped typing. */
function Search({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const { t } = useText()
  const [typed, setTyped] = useState(value)
  // Another page's link or the clear button changed it.
  useEffect(() => setTyped(value), [value])
  useEffect(() => {
    if (typed.trim() === value) return
    const timer = setTimeout(() => onChange(typed.trim()), typingMs)
    return () => clearTimeout(timer)
    // `onChange` is new in every render, and must not start the clock again.
  }, [typed, value])
  return (
    <div className="w-full" style={{ maxWidth: 340 }}>
      <Input
        type="search"
        size="small"
        aria-label={t("list.search")}
        placeholder={t("list.search")}
        value={typed}
        onChange={({ target }) => setTyped(target.value)}
      />
    </div>
  )
}

interface ChoiceProps {
  name: string
  all: string
  value: string | undefined
  options: { value: string; label: string }[]
  onChange: (value: string | undefined) => void
}

/** Radix reads an empty value as "nothing chosen". */
const everything = "all"

function Choice({ name, all, value, options, onChange }: ChoiceProps) {
  return (
    <div style={{ width: 200 }}>
      <Select
        size="small"
        value={value ?? everything}
        onValueChange={(chosen) => onChange(chosen === everything ? undefined : chosen)}
      >
        <Select.Trigger aria-label={name}>
          <Select.Value />
        </Select.Trigger>
        <Select.Content>
          {[{ value: everything, label: all }, ...options].map((option) => (
            <Select.Item key={option.value} value={option.value}>
              {option.label}
            </Select.Item>
          ))}
        </Select.Content>
      </Select>
    </div>
  )
}
