/**
 * A JSON number as it was written. Signatures cover the text of an answer, and `JSON.parse` would turn `1.0` into `1`
 * and lose digits above 2^53.
 */
export class JsonNumber {
  constructor(readonly lexeme: string) {}

  toString(): string {
    return this.lexeme
  }
}

export type Json = string | boolean | null | JsonNumber | Json[] | JsonObject
export interface JsonObject {
  readonly [key: string]: Json
}

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof JsonNumber)

/** No gateway message nests deeper than two; a hostile one must not exhaust the stack. */
const deepest = 16

const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const string = /"[^"\\\u0000-\u001f]*(?:\\.[^"\\\u0000-\u001f]*)*"/y
/** A string with one of these is not what stands between its quotes, or is none. */
const unplain = /[\\\u0000-\u001f]/

class Reader {
  #at = 0

  constructor(
    readonly text: string,
    private left: number,
  ) {}

  document(): Json {
    const value = this.#value(0)
    if (this.#next() !== "") throw new SyntaxError("text after the JSON value")
    return value
  }

  /** The character after any space, which is passed; `""` at the end. */
  #next(): string {
    for (;;) {
      const next = this.text.charAt(this.#at)
      if (next !== " " && next !== "\n" && next !== "\r" && next !== "\t") return next
      this.#at++
    }
  }

  #takes(mark: string): boolean {
    if (this.#next() !== mark) return false
    this.#at++
    return true
  }

  #expect(mark: string): void {
    if (!this.#takes(mark)) throw new SyntaxError(`"${mark}" is missing`)
  }

  #value(depth: number): Json {
    const next = this.#next()
    if (this.left-- === 0) throw new SyntaxError("too many values")
    switch (next) {
      case "{":
        return this.#object(deeper(depth))
      case "[":
        return this.#array(deeper(depth))
      case '"':
        return this.#string()
      case "t":
        return this.#literal("true", true)
      case "f":
        return this.#literal("false", false)
      case "n":
        return this.#literal("null", null)
      default:
        return new JsonNumber(this.#match(number))
    }
  }

  #array(depth: number): Json[] {
    const items: Json[] = []
    this.#expect("[")
    if (this.#takes("]")) return items
    do items.push(this.#value(depth))
    while (this.#takes(","))
    this.#expect("]")
    return items
  }

  #object(depth: number): JsonObject {
    // Without a prototype a member named __proto__ is a member like any other.
    const members = Object.create(null) as Record<string, Json>
    this.#expect("{")
    if (this.#takes("}")) return members
    do {
      if (this.#next() !== '"') throw new SyntaxError("a name is missing")
      const name = this.#string()
      // Of two members with one name the signature could cover the one and the code read the other.
      if (name in members) throw new SyntaxError("a name comes twice")
      this.#expect(":")
      members[name] = this.#value(depth)
    } while (this.#takes(","))
    this.#expect("}")
    return members
  }

  /** Anybody may send a long one: the usual one is found by its quotes, and read no further. */
  #string(): string {
    const end = this.text.indexOf('"', this.#at + 1)
    const plain = this.text.slice(this.#at + 1, end)
    if (end < 0 || unplain.test(plain)) return JSON.parse(this.#match(string)) as string
    this.#at = end + 1
    return plain
  }

  #literal<T>(written: string, value: T): T {
    if (!this.text.startsWith(written, this.#at)) throw new SyntaxError("not JSON")
    this.#at += written.length
    return value
  }

  #match(token: RegExp): string {
    token.lastIndex = this.#at
    const [found] = token.exec(this.text) ?? []
    if (found === undefined) throw new SyntaxError("not JSON")
    this.#at = token.lastIndex
    return found
  }
}

function deeper(depth: number): number {
  if (depth === deepest) throw new SyntaxError("nested too deeply")
  return depth + 1
}

/** JSON text to values, numbers kept as written. Throws SyntaxError on anything that is not one JSON value, or holds more than `most`. */
export const parseJson = (text: string, most = Infinity): Json => new Reader(text, most).document()

/** Compact JSON text with numbers as they were written; `order` arranges the members of every object. */
export function compactJson(value: unknown, order: (names: string[]) => string[] = (names) => names): string {
  if (value instanceof JsonNumber) return value.lexeme
  if (Array.isArray(value)) return `[${value.map((item) => compactJson(item, order)).join(",")}]`
  if (typeof value === "object" && value !== null) {
    const members = value as Record<string, unknown>
    const texts = order(Object.keys(members)).map(
      (name) => `${JSON.stringify(name)}:${compactJson(members[name], order)}`,
    )
    return `{${texts.join(",")}}`
  }
  return value === undefined ? "null" : JSON.stringify(value)
}
