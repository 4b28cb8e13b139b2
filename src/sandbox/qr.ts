/** A square of modules; true is dark. */
export type QrMatrix = boolean[][]

interface Version {
  /** Codewords for error correction in each block, at level M. */
  correction: number
  blocks: number
  /** Codewords for data in all blocks together. */
  data: number
  /** Centres of the alignment patterns, in both directions. */
  centres: number[]
}

/** Versions 1 to 10 at level M, by ISO/IEC 18004. */
const versions: Version[] = [
  { correction: 10, blocks: 1, data: 16, centres: [] },
  { correction: 16, blocks: 1, data: 28, centres: [6, 18] },
  { correction: 26, blocks: 1, data: 44, centres: [6, 22] },
  { correction: 18, blocks: 2, data: 64, centres: [6, 26] },
  { correction: 24, blocks: 2, data: 86, centres: [6, 30] },
  { correction: 16, blocks: 4, data: 108, centres: [6, 34] },
  { correction: 18, blocks: 4, data: 124, centres: [6, 22, 38] },
  { correction: 22, blocks: 4, data: 154, centres: [6, 24, 42] },
  { correction: 22, blocks: 5, data: 182, centres: [6, 26, 46] },
  { correction: 26, blocks: 5, data: 216, centres: [6, 28, 50] },
]

const masks: ((row: number, column: number) => boolean)[] = [
  (r, c) => (r + c) % 2 === 0,
  (r) => r % 2 === 0,
  (_, c) => c % 3 === 0,
  (r, c) => (r + c) % 3 === 0,
  (r, c) => (Math.floor(r / 2) + Math.floor(c / 3)) % 2 === 0,
  (r, c) => ((r * c) % 2) + ((r * c) % 3) === 0,
  (r, c) => (((r * c) % 2) + ((r * c) % 3)) % 2 === 0,
  (r, c) => (((r + c) % 2) + ((r * c) % 3)) % 2 === 0,
]

/** The QR code of a text of up to 213 bytes: byte mode, level M, versions 1 to 10, mask by the standard's penalties. */
export function encodeQr(text: string): QrMatrix {
  const bytes = Buffer.from(text, "utf8")
  const number = versions.findIndex((each, index) => bytes.length <= each.data - (index + 1 < 10 ? 2 : 3)) + 1
  const version = versions[number - 1]
  if (!version) throw new RangeError(`${bytes.length} bytes do not fit a QR code of version 10, level M`)

  const canvas = new Canvas(17 + 4 * number)
  drawPatterns(canvas, number, version)
  drawData(canvas, interleaved(codewords(bytes, number, version), version))
  return bestMask(canvas)
}

/** Mode, length, bytes, terminator and padding. */
function codewords(bytes: Buffer, number: number, version: Version): number[] {
  const bits: number[] = []
  const push = (value: number, length: number) => {
    for (let bit = length - 1; bit >= 0; bit--) bits.push((value >> bit) & 1)
  }
  push(0b0100, 4)
  push(bytes.length, number < 10 ? 8 : 16)
  for (const byte of bytes) push(byte, 8)
  push(0, Math.min(4, version.data * 8 - bits.length))
  push(0, (8 - (bits.length % 8)) % 8)
  for (let pad = 0xec; bits.length < version.data * 8; pad ^= 0xec ^ 0x11) push(pad, 8)
  return Array.from({ length: version.data }, (_, i) => parseInt(bits.slice(8 * i, 8 * i + 8).join(""), 2))
}

/** Blocks with their error correction, mixed column by column; the later blocks may be one codeword longer. */
function interleaved(data: number[], { blocks, correction, data: total }: Version): number[] {
  const short = Math.floor(total / blocks)
  const firstLong = blocks - (total % blocks)
  const divisor = generator(correction)
  let start = 0
  const parts = Array.from({ length: blocks }, (_, block) => {
    const part = data.slice(start, start + short + (block >= firstLong ? 1 : 0))
    start += part.length
    return { part, check: remainder(part, divisor) }
  })
  return [...columns(parts.map(({ part }) => part)), ...columns(parts.map(({ check }) => check))]
}

function columns(rows: number[][]): number[] {
  const longest = Math.max(...rows.map(({ length }) => length))
  return Array.from({ length: longest }, (_, i) => rows.flatMap((row) => row.slice(i, i + 1))).flat()
}

/** Multiplication in GF(256) modulo 0x11d. */
function times(a: number, b: number): number {
  let product = 0
  for (let bit = 7; bit >= 0; bit--) {
    product = (product << 1) ^ ((product >> 7) * 0x11d)
    product ^= ((b >> bit) & 1) * a
  }
  return product
}

/** Coefficients of (x - 1)(x - 2)(x - 4)…, the leading 1 left out. */
function generator(degree: number): number[] {
  let coefficients = [...Array<number>(degree - 1).fill(0), 1]
  let root = 1
  for (let i = 0; i < degree; i++) {
    const by = root
    coefficients = coefficients.map((each, j) => times(each, by) ^ (coefficients[j + 1] ?? 0))
    root = times(root, 2)
  }
  return coefficients
}

function remainder(data: number[], divisor: number[]): number[] {
  let rest = divisor.map(() => 0)
  for (const byte of data) {
    const factor = byte ^ (rest[0] ?? 0)
    rest = divisor.map((each, i) => (rest[i + 1] ?? 0) ^ times(each, factor))
  }
  return rest
}

/** The modules, and which of them are fixed patterns that carry no data and take no mask. */
class Canvas {
  readonly dark: boolean[][]
  readonly fixed: boolean[][]

  constructor(readonly size: number) {
    const rows = () => Array.from({ length: size }, () => Array<boolean>(size).fill(false))
    this.dark = rows()
    this.fixed = rows()
  }

  fix(row: number, column: number, dark: boolean): void {
    const [darkRow, fixedRow] = [this.dark[row], this.fixed[row]]
    if (!darkRow || !fixedRow || column < 0 || column >= this.size) return
    darkRow[column] = dark
    fixedRow[column] = true
  }

  free(row: number, column: number): boolean {
    return this.fixed[row]?.[column] === false
  }
}

function drawPatterns(canvas: Canvas, number: number, { centres }: Version): void {
  const last = canvas.size - 1
  for (let i = 0; i <= last; i++) {
    canvas.fix(6, i, i % 2 === 0)
    canvas.fix(i, 6, i % 2 === 0)
  }
  const corners = [
    [3, 3],
    [3, last - 3],
    [last - 3, 3],
  ] as const
  for (const [row, column] of corners) drawRings(canvas, row, column, 4, [0, 1, 3])
  for (const row of centres) {
    for (const column of centres) {
      const underFinder = [row, column].filter((each) => each === 6).length
      const far = Math.max(row, column) === centres.at(-1)
      if (underFinder === 2 || (underFinder === 1 && far)) continue
      drawRings(canvas, row, column, 2, [0, 2])
    }
  }
  drawFormat(canvas, 0)
  if (number >= 7) drawVersion(canvas, number)
}

/** Squares around a centre, dark at the given distances. */
function drawRings(canvas: Canvas, row: number, column: number, radius: number, dark: number[]): void {
  for (let r = -radius; r <= radius; r++) {
    for (let c = -radius; c <= radius; c++) {
      canvas.fix(row + r, column + c, dark.includes(Math.max(Math.abs(r), Math.abs(c))))
    }
  }
}

/** Level M and the mask, with their BCH code, twice. */
function drawFormat(canvas: Canvas, mask: number): void {
  const bits = ((mask << 10) | bch(mask, 10, 0x537)) ^ 0x5412
  const last = canvas.size - 1
  for (let i = 0; i < 15; i++) {
    const dark = ((bits >> i) & 1) === 1
    // Down and across beside the first finder, stepping over the timing pattern.
    const near = i < 6 ? i : i < 8 ? i + 1 : 14 - i + (i === 8 ? 1 : 0)
    if (i < 8) canvas.fix(near, 8, dark)
    else canvas.fix(8, near, dark)
    // Beside the other two.
    if (i < 8) canvas.fix(8, last - i, dark)
    else canvas.fix(last - 14 + i, 8, dark)
  }
  canvas.fix(last - 7, 8, true)
}

function drawVersion(canvas: Canvas, number: number): void {
  const bits = (number << 12) | bch(number, 12, 0x1f25)
  for (let i = 0; i < 18; i++) {
    const [near, far] = [Math.floor(i / 3), canvas.size - 11 + (i % 3)]
    canvas.fix(near, far, ((bits >> i) & 1) === 1)
    canvas.fix(far, near, ((bits >> i) & 1) === 1)
  }
}

function bch(value: number, bits: number, polynomial: number): number {
  let rest = value
  for (let i = 0; i < bits; i++) rest = (rest << 1) ^ ((rest >> (bits - 1)) * polynomial)
  return rest
}

function drawData(canvas: Canvas, words: number[]): void {
  let bit = 0
  for (const [row, column] of path(canvas.size)) {
    const darkRow = canvas.dark[row]
    if (!darkRow || !canvas.free(row, column)) continue
    darkRow[column] = (((words[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1) === 1
    bit += 1
  }
}

/** Two columns at a time from the right, up and down in turns. */
function* path(size: number): Generator<[row: number, column: number]> {
  const last = size - 1
  for (let right = last; right >= 1; right -= 2) {
    if (right === 6) right = 5 // the timing column
    const up = ((last - right) & 2) === 0
    for (let i = 0; i <= last; i++) {
      const row = up ? last - i : i
      yield [row, right]
      yield [row, right - 1]
    }
  }
}

function bestMask(canvas: Canvas): QrMatrix {
  const tried = masks.map((mask, index) => {
    drawFormat(canvas, index)
    return canvas.dark.map((row, r) => row.map((dark, c) => dark !== (canvas.free(r, c) && mask(r, c))))
  })
  const penalties = tried.map(penalty)
  const best = tried[penalties.indexOf(Math.min(...penalties))]
  if (!best) throw new Error("no mask was tried")
  return best
}

/** How hard a code is to read: runs, squares, lines that look like a finder, and an uneven share of dark. */
function penalty(matrix: QrMatrix): number {
  const lines = [...matrix, ...matrix.map((_, c) => matrix.map((row) => row[c] === true))]
  const dark = matrix.reduce((sum, row) => sum + row.reduce((each, module) => each + (module ? 1 : 0), 0), 0)
  const uneven = Math.floor(Math.abs(dark / matrix.length ** 2 - 0.5) * 20)
  return lines.reduce((sum, line) => sum + linePenalty(line), 0) + squarePenalty(matrix) + 10 * uneven
}

function linePenalty(line: boolean[]): number {
  let sum = 0
  let run = 0
  let latest = 0 // the last eleven modules as bits
  line.forEach((dark, i) => {
    run = i > 0 && dark === line[i - 1] ? run + 1 : 1
    if (run >= 5) sum += run === 5 ? 3 : 1
    latest = ((latest << 1) | (dark ? 1 : 0)) & 0x7ff
    if (i >= 10 && (latest === 0b10111010000 || latest === 0b00001011101)) sum += 40
  })
  return sum
}

function squarePenalty(matrix: QrMatrix): number {
  let sum = 0
  for (let r = 1; r < matrix.length; r++) {
    const [above = [], row = []] = [matrix[r - 1], matrix[r]]
    for (let c = 1; c < row.length; c++) {
      const dark = row[c]
      if (dark === row[c - 1] && dark === above[c] && dark === above[c - 1]) sum += 3
    }
  }
  return sum
}
