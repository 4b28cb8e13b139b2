import { about, afterSending, followable, present, readAs, readText } from "../../../src/services/transport"
import { notSent, succeeded } from "../../../src/core"
import { z } from "zod"

it.each([
  ["https://gateway.ksher.com/ua?a=1", true],
  ["http://gateway.ksher.com/ua", false],
  ["javascript:alert(1)", false],
  ["data:text/html,x", false],
  ["//gateway.ksher.com", false],
  ["", false],
  ["https://gateway.ksher.com@evil.example/ua", false],
  ["https://:pass@gateway.ksher.com/", false],
  ["https:\\\\evil.example", false],
  ["ht\ntps://gateway.ksher.com", false],
  ["https://gateway.ksher.com/\u202ehtml", false],
  [" https://gateway.ksher.com", false],
])("of an https gateway %s is a link for a shopper: %s", (url, fit) => {
  expect(followable(url, "https://gateway.ksher.com")).toBe(fit)
})

it("of a gateway configured as http, http to that very host is too", () => {
  expect(followable("http://evil.example/pay/1", "http://127.0.0.1:9300")).toBe(false)
  expect(followable("http://127.0.0.1:9301/pay/1", "http://127.0.0.1:9300")).toBe(false)
  expect(followable("http://127.0.0.1:9300/pay/1", "http://127.0.0.1:9300")).toBe(true)
  expect(followable("javascript:alert(1)", "http://127.0.0.1:9300")).toBe(false)
})

it("a confirming call that was not sent leaves the first one unknown", () => {
  expect(afterSending(notSent("ECONNREFUSED", "…"))).toMatchObject({ kind: "unknown", code: "ECONNREFUSED" })
  expect(afterSending(succeeded(1))).toEqual(succeeded(1))
})

it("only what is there is compared, and the field that differs is named without its value", () => {
  expect(about({ a: "1", b: undefined }, { a: "1", b: "2" }, "Ksher")).toEqual(
    succeeded({ a: "1", b: undefined }),
  )
  expect(about({ a: "1" }, { a: undefined }, "Ksher").kind).toBe("succeeded")
  const other = about({ order: "secret-1" }, { order: "secret-2" }, "Ksher")
  expect(other).toEqual({
    kind: "unknown",
    code: "answer_mismatch",
    message: "Ksher answered about something else than was asked (order).",
  })
})

it("a form no document shows names the fields, not their values", () => {
  const schema = z.object({ total: z.number(), name: z.string() })
  expect(readAs(schema, { total: "secret" }, "Gnete")).toEqual({
    kind: "unknown",
    code: "unreadable_answer",
    message: "Gnete answered in a form its documents do not show (total, name).",
  })
  expect(readAs(z.string(), 1, "Gnete")).toMatchObject({
    message: "Gnete answered in a form its documents do not show.",
  })
})

it("empty parameters are left out, zero is not", () => {
  expect(present({ a: "", b: undefined, c: 0, d: "x" })).toEqual({ c: 0, d: "x" })
})

it("a notification is text of at most 16 KB", () => {
  expect(readText(Buffer.from("ชา"))).toBe("ชา")
  expect(readText(Buffer.alloc(16 * 1024, "a"))).toHaveLength(16 * 1024)
  expect(readText(Buffer.alloc(16 * 1024 + 1, "a"))).toBeUndefined()
  expect(readText(Buffer.from([0xc3, 0x28]))).toBeUndefined()
})
