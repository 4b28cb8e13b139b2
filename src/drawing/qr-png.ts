import { crc32, deflateSync } from "node:zlib"

/** A square of modules; true is dark. */
type QrMatrix = readonly (readonly boolean[])[]

/** Light modules around the code, without which scanners do not find it. */
export const margin = 4
const scale = 6

/** A black and white PNG, one bit a pixel. */
export function pngOf(matrix: QrMatrix): Buffer {
  const side = (matrix.length + 2 * margin) * scale
  const header = Buffer.alloc(13)
  header.writeUInt32BE(side, 0)
  header.writeUInt32BE(side, 4)
  header.writeUInt8(1, 8) // bits a pixel; all other settings are 0: greyscale, deflate, not interlaced
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(pixels(matrix, side))),
    chunk("IEND", Buffer.alloc(0)),
  ])
}

export function pngDataUri(matrix: QrMatrix): string {
  return `data:image/png;base64,${pngOf(matrix).toString("base64")}`
}

/** Lines of pixels, each with its filter byte 0; a set bit is white. */
function pixels(matrix: QrMatrix, side: number): Buffer {
  const blank = Array<boolean>(matrix.length + 2 * margin).fill(false)
  const sides = Array<boolean>(margin).fill(false)
  const rows = [
    ...Array<boolean[]>(margin).fill(blank),
    ...matrix.map((row) => [...sides, ...row, ...sides]),
    ...Array<boolean[]>(margin).fill(blank),
  ]
  return Buffer.concat(rows.flatMap((row) => Array<Buffer>(scale).fill(lineOf(row, side))))
}

function lineOf(row: boolean[], side: number): Buffer {
  const line = Buffer.alloc(1 + Math.ceil(side / 8), 0xff)
  line[0] = 0
  for (let x = 0; x < side; x++) {
    const at = 1 + (x >> 3)
    if (row[Math.floor(x / scale)]) line[at] = (line[at] ?? 0) & ~(0x80 >> (x & 7))
  }
  return line
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "ascii"), data])
  const frame = Buffer.alloc(8)
  frame.writeUInt32BE(data.length, 0)
  frame.writeUInt32BE(crc32(body), 4)
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)])
}
