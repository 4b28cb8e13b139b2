import { Button, Heading, Text, toast } from "@medusajs/ui"
import { useState } from "react"

import { BusyButton } from "./busy-button"
import { useAdminNames, useMakePayLink } from "../api/queries"
import type { PayLink, PayLinks } from "../api/schema"
import { useText } from "../text/use-text"
import { CopyValue } from "./copy-value"

interface Props {
  orderId: string
  payable: NonNullable<PayLinks["payable"]>
  links: PayLinks
}

/** An order with something to pay: a link to its page, to copy or to send. */
export function PaymentLink({ orderId, payable, links }: Props) {
  const { t, money } = useText()
  const amount = money(payable.amount, payable.currency_code)
  return (
    <section className="flex flex-col gap-y-3 px-6 py-4" aria-label={t("link.title")}>
      <Heading level="h3">{t("link.title")}</Heading>
      <Text size="small" className="text-ui-fg-subtle">
        {t("link.payable", { amount })}
      </Text>
      <Buttons orderId={orderId} payable={payable} canSend={links.can_send} />
      <Made links={links.links} />
    </section>
  )
}

function Buttons({ orderId, payable, canSend }: Pick<Props, "orderId" | "payable"> & { canSend: boolean }) {
  const { t, problem } = useText()
  const [url, setUrl] = useState<string>()
  const make = useMakePayLink(orderId)
  const failed = (error: Error) => toast.error(t("link.failed", { message: problem(error) }))
  const copy = () =>
    make.mutate(false, {
      onError: failed,
      onSuccess: (made) => {
        setUrl(made.url)
        // Browsers offer the clipboard to https and localhost only, and some for a moment after the click only.
        const clipboard =
          "clipboard" in navigator ? navigator.clipboard.writeText(made.url) : Promise.reject(new Error())
        clipboard.then(
          () => toast.success(t("link.copied")),
          () => toast.info(t("link.shown")),
        )
      },
    })
  const send = () =>
    make.mutate(true, {
      onError: failed,
      onSuccess: (made) => {
        if (made.not_sent === null) toast.success(t("link.sent"))
        else {
          setUrl(made.url)
          toast.error(t(`link.not_sent.${made.not_sent}`))
        }
      },
    })
  const why = !canSend ? "no_provider" : payable.has_address ? undefined : "no_address"
  const hintId = `link-hint-${orderId}`
  return (
    <>
      <div className="flex flex-wrap gap-2">
        <BusyButton size="small" variant="secondary" type="button" isLoading={make.isPending} onClick={copy}>
          {t("link.copy")}
        </BusyButton>
        <Button
          size="small"
          variant="secondary"
          type="button"
          disabled={why !== undefined || make.isPending}
          aria-describedby={why && hintId}
          onClick={send}
        >
          {t("link.send")}
        </Button>
      </div>
      {why && (
        <Text id={hintId} size="xsmall" leading="compact" className="text-ui-fg-subtle">
          {t(`link.not_sent.${why}`)}
        </Text>
      )}
      {url && <CopyValue value={url} what={t("link.what")} />}
    </>
  )
}

/** Who made and sent links, the newest first. */
function Made({ links }: { links: readonly PayLink[] }) {
  const { t, money, time } = useText()
  const ids = [...new Set(links.flatMap(({ made_by }) => made_by ?? []))]
  const { data: names = {} } = useAdminNames(ids)
  if (!links.length) return null
  return (
    <ul className="flex flex-col gap-y-1">
      {links.map(({ id, amount, currency_code, made_by, sent_at, created_at }) => (
        <li key={id} className="txt-compact-xsmall text-ui-fg-subtle">
          {t(sent_at === null ? "link.made" : "link.sent_by", {
            amount: money(amount, currency_code),
            who: names[made_by ?? ""] ?? made_by ?? "",
            time: time(sent_at ?? created_at),
          })}
        </li>
      ))}
    </ul>
  )
}
