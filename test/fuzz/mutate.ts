import type { Random } from "../support/random"

/** What parsers, signatures and schemas trip over. */
const hostile = [
  "1e2",
  "01",
  "1.0",
  "-0",
  "-1",
  "0x10",
  "1e999",
  "9007199254740993",
  "99999999999999999999",
  "NaN",
  "null",
  "true",
  "[]",
  "{}",
  '""',
  "[",
  '{"a":',
  '"__proto__":{"polluted":1},',
  '"constructor":{"prototype":{}},',
  '"data":{},',
  '"sign":"00",',
  "__proto__=1&",
  "a[]=1&",
  "state[]=2&",
  "sign=0&",
  "&&==",
  "%",
  "%00",
  "%ff",
  "%ED%A0%80",
  "+",
  "\\u0000",
  "\\ud800",
  "\\udc00\\ud800",
  "\\u0073ign",
  "\u0000",
  "\ufeff",
  "\u00a0",
  "\u2028",
  "ก",
  "取消",
  ";",
  "key=",
].map((text) => Buffer.from(text))

const bytes = [
  Buffer.from([0xff, 0xfe]),
  Buffer.from([0xc0, 0x80]), // an overlong NUL
  Buffer.from([0xed, 0xa0, 0x80]), // a surrogate in UTF-8
  Buffer.from([0xb6, 0xa9, 0xb5, 0xa5]), // GBK
  Buffer.from([0x00]),
]

const splice = (input: Buffer, at: number, gone: number, added: Buffer) =>
  Buffer.concat([input.subarray(0, at), added, input.subarray(at + gone)])

type Change = (input: Buffer, random: Random, other: Buffer) => Buffer
const somewhere = (input: Buffer, random: Random) => random.whole(0, input.length)

const changes: Record<string, Change> = {
  flip: (input, random) => {
    if (!input.length) return input
    const copy = Buffer.from(input)
    const at = random.whole(0, copy.length - 1)
    copy[at] = (copy[at] ?? 0) ^ (1 << random.whole(0, 7))
    return copy
  },
  put: (input, random) =>
    splice(input, somewhere(input, random), random.whole(0, 2), random.pick([...hostile, ...bytes])),
  cut: (input, random) => splice(input, somewhere(input, random), random.whole(1, 16), Buffer.alloc(0)),
  end: (input, random) => input.subarray(0, somewhere(input, random)),
  repeat: (input, random) => {
    const at = somewhere(input, random)
    const piece = input.subarray(at, at + random.whole(1, 24))
    return splice(input, at, 0, Buffer.concat(Array<Buffer>(random.whole(1, 4)).fill(piece)))
  },
  move: (input, random) => {
    const from = somewhere(input, random)
    const piece = Buffer.from(input.subarray(from, from + random.whole(1, 24)))
    const without = splice(input, from, piece.length, Buffer.alloc(0))
    return splice(without, somewhere(without, random), 0, piece)
  },
  cross: (input, random, other) =>
    Buffer.concat([input.subarray(0, somewhere(input, random)), other.subarray(somewhere(other, random))]),
  number: (input, random) => {
    const text = input.toString("latin1")
    const numbers = [...text.matchAll(/\d+/g)]
    const one = numbers.length ? random.pick(numbers) : undefined
    return one ? splice(input, one.index, one[0].length, random.pick(hostile.slice(0, 10))) : input
  },
  long: (input, random) =>
    splice(
      input,
      somewhere(input, random),
      0,
      Buffer.alloc(random.whole(1, 300), random.pick(["9", "[", "a", " "])),
    ),
}

/** One to four changes to bytes that were valid once. */
export function mutate(input: Buffer, other: Buffer, random: Random): Buffer {
  let changed = input
  for (let left = random.whole(1, 4); left > 0; left--)
    changed = random.pick(Object.values(changes))(changed, random, other)
  return changed.length > longest ? changed.subarray(0, longest) : changed
}

/** Inputs grow out of one another; most stay near the size of real messages, so that a million of them take minutes. */
const longest = 4096
