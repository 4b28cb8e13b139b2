import { useEffect, useRef, type ReactNode } from "react"

interface Props {
  /** Which elements inside are to be named. */
  which: string
  name: (element: Element) => string
  children: ReactNode
}

/** Medusa's parts of a table have no names for a screen reader: what shows a picture alone is named here, also where it comes later. */
export function Named({ which, name, children }: Props) {
  const wrapper = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const { current } = wrapper
    if (!current) return
    const label = () => {
      for (const element of current.querySelectorAll(which)) {
        const text = name(element)
        if (element.getAttribute("aria-label") !== text) element.setAttribute("aria-label", text)
      }
    }
    label()
    const observer = new MutationObserver(label)
    observer.observe(current, { childList: true, subtree: true })
    return () => observer.disconnect()
  })
  return (
    <div ref={wrapper} style={{ display: "contents" }}>
      {children}
    </div>
  )
}
