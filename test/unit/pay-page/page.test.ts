import { createHash } from "node:crypto"

import { encode } from "uqr"

import { notices, languages, wayOf } from "../../../src/core"
import type { PaymentAction, PaymentMethod } from "../../../src/core"
import {
  drawPage,
  drawRefusal,
  drawUnknown,
  hashOf,
  isProof,
  isToken,
  languageOf,
  newToken,
  proofOf,
} from "../../../src/services/pay-page"
import type { PageContent } from "../../../src/services/pay-page"
import { texts } from "../../../src/services/pay-page/texts"
import { qrPicture } from "../../../src/services/pay-page/qr"

const now = new Date("2026-03-01T10:00:00Z")

const method = (channel: string): PaymentMethod => {
  const { kind, name, device } = wayOf(channel)
  const rest = {
    available: true,
    reason: null,
    minimum: 0,
    maximum: null,
    digits: 2,
    instalments: null,
  } as const
  return { providerId: "pp_ksher_th", channel, kind, name, device, refunds: "part", ...rest }
}

const content = (patch: Partial<PageContent> = {}): PageContent => ({
  language: "en",
  shop: "Tea & Cake",
  amount: "350.50",
  currency: "thb",
  view: { kind: "choose", tried: null, isEarlierOpen: false },
  methods: [method("truemoney"), method("card")],
  proof: "proof",
  state: "abc",
  notice: null,
  isChosen: false,
  now,
  ...patch,
})

const paying = (action: PaymentAction, patch: Partial<PageContent> = {}) =>
  content({
    view: {
      kind: "pay",
      isEarlierOpen: false,
      payment: {
        ...{ sessionId: "payses_1", providerId: "pp_ksher_th", gateway: "ksher", state: "pending" },
        ...{ channel: "promptpay", askedChannel: "promptpay", unwanted: null },
        ...{ action, expiresAt: new Date(now.getTime() + 899_000), openedAt: now },
        ...{ amount: 35_050, digits: 2, returnedUnsaid: false, returning: false },
      },
    },
    ...patch,
  })

describe("a page", () => {
  it("writes whatever a shop is called as text", () => {
    const { body } = drawPage(content({ shop: `<script>alert("1")</script>` }))
    expect(body).toContain("Pay &#60;script&#62;alert(&#34;1&#34;)&#60;/script&#62;")
    expect(body.match(/<script/g)).toHaveLength(1)
  })

  it("leads nowhere but to web pages", () => {
    const { body } = drawPage(paying({ type: "redirect", url: "javascript:alert(1)" }))
    expect(body).not.toContain("javascript:")
    expect(drawPage(content({ view: { kind: "paid" }, backUrl: "javascript:alert(1)" })).body).not.toContain(
      "javascript:",
    )
  })

  it("with a code shows amount, code, time left and a way to save it", () => {
    const { body, policy } = drawPage(paying({ type: "qr", content: "00020101021129370016A000000677010111" }))
    expect(body).toMatch(/THB\s350\.50/)
    expect(body).toContain("14:59")
    expect(body).toContain('download="payment-qr.png"')
    expect(policy).toContain("img-src data:;")
  })

  it.each([
    ["https://img.gateway.example/qr/1.png?x=1", "img-src data: https://img.gateway.example;"],
    ["data:image/png;base64,AAAA", "img-src data:;"],
    ["ftp://img.gateway.example/1.png", "img-src data:;"],
  ])("with the gateway's own picture %s lets that host's alone in", (image, allowed) => {
    expect(drawPage(paying({ type: "qr", image })).policy).toContain(allowed)
  })

  it("carries the very style and script that its policy allows", () => {
    const { body, policy } = drawPage(content())
    for (const [tag, source] of [
      ["style", "style-src"],
      ["script", "script-src"],
    ]) {
      const inside = new RegExp(`<${tag}>([^]*?)</${tag}>`).exec(body)?.[1] ?? ""
      const hash = createHash("sha256").update(inside).digest("base64")
      expect(policy).toContain(`${source} 'sha256-${hash}'`)
    }
  })

  it("is small, whatever it shows, and loads nothing", () => {
    const methods = Array.from({ length: 40 }, () => method("truemoney"))
    const longest = drawPage(paying({ type: "qr", content: "x".repeat(512) }, { methods })).body
    expect(Buffer.byteLength(longest)).toBeLessThan(60 * 1024)
    expect(longest).not.toMatch(/src="(?!data:)|@import|url\(/)
  })

  it("without JavaScript loads itself again while a payment is awaited", () => {
    const refresh = '<noscript><meta http-equiv="refresh"'
    expect(drawPage(paying({ type: "redirect", url: "https://pay.example" })).body).toContain(refresh)
    expect(drawPage(content({ view: { kind: "paid" } })).body).not.toContain(refresh)
  })

  describe("goes on to the gateway's page by itself", () => {
    const link = { type: "redirect", url: "https://pay.example/?a=1&b=2" } as const
    const goesOn = (drawn: PageContent) => {
      const { body } = drawPage(drawn)
      return [body.includes('data-onwards="1"'), body.includes("1;url=https://pay.example/?a=1&#38;b=2")]
    }

    it("once the shopper has chosen it, with and without a script", () => {
      expect(goesOn(paying(link, { isChosen: true }))).toEqual([true, true])
      expect(drawPage(paying(link, { isChosen: true })).body).toContain('class="button act"')
    })

    it("and not where the shopper comes back, has a code to scan, or is to be warned first", () => {
      const warned = paying(link, { isChosen: true })
      if (warned.view.kind === "pay") warned.view.isEarlierOpen = true
      for (const drawn of [
        paying(link),
        paying({ type: "qr", content: "x" }, { isChosen: true }),
        paying({ type: "redirect", url: "javascript:alert(1)" }, { isChosen: true }),
        content({ isChosen: true, view: { kind: "paid" } }),
        warned,
      ])
        expect(goesOn(drawn)).toEqual([false, false])
    })
  })

  it("says what went wrong only while there is something to do about it", () => {
    const said = "The payment could not be opened"
    expect(drawPage(content({ notice: "not_opened" })).body).toContain(said)
    expect(drawPage(content({ notice: "not_opened", view: { kind: "paid" } })).body).not.toContain(said)
  })

  it("warns of an earlier code for as long as it may be paid", () => {
    const said = "Do not pay with it"
    const view = { kind: "choose", tried: null, isEarlierOpen: true } as const
    expect(drawPage(content({ view })).body).toContain(said)
    expect(drawPage(content()).body).not.toContain(said)
  })

  it("writes a shop's name as it is", () => {
    expect(drawPage(content({ shop: "$& $' $$" })).body).toContain("Pay $&#38; $&#39; $$")
  })

  it("that is refused says why, without the amount", () => {
    const { body } = drawPage(content({ view: { kind: "refused", why: "amount_changed" } }))
    expect(body).toContain("The amount has changed")
    expect(body).not.toContain("350")
    expect(drawRefusal("en", "nothing_owed")).toMatchObject({ status: 410 })
    expect(drawUnknown("en")).toMatchObject({ status: 403 })
  })
})

describe("languages", () => {
  it.each([
    ["th-TH,th;q=0.9,en;q=0.8", "th"],
    ["zh-HK,zh;q=0.9", "zh-TW"],
    ["zh-Hant-CN", "zh-TW"],
    ["zh", "zh-CN"],
    ["fr;q=0.9, zh-SG;q=0.5, en;q=0.4", "zh-CN"],
    ["en;q=0, th;q=0.1", "th"],
    ["de, fr", "en"],
    ["", "en"],
    [undefined, "en"],
    [`${"x,".repeat(5000)}th`, "en"],
  ])("%s is read in %s", (accepted, language) => {
    expect(languageOf(accepted)).toBe(language)
  })

  it.each(languages)("%s has every text, with the same places to fill in", (language) => {
    const flat = (value: object): Record<string, string> =>
      Object.fromEntries(
        Object.entries(value).flatMap(([key, text]): [string, string][] =>
          typeof text === "string"
            ? [[key, text]]
            : Object.entries(flat(text)).map(([inner, one]) => [`${key}.${inner}`, one]),
        ),
      )
    const places = (text: string) => text.match(/\{\w+\}/g) ?? []
    const [ours, english] = [flat(texts[language]), flat(texts.en)]
    expect(Object.keys(ours)).toEqual(Object.keys(english))
    for (const [key, text] of Object.entries(ours)) {
      expect([key, places(text)]).toEqual([key, places(english[key]!)])
      expect(text.trim()).not.toBe("")
    }
    expect(Object.keys(texts[language].notice).sort()).toEqual([...notices].sort())
  })
})

describe("a token", () => {
  it("has 192 random bits, and what is kept of it does not lead back", () => {
    const tokens = Array.from({ length: 100 }, () => newToken())
    expect(new Set(tokens).size).toBe(100)
    for (const token of tokens) {
      expect(isToken(token)).toBe(true)
      expect(Buffer.from(token, "base64url")).toHaveLength(24)
    }
    expect(newToken((bytes) => Buffer.alloc(bytes, 7))).toBe(Buffer.alloc(24, 7).toString("base64url"))
    expect(hashOf("a")).not.toBe(hashOf("b"))
  })

  it("is proved by what is derived from it alone, and that is not what is kept", () => {
    const token = newToken()
    expect(isProof(proofOf(token), token)).toBe(true)
    for (const other of [token, hashOf(token), proofOf(newToken()), "", undefined, ["x"]])
      expect(isProof(other, token)).toBe(false)
  })
})

it("a code is drawn as a picture of its own modules", () => {
  const { size } = encode("promptpay", { ecc: "M", border: 0 })
  const png = Buffer.from(qrPicture("promptpay").split(",")[1]!, "base64")
  expect(png.readUInt32BE(16)).toBe((size + 8) * 6)
})
