import { margin } from "../drawing/qr-png"
import type { QrMatrix } from "./qr"

/** An SVG that says what it is to a screen reader. `label` must be free of markup. */
export function svgOf(matrix: QrMatrix, label: string): string {
  const size = matrix.length + 2 * margin
  const squares = matrix.flatMap((row, r) =>
    row.flatMap((dark, c) => (dark ? [`M${c + margin} ${r + margin}h1v1h-1z`] : [])),
  )
  return (
    `<svg role="img" aria-label="${label}" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges" xmlns="http://www.w3.org/2000/svg">` +
    `<path fill="#fff" d="M0 0h${size}v${size}H0z"/><path d="${squares.join("")}"/></svg>`
  )
}
