import { Button, Heading, Text, clx } from "@medusajs/ui"
import { useState } from "react"

import { useAdminNames } from "../api/queries"
import type { PaymentDetail } from "../api/schema"
import type { TextKey } from "../text/keys"
import { gatewayName } from "../text/names"
import { timelineOf, type TimelineEntry, type Tone } from "../text/timeline"
import { useText } from "../text/use-text"
import { CopyValue } from "./copy-value"

const dots: Readonly<Record<Tone, string>> = {
  done: "bg-ui-tag-green-icon",
  waiting: "bg-ui-tag-orange-icon",
  problem: "bg-ui-tag-red-icon",
}

interface Props {
  payment: PaymentDetail
  latest: number
  /** One below the heading that it stands under. */
  level?: "h2" | "h3" | undefined
}

/** What was done at the gateway and heard from it, newest first; `latest` entries until a person asks for all. */
export function Timeline({ payment, latest, level = "h3" }: Props) {
  const { t } = useText()
  const [all, setAll] = useState(false)
  const entries = timelineOf(payment)
  const { data: admins } = useAdminNames([...new Set(entries.flatMap(({ by }) => by ?? []))])
  const listId = `timeline-${payment.id}`
  return (
    <div className="flex flex-col gap-y-3">
      <Heading level={level}>{t("timeline.title")}</Heading>
      {entries.length === 0 && (
        <Text size="small" leading="compact" className="text-ui-fg-subtle">
          {t("timeline.empty")}
        </Text>
      )}
      <ol id={listId} aria-label={t("timeline.title")} className="flex flex-col gap-y-3">
        {(all ? entries : entries.slice(0, latest)).map((entry) => (
          <Entry key={entry.id} entry={entry} payment={payment} admins={admins} />
        ))}
      </ol>
      {entries.length > latest && (
        <Button
          size="small"
          variant="transparent"
          type="button"
          className="w-fit"
          aria-expanded={all}
          aria-controls={listId}
          onClick={() => setAll(!all)}
        >
          {all ? t("timeline.fewer") : t("timeline.all", { number: entries.length })}
        </Button>
      )}
    </div>
  )
}

interface EntryProps {
  entry: TimelineEntry
  payment: PaymentDetail
  /** Names by user id. */
  admins: Record<string, string> | undefined
}

function Entry({ entry, payment, admins }: EntryProps) {
  const { t, said, money, time } = useText()
  const values = {
    gateway: gatewayName(payment.gateway),
    amount: entry.amount === null ? "" : money(entry.amount, payment.currency_code),
  }
  return (
    <li className="flex gap-x-3">
      <span role="presentation" className={clx("mt-1 size-2 shrink-0 rounded-sm", dots[entry.tone])} />
      <div className="flex min-w-0 flex-1 flex-col gap-y-1">
        <Text size="small" leading="compact">
          {t(entry.text, values)}
        </Text>
        <Text size="xsmall" leading="compact" className="text-ui-fg-subtle">
          <time dateTime={entry.at}>{time(entry.at)}</time>
        </Text>
        <By id={entry.by} admins={admins} />
        <Small text={said(entry.said, entry.detail)} {...langOf(entry)} />
        <Small text={entry.problem && t(entry.problem)} />
        <Small text={entry.code && t("timeline.code", { code: entry.code })} />
        {entry.asked && (
          <>
            <Small text={t(entry.asked.text, { ...values, time: time(entry.asked.at) })} />
            <Small text={said(entry.asked.said, entry.asked.detail)} {...langOf(entry.asked)} />
          </>
        )}
        <Small text={entry.times && t(entry.times.text, { times: entry.times.times })} />
        {entry.numbers.map(({ label, value }) => (
          <span key={label} className="flex flex-wrap items-center gap-x-1">
            <Small text={t("timeline.named", { name: t(label) })} />
            <CopyValue value={value} what={t(label)} />
          </span>
        ))}
      </div>
    </li>
  )
}

/** What has no code is the server's own sentence, in English, or what a person wrote. */
const langOf = ({ said }: { said: TextKey | null }): { lang?: string } => (said ? {} : { lang: "en" })

function By({ id, admins }: { id: string | null; admins: Record<string, string> | undefined }) {
  const { t } = useText()
  if (!id || !admins) return null
  const who = admins[id] ?? t(id.startsWith("apk_") ? "timeline.by_key" : "timeline.by_former")
  return <Small text={t("timeline.by", { who })} />
}

function Small({ text, lang }: { text: string | null; lang?: string }) {
  if (!text) return null
  return (
    <Text size="xsmall" leading="compact" lang={lang} className="text-ui-fg-subtle break-words">
      {text}
    </Text>
  )
}
