import { useSyncExternalStore } from "react"

const query = "(max-width: 640px)"

/** Whether the page is as narrow as a phone held upright. */
export const useNarrow = (): boolean =>
  useSyncExternalStore(
    (hear) => {
      const media = window.matchMedia(query)
      media.addEventListener("change", hear)
      return () => media.removeEventListener("change", hear)
    },
    () => window.matchMedia(query).matches,
  )
