import type { Locator } from "playwright-core"

import { readQr } from "../support/qr-reader"

/** What a phone that is held before the screen reads: the pixels as they are shown, and nothing of the page behind. */
export async function scan(code: Locator): Promise<string> {
  const shot = (await code.screenshot({ animations: "disabled" })).toString("base64")
  // The browser that drew them also knows how to read a PNG; a page of its own has no policy against that.
  const desk = await code.page().context().newPage()
  const rows = await desk.evaluate(async (png) => {
    const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${png}`)).blob())
    const canvas = new OffscreenCanvas(image.width, image.height)
    const context = canvas.getContext("2d")
    context?.drawImage(image, 0, 0)
    const pixels = context?.getImageData(0, 0, image.width, image.height).data ?? []
    return Array.from({ length: image.height }, (_, y) =>
      Array.from({ length: image.width }, (_, x) => (pixels[4 * (y * image.width + x)] ?? 0) < 128),
    )
  }, shot)
  await desk.close()
  return readQr(modules(rows))
}

/** Cuts the light margin off and takes the middle of each module. */
function modules(rows: boolean[][]): boolean[][] {
  const top = rows.findIndex((row) => row.includes(true))
  const bottom = rows.findLastIndex((row) => row.includes(true))
  const left = Math.min(...rows.map((row) => row.indexOf(true)).filter((x) => x >= 0))
  const side = bottom - top + 1
  // The corner begins with seven dark modules, then a light one.
  const seven = (rows[top] ?? []).indexOf(false, left) - left
  const count = Math.round((side * 7) / seven)
  const size = 4 * Math.round((count - 17) / 4) + 17
  const middle = (start: number, i: number) => Math.floor(start + ((i + 0.5) * side) / size)
  return Array.from({ length: size }, (_, r) =>
    Array.from({ length: size }, (_, c) => rows[middle(top, r)]?.[middle(left, c)] ?? false),
  )
}
