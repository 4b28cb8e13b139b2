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

/** The next token: punctuation, string, number or literal. The four alternatives are the four groups. */
const token =
  /[ \t\n\r]*(?:([{}[\],:])|("[^"\\\u0000-\u001f]*(?:\\.[^"\\\u0000-\u001f]*)*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)|(true|false|null))/y

type Token = { is: "mark"; text: string } | { is: "value"; value: Exclude<Json, Json[] | JsonObject> }

class Reader {
  #at = 0

  constructor(
    readonly text: string,
    private left: number,
  ) {}

  document(): Json {
    const value = this.#value(this.#next(), 0)
    if (!/^[ \t\n\r]*$/.test(this.text.slice(this.#at))) throw new SyntaxError("text after the JSON value")
    return value
  }

  #next(): Token {
    token.lastIndex = this.#at
    const match = token.exec(this.text)
    if (!match) throw new SyntaxError("not JSON")
    this.#at = token.lastIndex
    const [, mark, string, number, literal] = match
    if (mark !== undefined) return { is: "mark", text: mark }
    if (number !== undefined) return { is: "value", value: new JsonNumber(number) }
    return { is: "value", value: JSON.parse(string ?? literal ?? "") as string | boolean | null }
  }

  #value(start: Token, depth: number): Json {
    if (this.left-- === 0) throw new SyntaxError("too many values")
    if (start.is === "value") return start.value
    if (depth === deepest) throw new SyntaxError("nested too deeply")
    if (start.text === "[") return this.#array(depth + 1)
    if (start.text === "{") return this.#object(depth + 1)
    throw new SyntaxError("a value is missing")
  }

  #array(depth: number): Json[] {
    const items: Json[] = []
    let token = this.#next()
    if (isMark(token, "]")) return items
    for (;;) {
      items.push(this.#value(token, depth))
      token = this.#next()
      if (isMark(token, "]")) return items
      expectMark(token, ",")
      token = this.#next()
    }
  }

  #object(depth: number): JsonObject {
    // Without a prototype a member named __proto__ is a member like any other.
    const members = Object.create(null) as Record<string, Json>
    let token = this.#next()
    if (isMark(token, "}")) return members
    for (;;) {
      if (token.is !== "value" || typeof token.value !== "string") throw new SyntaxError("a name is missing")
      const name = token.value
      // Of two members with one name the signature could cover the one and the code read the other.
      if (name in members) throw new SyntaxError("a name comes twice")
      expectMark(this.#next(), ":")
      members[name] = this.#value(this.#next(), depth)
      token = this.#next()
      if (isMark(token, "}")) return members
      expectMark(token, ",")
      token = this.#next()
    }
  }
}

const isMark = (token: Token, mark: string): boolean => token.is === "mark" && token.text === mark

function expectMark(token: Token, mark: string): void {
  if (!isMark(token, mark)) throw new SyntaxError(`"${mark}" is missing`)
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
