import { generateKeyPairSync, randomBytes } from "node:crypto"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import path from "node:path"

import { startSandbox, type Sandbox } from "../../../src/sandbox"
import { systemTimer } from "../../../src/services/transport"
import { HeldCalls } from "../../support/held-calls"
import { folderWith, removeFolders, type } from "./terminal"

let sandbox: Sandbox

const held = new HeldCalls()
systemTimer.start = held.timer

beforeAll(async () => (sandbox = await startSandbox({ onHeld: held.onHeld })))
afterAll(() => sandbox.stop())
afterEach(async () => {
  removeFolders()
  await sandbox.clearFaults()
})

const strangersKey = generateKeyPairSync("rsa", { modulusLength: 1024 })
  .privateKey.export({ type: "pkcs1", format: "pem" })
  .toString()

const ksherOptions = () => ({
  ...sandbox.ksher,
  channels: ["truemoney"],
  notifyBaseUrl: "https://shop.example",
  returnUrl: "https://shop.example/back",
})
const gneteOptions = () => ({
  ...sandbox.gnete,
  wayCodes: ["UP_OP"],
  notifyBaseUrl: "https://shop.example",
})

const doctor = (gateway: "ksher" | "gnete", options: object, more = {}) =>
  type(["doctor", "--provider", gateway, "--options", "options.json"], {
    directory: folderWith({ "options.json": JSON.stringify(options) }),
    ...more,
  })

const notification = (...channels: string[]) => ({
  resolve: "@medusajs/medusa/notification",
  options: {
    providers: [{ resolve: "@medusajs/medusa/notification-local", id: "local", options: { channels } }],
  },
})

const plugins = [{ resolve: "medusa-payment-ksher-gnete", options: {} }]

const shop = (
  ksher: object,
  gnete: object,
  plugins: unknown = [],
  more: object = {},
  told: unknown = notification("feed"),
) => `module.exports = {
  projectConfig: { http: { storeCors: "https://shop.example" } },
  ...${JSON.stringify(more)},
  modules: { notification: ${JSON.stringify(told)}, payment: { resolve: "@medusajs/medusa/payment", options: { providers: [
    { resolve: "medusa-payment-ksher-gnete/providers/ksher", id: "th", options: ${JSON.stringify(ksher)} },
    { resolve: "medusa-payment-ksher-gnete/providers/gnete", id: "hk", options: ${JSON.stringify(gnete)} },
    { resolve: "some-other/provider", id: "x" },
  ] } } },
  plugins: ${JSON.stringify(plugins)},
}`

it("finds nothing to fix in a shop that is in order, and signs a query at each gateway", async () => {
  const plugins = [
    "other",
    { resolve: "medusa-payment-ksher-gnete", options: { notificationRetentionDays: 30 } },
  ]
  const { code, lines } = await type(["doctor"], {
    directory: folderWith({ "medusa-config.js": shop(ksherOptions(), gneteOptions(), plugins) }),
  })
  expect(lines.filter((line) => /^wrong|^note/.test(line))).toEqual([])
  expect(lines).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^ok +plugin +options/),
      expect.stringMatching(/^ok +pp_ksher_th +keys +RSA private key of \d+ bits/),
      expect.stringMatching(/^ok +pp_ksher_th +notifications .*\/hooks\/gateway\/pp_ksher_th /),
      expect.stringMatching(/^ok +pp_ksher_th +clock/),
      expect.stringMatching(/^ok +pp_ksher_th +query +Ksher answers for account mch/),
      expect.stringMatching(/^ok +pp_gnete_hk +query +Gnete answers for account M/),
    ]),
  )
  expect(code).toBe(0)
  const calls = (await sandbox.calls()).map(({ call }) => call)
  expect(calls).toEqual(expect.arrayContaining(["gateway_order_query", "order_query", "pay/query"]))
  expect(await sandbox.books()).toEqual([])
})

describe("refunds that are paid out", () => {
  const payouts = { encryptionKey: `1:${randomBytes(32).toString("base64")}`, maxAmount: 1000 }
  const found = async (payoutBalance: number | null, options: object = { payouts }) => {
    const account = await sandbox.addKsherMerchant({ payoutBalance })
    const { lines } = await doctor("ksher", { ...ksherOptions(), ...account, ...options })
    return lines.filter((line) => line.includes(" payouts ")).map((line) => line.replace(/\s+/g, " "))
  }
  const opens = expect.stringMatching(/^ok .* The key of payouts seals and opens \(version 1\)\.$/) as unknown

  it.each<[string, number | null, RegExp]>([
    ["there is money for them", 123_456, /^ok .* The balance for payouts is THB 1234\.56\.$/],
    ["there is none", 0, /^note .* The balance for payouts is THB 0\.00\.$/],
    [
      "the account has no contract for them",
      null,
      /^wrong .* Ksher does not tell the balance for payouts: .*Ask Ksher whether the account has the contract\.$/,
    ],
  ])("%s", async (_, balance, said) => {
    expect(await found(balance)).toEqual([opens, expect.stringMatching(said)])
  })

  it.each(["http500", "bad_signature", "timeout"] as const)(
    "their balance cannot be read: %s",
    async (kind) => {
      await sandbox.fault({ gateway: "ksher", call: "get_payout_balance", kind, when: "before" })
      expect(await found(1, { payouts })).toEqual([
        opens,
        expect.stringMatching(/^wrong .* could not be read: .+ Until it can be, no payout is sent\.$/),
      ])
      await sandbox.clearFaults()
    },
  )

  it("names the versions of the keys, and shows none of them", async () => {
    const key = () => randomBytes(32).toString("base64")
    const [next, before] = [key(), key()]
    const keys = `2:${next},1:${before}`
    const lines = await found(1, { payouts: { ...payouts, encryptionKey: keys } })
    expect(lines[0]).toMatch(/^ok .* seals and opens \(version 2; what 1 sealed is opened too\)\.$/)
    expect([next, before].filter((one) => lines.join().includes(one))).toEqual([])
  })

  it.each([
    ["is missing", undefined],
    ["is too short", `1:${randomBytes(16).toString("base64")}`],
    ["has no version", randomBytes(32).toString("base64")],
    ["names a version twice", [1, 1].map((one) => `${one}:${randomBytes(32).toString("base64")}`).join()],
  ])("their key %s: the options are wrong, and the key is not shown", async (_, encryptionKey) => {
    const { code, text } = await doctor("ksher", {
      ...ksherOptions(),
      payouts: { encryptionKey, maxAmount: 1000 },
    })
    expect(text).toMatch(/^wrong +\S+ +options .*payouts.*encryptionKey/m)
    if (encryptionKey) expect(text).not.toContain(encryptionKey.slice(2, 20))
    expect(code).toBe(1)
  })

  it("says nothing of them where the shop has none", async () => {
    expect(await found(0, {})).toEqual([])
    expect(await found(0, { payouts: { ...payouts, enabled: false } })).toEqual([])
  })
})

describe("whether alerts reach anybody", () => {
  const alerts = async (options: object, told?: unknown) => {
    const plugins = [{ resolve: "medusa-payment-ksher-gnete", options: { alerts: options } }]
    const config = shop(ksherOptions(), gneteOptions(), plugins, {}, told)
    const { lines } = await type(["doctor"], { directory: folderWith({ "medusa-config.js": config }) })
    return lines.filter((line) => / plugin +alerts /.test(line)).map((line) => line.replace(/\s+/g, " "))
  }
  const mail = { channels: [{ channel: "email", to: "shop@shop.example" }] }

  it.each<[string, object, unknown, RegExp[]]>([
    ["the bell has its provider", {}, notification("feed"), [/^ok .*: feed\.$/]],
    [
      "providers of the shop's own replaced the bell's",
      {},
      notification("email"),
      [/^wrong .*bell: add .*notification-local/],
    ],
    [
      "no provider at all",
      mail,
      { resolve: "@medusajs/medusa/notification" },
      [/^wrong .*bell/, /^wrong .*"email"/],
    ],
    ["no module", {}, false, [/^wrong .*none is configured: add/]],
    [
      "a module that is switched off",
      {},
      { ...notification("feed"), disable: true },
      [/^wrong .*none is configured/],
    ],
    ["mail as well", mail, notification("feed", "email"), [/^ok .*: feed, email\.$/]],
    [
      "mail by Medusa's cloud",
      { feed: false, ...mail },
      { options: { cloud: { apiKey: "k" } } },
      [/^ok .*: email\.$/],
    ],
    [
      "a report to a chat that nobody serves",
      { feed: false, report: { timeZone: "Asia/Bangkok", channel: "slack", to: "#shop" } },
      notification("feed"),
      [/^wrong .*"slack"/],
    ],
    ["nobody is told anything", { feed: false }, false, []],
  ])("%s", async (_, options, told, expected) => {
    expect(await alerts(options, told)).toEqual(expected.map((line) => expect.stringMatching(line) as string))
  })

  it("reads the module from a list, too", async () => {
    const config = `module.exports = { modules: [${JSON.stringify(notification("feed"))}, { resolve: "@medusajs/medusa/payment",
      options: { providers: [{ resolve: "x/providers/gnete", options: ${JSON.stringify(gneteOptions())} }] } }],
      plugins: ["medusa-payment-ksher-gnete"] }`
    const { lines } = await type(["doctor"], { directory: folderWith({ "medusa-config.js": config }) })
    expect(lines).toContainEqual(expect.stringMatching(/^ok +plugin +alerts /))
  })
})

describe("what a proxy logs of the pay page", () => {
  const reminder = async (ksher: object, options: object) => {
    const plugins = [{ resolve: "medusa-payment-ksher-gnete", options }]
    const config = shop({ ...ksherOptions(), ...ksher }, gneteOptions(), plugins)
    const { code, lines } = await type(["doctor"], { directory: folderWith({ "medusa-config.js": config }) })
    expect(code).toBe(0)
    return lines.filter((line) => / plugin +pay page /.test(line))
  }

  it.each([
    ["where an entry leads to it", { checkout: "page" }, {}, "72 hours"],
    ["where the plugin's options name it", {}, { payPage: { linkHours: 24 } }, "24 hours"],
  ])("is a reminder and no failure %s", async (_, ksher, options, hours) => {
    expect(await reminder(ksher, options)).toEqual([expect.stringMatching(/^note .*\/pay\/ out of the logs/)])
    expect((await reminder(ksher, options))[0]).toContain(hours)
  })

  it("is not spoken of in a shop without the page", async () => {
    expect(await reminder({}, {})).toEqual([])
  })
})

it("a shop without the plugins entry is not in order: notifications would be answered 404", async () => {
  const { code, text } = await type(["doctor"], {
    directory: folderWith({ "medusa-config.js": shop(ksherOptions(), gneteOptions()) }),
  })
  expect(text).toMatch(/^wrong +plugin +entry +medusa-payment-ksher-gnete is not under plugins/m)
  expect(code).toBe(1)
})

describe("everything that is wrong is said in one run", () => {
  const lines = async (ksher: object, gnete: object, more: object = {}) => {
    const config = shop({ ...ksherOptions(), ...ksher }, { ...gneteOptions(), ...gnete }, plugins, more)
    return (await type(["doctor"], { directory: folderWith({ "medusa-config.js": config }) })).lines
  }
  const bad = (all: string[]) =>
    all.filter((line) => /^(wrong|note)/.test(line)).map((line) => line.replace(/ +/g, " "))

  it("options of both gateways, with what was meant", async () => {
    const found = bad(
      await lines(
        { appid: undefined, appId: "mch1", chanels: ["card"], returnUrl: "undefined/checkout" },
        { sameDayCancel: { cutof: "23:00" }, notifyBaseUrl: "https://undefined" },
      ),
    )
    expect(found).toEqual([
      expect.stringMatching(/^wrong pp_ksher_th options Ksher option "appid" is missing/),
      expect.stringMatching(/^wrong pp_ksher_th options Ksher option "returnUrl" .* begins with "undefined"/),
      expect.stringMatching(/^wrong pp_ksher_th options Ksher option "appId" is not known: write "appid"/),
      expect.stringMatching(/^wrong pp_ksher_th options Ksher option "chanels" .* write "channels"/),
      expect.stringMatching(/^wrong pp_gnete_hk options .*"sameDayCancel.cutof" .* write "cutoff"/),
      expect.stringMatching(/^wrong pp_gnete_hk options .*"notifyBaseUrl" .* begins with "undefined"/),
    ])
  })

  it("placeholders, which have the form of the real thing", async () => {
    const found = bad(await lines({ appid: "xxxx" }, { appSecret: "your-app-secret", mchNo: "changeme" }))
    expect(found).toEqual([
      expect.stringMatching(/^wrong pp_ksher_th options Option "appid" is a placeholder/),
      expect.stringMatching(/^wrong pp_gnete_hk options Option "mchNo" is a placeholder/),
      expect.stringMatching(/^wrong pp_gnete_hk options Option "appSecret" is a placeholder/),
    ])
  })

  it("codes that no table has", async () => {
    const found = bad(await lines({ channels: ["true_money"] }, { wayCodes: ["UPOP"] }))
    expect(found).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^note pp_ksher_th options .*did you mean truemoney/),
        expect.stringMatching(/^note pp_gnete_hk options .*did you mean UP_OP/),
      ]),
    )
  })

  it("an id that no address can have, and a provider that this package has not", async () => {
    const config = shop(ksherOptions(), gneteOptions(), plugins)
      .replace('id: "th"', 'id: "th_long name!"')
      .replace("some-other/provider", "medusa-payment-ksher-gnete/providers/kscher")
    const { text } = await type(["doctor"], { directory: folderWith({ "medusa-config.js": config }) })
    expect(text).toMatch(/^wrong +pp_ksher_th_long name! notifications +The id of a provider entry/m)
    expect(text).toMatch(
      /^wrong +plugin +providers +medusa-payment-ksher-gnete\/providers\/kscher is no provider/m,
    )
  })
})

describe("what of Medusa's own configuration it looks at", () => {
  const found = async (projectConfig: object, modules: object = {}, env: Record<string, string> = {}) => {
    const config = shop(ksherOptions(), gneteOptions(), plugins, { projectConfig }).replace(
      "modules: {",
      `modules: { ...${JSON.stringify(modules)},`,
    )
    const { lines } = await type(["doctor"], { directory: folderWith({ "medusa-config.js": config }), env })
    return lines.filter((line) => line.includes(" medusa ")).map((line) => line.replace(/ +/g, " "))
  }
  const shared = {
    event_bus: { resolve: "@medusajs/medusa/event-bus-redis" },
    workflows: { resolve: "@medusajs/medusa/workflow-engine-redis" },
    locking: {
      resolve: "@medusajs/medusa/locking",
      options: { providers: [{ resolve: "@medusajs/medusa/locking-postgres", id: "postgres" }] },
    },
  }

  it("a shop of one instance, and its storefront", async () => {
    expect(await found({ http: { storeCors: "http://localhost:8000, https://shop.example" } })).toEqual([
      "ok medusa CORS The storefront's address is in storeCors.",
      expect.stringMatching(/^ok medusa worker mode/),
      expect.stringMatching(/^ok medusa instances Events, workflows, locks are kept .* enough for one/),
    ])
  })

  it.each([
    ["https://other.example", "note"],
    ["/shop\\.example$/", "ok"],
    ["/other\\.example$/", "note"],
    ["/(/", "note"],
  ])("storeCors %s: %s", async (storeCors, verdict) => {
    expect((await found({ http: { storeCors } }))[0]).toMatch(new RegExp(`^${verdict} medusa CORS`))
  })

  it("several instances need what they share", async () => {
    expect(await found({ workerMode: "server" })).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^note medusa worker mode .*"worker" or "shared"/),
        expect.stringMatching(/^wrong medusa instances Events, workflows, locks/),
      ]),
    )
    expect(await found({ workerMode: "worker" }, shared)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^note medusa worker mode .*takes no notifications/),
        "ok medusa instances Events, workflows and locks are shared by all instances.",
      ]),
    )
    const { locking, ...others } = shared
    expect(locking).toBeDefined()
    expect(await found({}, others, { NODE_ENV: "production" })).toContainEqual(
      expect.stringMatching(/^note medusa instances Locks are kept/),
    )
  })
})

describe("whether the notification URL answers", () => {
  const route = async (status: number, body: string, headers: Record<string, string> = {}) => {
    const asked: string[] = []
    const server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`)
      response.writeHead(status, headers).end(body)
    })
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    const notifyBaseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const config = shop({ ...ksherOptions(), notifyBaseUrl }, gneteOptions(), plugins)
    const { lines } = await type(["doctor"], { directory: folderWith({ "medusa-config.js": config }) })
    await new Promise((resolve) => server.close(resolve))
    expect(asked).toEqual(["POST /hooks/gateway/pp_ksher_th"])
    return lines.find((line) => /pp_ksher_th +route/.test(line))
  }

  it.each([
    [400, '{"result":"FAIL","msg":"unreadable"}', /^ok .*The notification URL answers/],
    [400, "fail", /^ok /],
    [404, '{"result":"FAIL","msg":"unknown provider"}', /^wrong .*does not know this provider/],
    [503, '{"result":"FAIL","msg":"could not be stored"}', /^wrong .*look at the database/],
    [404, "Cannot POST", /^wrong .*404, and not from this plugin/],
    [200, "OK", /^note .*look at the proxy/],
  ])("%d %s", async (status, body, expected) => {
    expect(await route(status, body)).toMatch(expected)
  })

  it("a redirect, which no gateway follows", async () => {
    expect(await route(301, "", { location: "https://shop.example" })).toMatch(/^wrong .*redirects \(301\)/)
  })

  it("nobody is there yet", async () => {
    const config = shop({ ...ksherOptions(), notifyBaseUrl: "http://127.0.0.1:9" }, gneteOptions(), plugins)
    const { text } = await type(["doctor"], { directory: folderWith({ "medusa-config.js": config }) })
    expect(text).toMatch(/^skipped +pp_ksher_th +route +Nobody answers/m)
  })
})

describe("the report", () => {
  it("is JSON for a script, with the same exit code", async () => {
    const directory = folderWith({
      "medusa-config.js": shop({ ...ksherOptions(), apppid: "x" }, gneteOptions(), plugins),
    })
    const { code, text } = await type(["doctor", "--json"], { directory })
    const report = JSON.parse(text) as { ok: boolean; findings: object[] }
    expect([code, report.ok]).toEqual([1, false])
    expect(report.findings).toContainEqual({
      about: "pp_ksher_th",
      check: "options",
      verdict: "wrong",
      text: 'Ksher option "apppid" is not known: write "appid".',
    })
  })

  it("has colours where the terminal takes them", async () => {
    const directory = folderWith({ "options.json": JSON.stringify(gneteOptions()) })
    const args = ["doctor", "--provider", "gnete", "--options", "options.json"]
    expect((await type(args, { directory, isColoured: true })).text).toContain("\u001b[32mok")
    expect((await type(args, { directory })).text).not.toContain("\u001b")
  })
})

it("entries beside ours need no options, and the plugin may be named alone", async () => {
  const config = shop(ksherOptions(), gneteOptions(), ["medusa-payment-ksher-gnete"]).replace(
    'id: "x", options: {}',
    'id: "x"',
  )
  const { lines } = await type(["doctor"], { directory: folderWith({ "medusa-config.js": config }) })
  expect(lines).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^ok +plugin +options/),
      expect.stringMatching(/^ok +pp_ksher_th +query/),
    ]),
  )
})

it("reads a medusa-config in TypeScript with what the shop has", async () => {
  const directory = folderWith({
    "medusa-config.ts": `const providers: object[] = [{ resolve: "x/providers/gnete", options: ${JSON.stringify(gneteOptions())} }]
export default { modules: [{ resolve: "@medusajs/medusa/payment", options: { providers } }] }`,
    "node_modules/tsx/package.json": JSON.stringify({ name: "tsx", exports: { "./cjs": "./cjs.js" } }),
    // Jest runs this file's require, which loads TypeScript by itself; the loader need only be found.
    "node_modules/tsx/cjs.js": "",
  })
  const { lines } = await type(["doctor"], { directory })
  expect(lines).toContainEqual(expect.stringMatching(/^ok +pp_gnete +query/))
})

it("says which loader is missing for TypeScript", async () => {
  await expect(
    type(["doctor"], { directory: folderWith({ "medusa-config.ts": "export default {}" }) }),
  ).rejects.toThrow(/neither: install one/)
})

it("says what a wrong option should be, and goes on with the other gateway", async () => {
  const { code, lines } = await type(["doctor"], {
    directory: folderWith({
      "medusa-config.js": shop({ ...ksherOptions(), app_id: "x" }, gneteOptions(), [
        { resolve: "medusa-payment-ksher-gnete", options: { notificationRetentionDays: 0 } },
      ]),
    }),
  })
  expect(lines).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^wrong +plugin +options .*notificationRetentionDays/),
      expect.stringMatching(/^wrong +pp_ksher_th +options .*write "appid"/),
      expect.stringMatching(/^ok +pp_gnete_hk +query/),
      expect.stringMatching(/^2 of \d+ checks/),
    ]),
  )
  expect(code).toBe(1)
})

it("never prints a key, also where it is pasted into the wrong place", async () => {
  const { text } = await doctor("ksher", { ...ksherOptions(), appid: sandbox.ksher.privateKey })
  expect(text).toMatch(/option "appid"/)
  expect(text).not.toContain("PRIVATE KEY")
})

it("a key that is not the account's is refused by the gateway, and the text says where to look", async () => {
  const { code, text } = await doctor("ksher", { ...ksherOptions(), privateKey: strangersKey })
  expect(text).toMatch(/wrong +pp_ksher +query .*(appid|account|key)/)
  expect(code).toBe(1)
})

it("a secret that is not the application's", async () => {
  const { code, text } = await doctor("gnete", { ...gneteOptions(), appSecret: "another-secret" })
  expect(text).toMatch(/note +pp_gnete +keys +The appSecret has 14 characters/)
  expect(text).toMatch(/wrong +pp_gnete +query/)
  expect(code).toBe(1)
})

it("an answer signed with a key that the shop does not expect", async () => {
  const publicKey = generateKeyPairSync("rsa", { modulusLength: 1024 })
    .publicKey.export({ type: "spki", format: "pem" })
    .toString()
  const { text } = await doctor("ksher", { ...ksherOptions(), publicKeys: [publicKey] })
  expect(text).toMatch(/wrong +pp_ksher +query .*publicKeys/)
})

it("a host of the gateway that only refunds need, and that is not reached", async () => {
  const { code, lines } = await doctor("ksher", { ...ksherOptions(), apiUrl: "http://127.0.0.1:9" })
  expect(lines.filter((line) => line.includes(" query "))).toEqual([
    expect.stringMatching(/^ok /),
    expect.stringMatching(/^wrong .*could not be reached/),
  ])
  expect(code).toBe(1)
})

describe("what Ksher says of the account", () => {
  const account = async (merchant: object, options: object = {}, env: Record<string, string> = {}) => {
    const own = await sandbox.addKsherMerchant(merchant)
    const { code, lines } = await doctor("ksher", { ...ksherOptions(), ...own, ...options }, { env })
    return { code, lines: lines.filter((line) => line.includes(" account ") && !line.includes(" query ")) }
  }

  it("its channels and refunds", async () => {
    const { code, lines } = await account({ channels: ["truemoney"], allowPartialRefund: false })
    expect(lines).toEqual([
      expect.stringMatching(/^ok .*A test account with truemoney; whole refunds only\./),
    ])
    expect(code).toBe(0)
  })

  it("a channel that it lost, and another registered address: worth a look", async () => {
    const registeredNotifyUrl = "https://old.example/hook?token=secret"
    const { code, lines } = await account(
      { channels: ["truemoney"], registeredNotifyUrl },
      { channels: ["truemoney", "airpay"] },
    )
    expect(lines.slice(1)).toEqual([
      expect.stringMatching(/^note .*channels_missing: The account does not have airpay/),
      expect.stringMatching(/^note .*notify_url_differs: .*old\.example/),
    ])
    expect(lines.join()).not.toContain("secret")
    expect(code).toBe(0)
  })

  it('channels: "auto" needs an account that names some', async () => {
    expect((await account({ channels: ["truemoney"] }, { channels: "auto" })).code).toBe(0)
    const { code, lines } = await account({ channels: [] }, { channels: "auto" })
    expect(lines).toEqual([expect.stringMatching(/^wrong .*no channel that can be used/)])
    expect(code).toBe(1)
  })

  it("no answer is worth a look, and no fault of the shop's", async () => {
    await sandbox.fault({ gateway: "ksher", call: "merchant_info", kind: "http500", when: "before" })
    const { code, lines } = await account({})
    expect(lines).toEqual([expect.stringMatching(/^note .*did not say what the account may do/)])
    expect(code).toBe(0)
  })
})

it("nothing listens at the address", async () => {
  const { code, text } = await doctor("gnete", { ...gneteOptions(), baseUrl: "http://127.0.0.1:9" })
  expect(text).toMatch(/skipped +pp_gnete +clock/)
  expect(text).toMatch(/wrong +pp_gnete +query .*could not be reached/)
  expect(code).toBe(1)
})

it("the clock, before and after", async () => {
  const shifted = (seconds: number) =>
    doctor("gnete", gneteOptions(), { now: () => new Date(Date.now() + seconds * 1000) })
  expect((await shifted(300)).text).toMatch(/wrong +pp_gnete +clock .*(299|300|301) s ahead/)
  expect((await shifted(-30)).text).toMatch(/note +pp_gnete +clock .*(29|30|31) s behind/)
})

it("a gateway that does not tell its time", async () => {
  const server = createServer((_request, response) => {
    response.sendDate = false
    response.end()
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const { text } = await doctor("gnete", { ...gneteOptions(), baseUrl })
  await new Promise((resolve) => server.close(resolve))
  expect(text).toMatch(/skipped +pp_gnete +clock .*does not tell its time/)
})

it.each([129, 150])("a notification URL of %d characters with its provider id", async (length) => {
  const notifyBaseUrl = "https://shop.example/".padEnd(length - "/hooks/gateway/pp_ksher_th".length, "x")
  const { code, text } = await type(["doctor"], {
    directory: folderWith({
      "medusa-config.js": shop({ ...ksherOptions(), notifyBaseUrl }, { ...gneteOptions(), notifyBaseUrl }),
    }),
  })
  expect(text).toMatch(new RegExp(`wrong +pp_ksher_th +notifications .*has ${length} characters`))
  expect(text).toMatch(new RegExp(`wrong +pp_gnete_hk +notifications .*has ${length} characters`))
  expect(code).toBe(1)
})

describe("the tables", () => {
  /** Stands in for the shop's pg: answers as a database in which these migrations are noted. */
  const pg = (applied: string) => `module.exports = { Client: class {
    async connect() { ${applied === "refuse" ? 'throw Object.assign(new Error("postgres://me:secret@host"), { code: "ECONNREFUSED" })' : ""} }
    async query(sql, asked) {
      if (/to_regclass/.test(sql)) return { rows: [{ name: ${applied === "empty" ? "null" : '"mikro_orm_migrations"'} }] }
      return { rows: ${applied === "all" ? "asked.map((name) => ({ name }))" : "[]"} }
    }
    async end() {}
  } }`
  it("regions: offered where its gateway takes the currency, and nowhere", async () => {
    const linked = [{ provider: "pp_gnete_hk", region: "Thailand", currency: "thb" }]
    const config = shop(ksherOptions(), gneteOptions(), plugins)
    const { text } = await type(["doctor"], {
      env: { DATABASE_URL: "postgres://host/shop" },
      directory: folderWith({
        "medusa-config.js": config,
        "node_modules/pg/index.js": pg("all").replace(
          "async query(sql, asked) {",
          `async query(sql, asked) {
      if (/region_payment_provider/.test(sql)) return { rows: ${JSON.stringify(linked)} }
      if (!/mikro_orm|to_regclass/.test(sql)) return { rows: [] }`,
        ),
      }),
    })
    expect(text).toMatch(/^note +pp_ksher_th +regions +It is in no region/m)
    expect(text).toMatch(
      /^wrong +pp_gnete_hk +regions +It is offered in Thailand \(THB\) and cannot be paid/m,
    )
  })

  it("are looked for in the schema of the configuration", async () => {
    const config = shop(ksherOptions(), gneteOptions(), plugins, {
      projectConfig: { databaseUrl: "postgres://host/shop", databaseSchema: "shop" },
    })
    // Only a connection that was led to the schema sees the tables.
    const inSchema = pg("all").replace(
      "async query(sql, asked) {",
      `async query(sql, asked) {
      if (/set_config\\('search_path'/.test(sql)) { this.schema = asked[0]; return { rows: [] } }
      if (this.schema !== '"shop"') return { rows: [] }
      if (!/mikro_orm|to_regclass/.test(sql)) return { rows: [] }`,
    )
    const { text } = await type(["doctor"], {
      directory: folderWith({ "medusa-config.js": config, "node_modules/pg/index.js": inSchema }),
    })
    expect(text).toMatch(/^ok +database +migrations +All tables are there/m)
  })

  const withPg = (applied: string) =>
    type(["doctor", "--provider", "gnete", "--options", "options.json"], {
      env: { DATABASE_URL: "postgres://me:secret@host/shop" },
      directory: folderWith({
        "options.json": JSON.stringify(gneteOptions()),
        "node_modules/pg/index.js": pg(applied),
      }),
    })

  it.each([
    ["all", /ok +database +migrations/],
    ["none", /wrong +database +migrations +Pending: Migration\d+.*npx medusa db:migrate/],
    ["empty", /wrong +database +migrations +Pending: Migration\d+/],
    ["refuse", /wrong +database +migrations +.*ECONNREFUSED/],
  ])("%s", async (applied, expected) => {
    const { text } = await withPg(applied)
    expect(text).toMatch(expected)
    expect(text).not.toContain("secret@")
  })

  it("are not looked for without a database, or without pg, and the report says so", async () => {
    expect((await doctor("gnete", gneteOptions())).text).toMatch(/skipped +database .*No DATABASE_URL/)
    const env = { DATABASE_URL: "postgres://host/shop" }
    expect((await doctor("gnete", gneteOptions(), { env })).text).toMatch(/skipped +database .*pg is not/)
  })
})

describe("what it cannot work with", () => {
  it.each([
    [["--provider", "ksher"], /together/],
    [["--provider", "paypal", "--options", "options.json"], /ksher or gnete/],
    [["--provider", "ksher", "--options", "options.json"], /options\.json is not JSON/],
    [["--provider", "ksher", "--options", "none.json"], /There is no file .*none\.json: give --options/],
    [["--config", "broken.js"], /could not be run: no database today/],
    [["--config", "empty.js"], /no payment provider/],
    [[], /no medusa-config here/],
  ])("%j", async (args, expected) => {
    const directory = folderWith({
      "options.json": "-----BEGIN PRIVATE KEY-----",
      "broken.js": 'throw new Error("no database today")',
      "empty.js": "module.exports = {}",
    })
    await expect(type(["doctor", ...args], { directory })).rejects.toThrow(expected)
  })

  it("does not quote an options file that it cannot read: it may be a key", async () => {
    const directory = folderWith({ "options.json": "-----BEGIN PRIVATE KEY-----" })
    const problem = await type(["doctor", "--provider", "ksher", "--options", "options.json"], {
      directory,
    }).catch((error: unknown) => String(error))
    expect(problem).not.toContain("BEGIN")
  })
})

it("the example's config is one it can read", async () => {
  const { text } = await type(["doctor", "--config", "medusa-config.example.js"], {
    directory: path.join(__dirname, "../../.."),
  })
  expect(text).toMatch(/pp_ksher_th +options/)
  expect(text).toMatch(/pp_gnete_hk +options/)
})
