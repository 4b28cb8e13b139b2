import { inflateSync } from "node:zlib"

import { encodeQr } from "../../../src/sandbox/qr"
import { pngOf } from "../../../src/drawing/qr-png"
import { svgOf } from "../../../src/sandbox/qr-image"
import { at, readQr } from "../../support/qr-reader"

/** The longest text of each version. */
const capacities = [14, 26, 42, 62, 84, 106, 122, 152, 180, 213]

describe("a QR code", () => {
  it.each(capacities.flatMap((most, i) => [(capacities[i - 1] ?? -1) + 1, most]))(
    "is read back: %i bytes",
    (length) => {
      const text = Array.from({ length }, (_, i) => String.fromCharCode(33 + ((i * 31 + length) % 90))).join(
        "",
      )
      const matrix = encodeQr(text)
      const version = capacities.findIndex((most) => length <= most) + 1
      expect(matrix).toHaveLength(17 + 4 * version)
      expect(readQr(matrix)).toBe(text)
    },
  )

  it("carries text beyond ASCII", () => {
    expect(readQr(encodeQr("ชำระเงิน 付款"))).toBe("ชำระเงิน 付款")
  })

  it("says its version from 7 on", () => {
    const matrix = encodeQr("x".repeat(122))
    const last = matrix.length - 1
    const bits = Array.from({ length: 18 }, (_, i) => at(matrix, Math.floor(i / 3), last - 10 + (i % 3)))
    expect(parseInt(bits.reverse().join(""), 2)).toBe(0b000111110010010100)
  })

  it("refuses more than version 10 holds", () => {
    expect(() => encodeQr("x".repeat(214))).toThrow(/214 bytes/)
  })
})

describe("its pictures", () => {
  const matrix = encodeQr("http://127.0.0.1:9300/pay/1/saved")

  it("the PNG shows each module as 6 by 6 pixels with a margin of 4 modules", () => {
    const png = pngOf(matrix)
    const side = (matrix.length + 8) * 6
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([side, side])
    const length = png.readUInt32BE(33)
    const lines = inflateSync(png.subarray(41, 41 + length))
    const width = 1 + Math.ceil(side / 8)
    const isDark = (x: number, y: number) =>
      (((lines[y * width + 1 + (x >> 3)] ?? 0) >> (7 - (x & 7))) & 1) === 0
    for (let y = 0; y < side; y++) {
      const row = Array.from({ length: side }, (_, x) => isDark(x, y))
      const expected = row.map((_, x) => matrix[Math.floor(y / 6) - 4]?.[Math.floor(x / 6) - 4] ?? false)
      expect(row).toEqual(expected)
    }
  })

  it("the SVG has a square for each dark module, and a name", () => {
    const svg = svgOf(matrix, "QR code")
    const dark = matrix.flat().filter(Boolean).length
    expect(svg.match(/h1v1h-1z/g)).toHaveLength(dark)
    expect(svg).toContain('role="img" aria-label="QR code"')
  })
})
