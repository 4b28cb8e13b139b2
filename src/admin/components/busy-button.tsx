import { Button } from "@medusajs/ui"
import { useEffect, useRef, type ComponentProps, type MouseEvent } from "react"

/** Medusa's button is off while it is busy, and a browser takes the focus away from it: whoever pressed it gets the focus back. */
export function BusyButton({ isLoading, onClick, ...props }: ComponentProps<typeof Button>) {
  const button = useRef<HTMLButtonElement>(null)
  const isPressed = useRef(false)
  useEffect(() => {
    if (isLoading || !isPressed.current) return
    isPressed.current = false
    if (document.activeElement === document.body) button.current?.focus()
  }, [isLoading])
  const press = (event: MouseEvent<HTMLButtonElement>) => {
    isPressed.current = true
    onClick?.(event)
  }
  return <Button {...props} ref={button} isLoading={isLoading} onClick={press} />
}
