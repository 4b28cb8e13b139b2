/** Rows of modules, dark ones true. */
export type Modules = readonly (readonly boolean[])[]

/** What a scanner does, for level M: the standard read from the other side. */
export function readQr(matrix: Modules): string {
  const size = matrix.length
  const number = (size - 17) / 4
  const format = readFormat(matrix)
  expect(format >> 13).toBe(0b00) // level M
  const words = readWords(matrix, number, (format >> 10) & 7)
  return readText(deinterleave(words, number), number)
}

export const at = (matrix: Modules, row: number, column: number) => (matrix[row]?.[column] ? 1 : 0)

/** Both copies, which must agree and be a valid BCH word. */
function readFormat(matrix: Modules): number {
  const last = matrix.length - 1
  const first = [0, 1, 2, 3, 4, 5, 7, 8].map((i) => at(matrix, 8, i))
  first.push(...[7, 5, 4, 3, 2, 1, 0].map((i) => at(matrix, i, 8)))
  const second = [0, 1, 2, 3, 4, 5, 6].map((i) => at(matrix, last - i, 8))
  second.push(...[7, 6, 5, 4, 3, 2, 1, 0].map((i) => at(matrix, 8, last - i)))
  expect(first).toEqual(second)
  expect(at(matrix, last - 7, 8)).toBe(1)
  const word = parseInt(first.join(""), 2) ^ 0b101010000010010
  let rest = word
  for (let bit = 14; bit >= 10; bit--) if ((rest >> bit) & 1) rest ^= 0b10100110111 << (bit - 10)
  expect(rest).toBe(0)
  return word
}

const alignment = [[], [18], [22], [26], [30], [34], [22, 38], [24, 42], [26, 46], [28, 50]]

function isFunction(number: number, row: number, column: number): boolean {
  const size = 17 + 4 * number
  if (row === 6 || column === 6) return true
  const corner = (r: number, c: number) => r < 9 && c < 9
  if (corner(row, column) || (row < 9 && column >= size - 8) || (row >= size - 8 && column < 9)) return true
  if (number >= 7 && ((row < 6 && column >= size - 11) || (column < 6 && row >= size - 11))) return true
  const centres = number === 1 ? [] : [6, ...(alignment[number - 1] ?? [])]
  const end = centres.at(-1)
  return centres.some((r) =>
    centres.some((c) => {
      const finder = (r === 6 && c === 6) || (r === 6 && c === end) || (r === end && c === 6)
      return !finder && Math.abs(row - r) <= 2 && Math.abs(column - c) <= 2
    }),
  )
}

const masked: ((i: number, j: number) => boolean)[] = [
  (i, j) => (i + j) % 2 === 0,
  (i) => i % 2 === 0,
  (_, j) => j % 3 === 0,
  (i, j) => (i + j) % 3 === 0,
  (i, j) => (Math.floor(i / 2) + Math.floor(j / 3)) % 2 === 0,
  (i, j) => ((i * j) % 2) + ((i * j) % 3) === 0,
  (i, j) => (((i * j) % 2) + ((i * j) % 3)) % 2 === 0,
  (i, j) => (((i + j) % 2) + ((i * j) % 3)) % 2 === 0,
]

function readWords(matrix: Modules, number: number, mask: number): number[] {
  const size = matrix.length
  const columns = []
  for (let right = size - 1; right > 0; right -= right === 8 ? 3 : 2) columns.push(right)
  const bits = columns.flatMap((right, turn) => {
    const rows = Array.from({ length: size }, (_, i) => (turn % 2 === 0 ? size - 1 - i : i))
    return rows.flatMap((row) =>
      [right, right - 1]
        .filter((column) => !isFunction(number, row, column))
        .map((column) => at(matrix, row, column) ^ (masked[mask]?.(row, column) ? 1 : 0)),
    )
  })
  return Array.from({ length: bits.length >> 3 }, (_, i) =>
    parseInt(bits.slice(8 * i, 8 * i + 8).join(""), 2),
  )
}

/** Blocks of each version at level M: [how many, codewords, of which data]. */
const layouts = [
  [[1, 26, 16]],
  [[1, 44, 28]],
  [[1, 70, 44]],
  [[2, 50, 32]],
  [[2, 67, 43]],
  [[4, 43, 27]],
  [[4, 49, 31]],
  [
    [2, 60, 38],
    [2, 61, 39],
  ],
  [
    [3, 58, 36],
    [2, 59, 37],
  ],
  [
    [4, 69, 43],
    [1, 70, 44],
  ],
]

function deinterleave(words: number[], number: number): number[] {
  const blocks = (layouts[number - 1] ?? []).flatMap(([count = 0, total = 0, data = 0]) =>
    Array.from({ length: count }, () => ({ total, data, words: [] as number[] })),
  )
  const queue = [...words]
  const deal = (limit: (block: { total: number; data: number }) => number) => {
    for (let i = 0; i < 70; i++) {
      for (const block of blocks)
        if (block.words.length === i && i < limit(block)) block.words.push(queue.shift() ?? 0)
    }
  }
  deal(({ data }) => data)
  const checks = blocks.map(({ total, data }) => total - data)
  for (let i = 0; i < Math.max(...checks); i++)
    for (const block of blocks) block.words.push(queue.shift() ?? 0)
  for (const block of blocks) expect(syndromes(block.words, block.total - block.data)).toEqual([])
  return blocks.flatMap((block) => block.words.slice(0, block.data))
}

const exponents = Array<number>(255)
for (let i = 0, x = 1; i < 255; i++, x = x & 0x80 ? (x << 1) ^ 0x11d : x << 1) exponents[i] = x

function product(a: number, b: number): number {
  if (a === 0 || b === 0) return 0
  return exponents[(exponents.indexOf(a) + exponents.indexOf(b)) % 255] ?? 0
}

/** The powers at which the block's polynomial is not zero: none, where nothing is broken. */
function syndromes(words: number[], count: number): number[] {
  return Array.from({ length: count }, (_, power) => power).filter(
    (power) => words.reduce((sum, word) => product(sum, exponents[power] ?? 0) ^ word, 0) !== 0,
  )
}

/** Bits that are taken from the front. */
class Bits {
  private at = 0
  constructor(private readonly bits: string) {}

  take(count: number): number {
    this.at += count
    return parseInt(this.bits.slice(this.at - count, this.at).padEnd(count, "0") || "0", 2)
  }
}

const letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"

/** Segments of digits, of capitals and of bytes, each with its length, until the end is said. */
function readText(data: number[], number: number): string {
  const bits = new Bits(data.map((word) => word.toString(2).padStart(8, "0")).join(""))
  const large = number > 9
  const bytes: number[] = []
  const push = (text: string) => bytes.push(...Buffer.from(text))
  for (;;) {
    const mode = bits.take(4)
    if (mode === 0b0001) push(readDigits(bits, bits.take(large ? 12 : 10)))
    else if (mode === 0b0010) push(readLetters(bits, bits.take(large ? 11 : 9)))
    else if (mode === 0b0100)
      for (let left = bits.take(large ? 16 : 8); left > 0; left--) bytes.push(bits.take(8))
    else return Buffer.from(bytes).toString("utf8")
  }
}

function readDigits(bits: Bits, length: number): string {
  let text = ""
  for (let left = length; left > 0; left -= 3) {
    const digits = Math.min(left, 3)
    text += String(bits.take([0, 4, 7, 10][digits] ?? 0)).padStart(digits, "0")
  }
  return text
}

function readLetters(bits: Bits, length: number): string {
  let text = ""
  for (let left = length; left > 1; left -= 2) {
    const pair = bits.take(11)
    text += `${letters[Math.floor(pair / 45)]}${letters[pair % 45]}`
  }
  return length % 2 ? `${text}${letters[bits.take(6)]}` : text
}
