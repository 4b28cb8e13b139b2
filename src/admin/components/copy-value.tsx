import { CheckMini, SquareTwoStackMini } from "@medusajs/icons"
import { IconButton, Text, toast } from "@medusajs/ui"
import { useEffect, useState } from "react"

import { useText } from "../text/use-text"

const shownMs = 2_000

/** A value that people quote elsewhere. `what` names it to a screen reader. */
export function CopyValue({ value, what }: { value: string; what: string }) {
  const { t } = useText()
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), shownMs)
    return () => clearTimeout(timer)
  }, [copied])

  // Browsers offer the clipboard to https and localhost only.
  const copy = () => {
    const clipboard =
      "clipboard" in navigator ? navigator.clipboard.writeText(value) : Promise.reject(new Error())
    clipboard.then(
      () => setCopied(true),
      () => toast.error(t("copy.failed")),
    )
  }
  return (
    <span className="flex min-w-0 items-center gap-x-1">
      <Text as="span" size="small" leading="compact" className="break-all font-mono" title={value}>
        {value}
      </Text>
      <IconButton
        size="2xsmall"
        variant="transparent"
        className="shrink-0"
        type="button"
        aria-label={t("copy.action", { what })}
        onClick={copy}
      >
        {copied ? <CheckMini /> : <SquareTwoStackMini />}
      </IconButton>
      <span role="status" className="sr-only">
        {copied ? t("copy.done") : ""}
      </span>
    </span>
  )
}
