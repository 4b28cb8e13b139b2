import { createContext, useContext, useMemo, type ReactElement, type ReactNode } from "react"

import { languageForTag } from "../core/language-tag"
import { StoreApi, type ShopAddress } from "./api"
import { textsOf, type Language, type SomeTexts, type Texts } from "./texts"

export interface GatewayPaymentsProps extends ShopAddress {
  /** A language tag such as `th` or `zh-Hant-TW`; English for those the kit has no texts in. */
  language?: string
  /** Sentences of the shop's own in place of the kit's. */
  texts?: SomeTexts
  /** How the shopper is sent to another page; default: the browser's own way. */
  navigate?: (url: string) => void
  children?: ReactNode
}

interface Kit {
  api: StoreApi
  language: Language
  texts: Texts
  navigate: (url: string) => void
}

const KitContext = createContext<Kit | null>(null)

/** Says once, above everything that takes payments, where the shop is and which language it speaks. */
export function GatewayPayments(props: GatewayPaymentsProps): ReactElement {
  const { backendUrl, publishableKey, language: tag = "en", texts, navigate = leave, children } = props
  const api = useMemo(() => new StoreApi({ backendUrl, publishableKey }), [backendUrl, publishableKey])
  const kit = useMemo(() => {
    const language = languageForTag(tag) ?? "en"
    return { api, language, texts: textsOf(language, texts), navigate }
  }, [api, tag, texts, navigate])
  return <KitContext.Provider value={kit}>{children}</KitContext.Provider>
}

const leave = (url: string) => location.assign(url)

export function useKit(): Kit {
  const kit = useContext(KitContext)
  if (!kit) throw new Error("Put <GatewayPayments backendUrl publishableKey> above what takes payments.")
  return kit
}
