import { generateKeyPairSync } from "node:crypto"

import { checkAtBoot } from "../../../src/loaders/check-at-boot"
import { GnetePaymentProvider } from "../../../src/services/gnete/provider"
import { isRouteMissing, noteNotificationRoute } from "../../../src/services/host/mounted"
import { KsherPaymentProvider } from "../../../src/services/ksher/provider"
import { requirePluginEntry } from "../../../src/services/provider"

const privateKey = generateKeyPairSync("rsa", {
  modulusLength: 1024,
  privateKeyEncoding: { type: "pkcs1", format: "pem" },
  publicKeyEncoding: { type: "spki", format: "pem" },
}).privateKey

const ksher = {
  appid: "mch35000",
  privateKey,
  channels: ["truemoney"],
  notifyBaseUrl: "https://shop.example",
  returnUrl: "https://shop.example/back",
}
const gnete = {
  mchNo: "M1621873433953",
  appId: "60cc09bce4b0f1c0b83761c9",
  appSecret: "a secret made for this test".replaceAll(" ", ""),
  wayCodes: ["UP_OP"],
  notifyBaseUrl: "https://shop.example",
}

describe("wrong options stop the boot with a sentence that names the option", () => {
  it.each([
    [{ ...ksher, appid: undefined }, /"appid" is missing.*merchant\.ksher\.net/],
    [{ ...ksher, privateKey: "-----BEGIN NONSENSE" }, /"privateKey"/],
    [{ ...ksher, apppid: "x" }, /"apppid" is not known/],
    [{ ...ksher, notifyBaseUrl: "https://shop.example/?a=b" }, /"notifyBaseUrl".*\?/],
  ])("Ksher %#", (options, sentence) => {
    expect(() => {
      KsherPaymentProvider.validateOptions(options)
    }).toThrow(sentence)
  })

  it.each([
    [{ ...gnete, appSecret: undefined }, /"appSecret" is missing/],
    [{ ...gnete, wayCodes: [] }, /"wayCodes"/],
    [{ ...gnete, secret: "x" }, /"secret" is not known/],
  ])("Gnete %#", (options, sentence) => {
    expect(() => {
      GnetePaymentProvider.validateOptions(options)
    }).toThrow(sentence)
  })

  it("takes what is right", () => {
    KsherPaymentProvider.validateOptions({ ...ksher, privateKey: privateKey.replaceAll("\n", "\\n") })
    GnetePaymentProvider.validateOptions(gnete)
  })
})

describe("the module looks at the whole configuration when the server boots", () => {
  const boot = async (options: object, notifyBaseUrl: string) => {
    const lines: string[] = []
    const configModule = {
      modules: {
        payment: {
          options: {
            providers: [
              { resolve: "medusa-payment-ksher-gnete/providers/ksher", id: "th", options: { notifyBaseUrl } },
              { resolve: "@medusajs/medusa/payment-stripe", id: "stripe", options: {} },
            ],
          },
        },
      },
    }
    await checkAtBoot({
      container: { resolve: () => configModule },
      options,
      logger: { info: (line: string) => lines.push(line) },
    } as never)
    return lines
  }

  it("prints the URL to register, per provider entry", async () => {
    expect(await boot({}, "https://shop.example/")).toEqual([
      expect.stringMatching(/pp_ksher_th.*https:\/\/shop\.example\/hooks\/gateway\/pp_ksher_th$/),
    ])
  })

  it("stops at an option of the plugin that nobody knows", async () => {
    await expect(boot({ storefrontCancel: { enable: true } }, "https://shop.example")).rejects.toThrow(
      /storefrontCancel/,
    )
    await expect(boot({ notificationRetentionDays: 0 }, "https://shop.example")).rejects.toThrow(
      /notificationRetentionDays/,
    )
  })

  it.each([129, 150, 400])(
    "stops at a notify URL of %d characters, and counts its provider id",
    async (length) => {
      const rest = "https://.example/hooks/gateway/pp_ksher_th".length
      const notifyBaseUrl = `https://${"a".repeat(length - rest)}.example`
      const sentence = new RegExp(`pp_ksher_th .* has ${length} characters and the gateways take 128`)
      await expect(boot({}, notifyBaseUrl)).rejects.toThrow(sentence)
      // No other door says it first, with another number.
      expect(() => {
        KsherPaymentProvider.validateOptions({ ...ksher, notifyBaseUrl })
        GnetePaymentProvider.validateOptions({ ...gnete, notifyBaseUrl })
      }).not.toThrow()
    },
  )
})

describe("a shop that has provider entries and no plugins entry", () => {
  it("does not boot, and the sentence says what to add", () => {
    expect(() => requirePluginEntry({ modules: { payment: {} } })).toThrow(
      /not under plugins in medusa-config.*add \{ resolve: "medusa-payment-ksher-gnete"/,
    )
    expect(() => requirePluginEntry({ modules: { gateway_payments: false } })).toThrow(/not under plugins/)
    const others = { modules: { payment: {} }, plugins: ["another-plugin", { resolve: "one-more" }, null] }
    expect(() => requirePluginEntry(others)).toThrow(/not under plugins/)
  })

  it("boots with the entry, and where no shop is booting", () => {
    requirePluginEntry({ modules: { payment: {}, gateway_payments: {} } })
    requirePluginEntry({ modules: { payment: {} }, plugins: ["medusa-payment-ksher-gnete"] })
    requirePluginEntry({ modules: { payment: {} }, plugins: [{ resolve: "../medusa-payment-ksher-gnete" }] })
    requirePluginEntry({})
    requirePluginEntry()
  })
})

it("a process that answers requests needs the route for notifications; a worker, a command and a program of the shop's do not", () => {
  expect(isRouteMissing({ workerMode: "shared", command: "start" })).toBe(true)
  expect(isRouteMissing({ workerMode: "server", command: "develop" })).toBe(true)
  expect(isRouteMissing({ workerMode: "server", command: undefined })).toBe(false)
  expect(isRouteMissing({ workerMode: "server", command: "db:migrate:scripts" })).toBe(false)
  expect(isRouteMissing({ workerMode: "worker", command: "start" })).toBe(false)
  expect(isRouteMissing({ workerMode: "shared", command: "exec" })).toBe(false)
  noteNotificationRoute()
  expect(isRouteMissing({ workerMode: "shared", command: "start" })).toBe(false)
})
