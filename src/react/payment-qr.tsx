import { useEffect, useMemo, useSyncExternalStore, type ReactElement } from "react"

import { useKit } from "./context"
import { Drawing, nothingDrawn } from "./drawing"
import type { Action } from "./step"
import type { GatewayPayment } from "./use-gateway-payment"

export interface PaymentQrProps {
  payment: GatewayPayment
  /** What the code is read with, as the list of methods names it. */
  methodName?: string
  /** Makes a new payment session once this one has failed, run out or gone back; without it there is no button for that. */
  onStart?: () => unknown
  className?: string
}

/**
 * The code with the amount, the time left, a button that saves it and one that asks again. It is taken off the page as soon as it must
 * not be paid any more; then there is a button for another try.
 */
export function PaymentQr({
  payment,
  methodName,
  onStart,
  className = "",
}: PaymentQrProps): ReactElement | null {
  const { texts } = useKit()
  const { step, tried, action, isBusy } = payment
  const { picture, isDrawing, redraw } = usePicture(step === "pay" ? action : null)
  if (tried && onStart)
    return (
      <div className={`gp-qr ${className}`} data-step={step}>
        <button
          type="button"
          className="gp-again"
          disabled={isBusy}
          onClick={() => void payment.startAnew(onStart)}
        >
          {texts.again}
        </button>
      </div>
    )
  if (step !== "pay" || action?.type !== "qr") return null
  const again = () => {
    redraw()
    void payment.check()
  }
  return (
    <div className={`gp-qr ${className}`} data-step={step} aria-busy={isDrawing}>
      <Amount payment={payment} />
      {methodName && <p className="gp-scan">{texts.scan.replace("{method}", () => methodName)}</p>}
      {picture && (
        <figure>
          <img src={picture} alt={texts.code} width="272" height="272" />
        </figure>
      )}
      <TimeLeft payment={payment} />
      {picture && (
        <a className="gp-save" href={picture} download="payment-qr.png" target="_blank" rel="noreferrer">
          {texts.save}
        </a>
      )}
      <button type="button" className="gp-check" disabled={isBusy} onClick={again}>
        {texts.refresh}
      </button>
    </div>
  )
}

function Amount({ payment: { amount, currency } }: { payment: GatewayPayment }): ReactElement | null {
  const { language } = useKit()
  if (amount === null || !currency) return null
  const format = new Intl.NumberFormat(language, { style: "currency", currency: currency.toUpperCase() })
  return <p className="gp-amount">{format.format(amount)}</p>
}

/** Not read aloud: a second is no news. */
function TimeLeft({ payment: { timeLeft } }: { payment: GatewayPayment }): ReactElement | null {
  const { texts } = useKit()
  if (timeLeft === null) return null
  const [before, after] = texts.left.split("{time}")
  return (
    <p className="gp-left">
      {before}
      <time role="timer" aria-live="off">
        {clockOf(timeLeft)}
      </time>
      {after}
    </p>
  )
}

/** `14:59`, or `2:05:00`. */
function clockOf(seconds: number): string {
  const two = (number: number) => String(number).padStart(2, "0")
  const hours = Math.floor(seconds / 3600)
  const minutes = Math.floor(seconds / 60) % 60
  return `${hours ? `${hours}:${two(minutes)}` : minutes}:${two(seconds % 60)}`
}

/** A picture of the code that a phone keeps in its album; `null` until it is drawn. `redraw` tries again where it could not be. */
function usePicture(action: Action | null) {
  const content = action?.type === "qr" && "content" in action ? action.content : null
  const drawing = useMemo(() => new Drawing(draw), [])
  const drawn = useSyncExternalStore(drawing.subscribe, drawing.snapshot, nothing)
  useEffect(() => void drawing.show(content), [drawing, content])
  const redraw = () => void drawing.again()
  if (action?.type === "qr" && "image" in action && action.image)
    return { picture: action.image, isDrawing: false, redraw }
  const isShown = content !== null && drawn.content === content
  return { picture: isShown ? drawn.picture : null, isDrawing: !isShown || drawn.isDrawing, redraw }
}

const nothing = () => nothingDrawn

/** Light modules around the code, without which scanners do not find it. */
const margin = 4
const scale = 6

/** The library comes with the first code. */
async function draw(content: string): Promise<string | null> {
  const { encode } = await import("uqr")
  const { data } = encode(content, { ecc: "M", border: margin })
  const canvas = document.createElement("canvas")
  canvas.width = canvas.height = data.length * scale
  const context = canvas.getContext("2d")
  if (!context) return null
  context.fillStyle = "#fff"
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.fillStyle = "#000"
  data.forEach((row, y) =>
    row.forEach((isDark, x) => {
      if (isDark) context.fillRect(x * scale, y * scale, scale, scale)
    }),
  )
  return canvas.toDataURL("image/png")
}
