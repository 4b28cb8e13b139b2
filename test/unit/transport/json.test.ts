import fc from "fast-check"
import { compactJson, isJsonObject, JsonNumber, parseJson, type Json } from "../../../src/services/transport"

/** What JSON.parse would have made of it. */
const plain = (value: Json): unknown => {
  if (value instanceof JsonNumber) return Number(value.lexeme)
  if (Array.isArray(value)) return value.map(plain)
  if (isJsonObject(value))
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, plain(one)]))
  return value
}

const known = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.string({ unit: "binary" }),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(
      fc.string({ unit: "binary" }).filter((name) => name !== "__proto__"),
      tie("value"),
      { maxKeys: 4 },
    ),
  ),
}))

it("reads what JSON.parse reads, spaced or not", () => {
  fc.assert(
    fc.property(known.value, fc.constantFrom(undefined, 2, "\t"), (value, space) => {
      const text = JSON.stringify(value, undefined, space)
      expect(plain(parseJson(text))).toEqual(JSON.parse(text))
    }),
  )
})

it("accepts nothing that JSON.parse refuses", () => {
  const piece = fc.constantFrom(
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    '"',
    '"a"',
    "1",
    "-",
    "01",
    "1.",
    "1e",
    "true",
    "nul",
    " ",
    "\\",
    "\u0001",
    "\n",
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const text = pieces.join("")
      let strict: unknown
      try {
        strict = JSON.parse(text)
      } catch {
        expect(() => parseJson(text)).toThrow(SyntaxError)
        return
      }
      expect(plain(parseJson(text))).toEqual(strict)
    }),
    { numRuns: 500 },
  )
})

it.each(["1.0", "0", "-0", "1e2", "12345678901234567890", "1.50", "-1.2E+3"])(
  "keeps the number %s as written",
  (lexeme) => {
    const value = parseJson(`{"a":[${lexeme}]}`)
    expect(compactJson(value)).toBe(`{"a":[${lexeme}]}`)
  },
)

it.each(["\u00a0", "\ufeff", "\u2028", "\f", "x", "{}"])(
  "accepts nothing but JSON's own spaces behind it (%#)",
  (rest) => {
    expect(() => parseJson(`{}${rest}`)).toThrow(SyntaxError)
    expect(parseJson("{} \t\r\n")).toEqual({})
  },
)

it("refuses a name that comes twice, in any spelling", () => {
  expect(() => parseJson('{"a":1,"a":2}')).toThrow("twice")
  expect(() => parseJson('{"a":1,"\\u0061":2}')).toThrow("twice")
})

it("takes __proto__ for a name", () => {
  const value = parseJson('{"__proto__":{"polluted":"yes"}}') as Record<string, unknown>
  expect(Object.keys(value)).toEqual(["__proto__"])
  expect(({} as Record<string, unknown>).polluted).toBeUndefined()
})

it("refuses what nests deeper than any gateway does", () => {
  expect(() => parseJson("[".repeat(100_000))).toThrow("nested")
  expect(() => parseJson('{"a":'.repeat(100_000))).toThrow("nested")
})

it("reads a string of a megabyte", () => {
  const long = "x".repeat(1_000_000)
  expect(parseJson(JSON.stringify({ long }))).toEqual(Object.assign(Object.create(null) as object, { long }))
})

it("writes objects compactly, in the order it is told", () => {
  const value = parseJson('{ "b" : [ 1 , {"d":"ก","c":null} ] , "a" : true }')
  expect(compactJson(value)).toBe('{"b":[1,{"d":"ก","c":null}],"a":true}')
  expect(compactJson(value, (names) => names.sort())).toBe('{"a":true,"b":[1,{"c":null,"d":"ก"}]}')
  expect(compactJson({ gone: undefined })).toBe('{"gone":null}')
})
