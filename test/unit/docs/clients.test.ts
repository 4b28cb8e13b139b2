import * as gnete from "../../../src/services/gnete/mapping"
import { GneteClient } from "../../../src/services/gnete"
import * as ksher from "../../../src/services/ksher/mapping"
import { KsherClient } from "../../../src/services/ksher"
import { read } from "./pages"

/** Where the errors of each method are decided: rows of a code or text, each with what it means. */
type Table = Readonly<Record<string, object>> | readonly (readonly [string, object])[]

const tables: Record<string, Record<string, Table>> = {
  ksher: {
    gatewayPay: ksher.gatewayPayCodes,
    nativePay: ksher.nativePayErrors,
    gatewayOrderQuery: ksher.queryErrors,
    orderQuery: ksher.queryErrors,
    cancelOrder: ksher.cancelOrderCodes,
    orderClose: ksher.orderCloseErrors,
    orderRefund: ksher.orderRefundErrors,
    orderQueryPayout: ksher.queryErrors,
    refundQuery: { ...ksher.refundQueryErrors, anyOther: ksher.refundsUntold("") },
  },
  gnete: {
    unifiedOrder: gnete.unifiedOrderTexts,
    payQuery: gnete.payQueryTexts,
    payClose: gnete.payCloseTexts,
    payCancel: gnete.payCancelTexts,
    cancelQuery: gnete.cancelQueryTexts,
    refundOrder: gnete.refundOrderTexts,
    refundQuery: gnete.refundQueryTexts,
  },
}

const reasonsOf = (table: Table): string[] => {
  const meanings = Array.isArray(table) ? table.map(([, meaning]) => meaning as object) : Object.values(table)
  return [
    ...new Set(meanings.flatMap((meaning) => ("reason" in meaning ? [String(meaning.reason)] : []))),
  ].sort()
}

const methodsOf = (client: { prototype: object }) =>
  Object.getOwnPropertyNames(client.prototype).filter((name) => name !== "constructor")

const methods = [
  ...methodsOf(KsherClient).map((name) => ["ksher", name] as const),
  ...methodsOf(GneteClient).map((name) => ["gnete", name] as const),
]

describe.each(methods)("of %s, %s", (gateway, name) => {
  const source = read(`src/services/${gateway}/client.ts`)
  const comment = new RegExp(`/\\*\\*((?:(?!\\*/)[^])*)\\*/\\s+async ${name}\\(`).exec(source)?.[1] ?? ""
  const text = comment.replace(/\s*\n\s*\* ?/g, " ")

  it("says units and source", () => {
    expect(text).toMatch(/ Units: \S.*\. /)
    expect(text).toMatch(/ Source: \S.*\./)
  })

  it("names every reason it may be refused for, and no other", () => {
    const errors = / Errors: (.*?)\. Source:/.exec(text)?.[1] ?? ""
    const named = [...errors.matchAll(/`(\w+)`/g)].map(([, reason]) => reason).sort()
    expect(named).toEqual(reasonsOf(tables[gateway]?.[name] ?? {}))
    // No page documents a refusal of it, and its comment says so.
    if (["merchantInfo", "getSettlementInfo", "getPayoutBalance", "payout"].includes(name))
      expect(errors).toBe("none documented")
    else expect(named).not.toEqual([])
  })

  it.each(["docs/clients.md", "docs/zh/clients.md"])("is in the table of %s", (page) => {
    expect(read(page)).toContain(`\`${name}\``)
  })
})
