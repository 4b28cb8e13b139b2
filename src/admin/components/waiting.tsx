import { Alert, Skeleton } from "@medusajs/ui"

import { useText } from "../text/use-text"

/** What stands in for something that is being read, or could not be. */
export function Waiting({ error, lines }: { error: Error | null; lines: number }) {
  const { t, problem } = useText()
  if (error)
    return (
      <div className="px-6 py-4">
        <Alert variant="error" role="alert">
          {t("failed", { message: problem(error) })}
        </Alert>
      </div>
    )
  return (
    <div role="status" aria-label={t("loading")} className="flex flex-col gap-y-2 px-6 py-4">
      {Array.from({ length: lines }, (_, line) => (
        <Skeleton key={line} className="h-5 w-full" />
      ))}
    </div>
  )
}
