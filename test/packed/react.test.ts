import { readFileSync } from "node:fs"
import path from "node:path"
import { gzipSync } from "node:zlib"

import { manifestOf, Project, repository, tarball } from "./project"

const { name } = manifestOf(repository)
const names = [
  "GatewayPayments",
  "PayButton",
  "PaymentMethods",
  "PaymentQr",
  "PaymentStatus",
  "isGatewayProvider",
  "useGatewayPayment",
  "usePaymentMethods",
]

/** A storefront's component, and what a server makes of it. */
const page = `import { createElement as el } from "react"
import { renderToString } from "react-dom/server"
import { GatewayPayments, PayButton, PaymentMethods, PaymentQr, PaymentStatus, useGatewayPayment } from "${name}/react"
const session = { id: "payses_1", amount: 350.5, currency_code: "thb" }
const noop = () => undefined
function Checkout({ session }) {
  const payment = useGatewayPayment(session)
  return el("main", null, el(PaymentStatus, { payment }), el(PaymentQr, { payment, onStart: noop }), el(PayButton, { payment, onStart: noop }), el(PaymentMethods, { query: { cart_id: "cart_1" }, value: null, onChange: noop }))
}
const shop = { backendUrl: "https://shop.example", publishableKey: "pk_1" }
for (const language of ["en", "zh-Hans", "zh-HK", "th", "fr"])
  console.log(renderToString(el(GatewayPayments, { ...shop, language }, el(Checkout, { session }))))
console.log(renderToString(el(GatewayPayments, { ...shop, texts: { choose: "Choose, please" } }, el(Checkout, { session: null }))))`

const asCommonJs = (module: string) =>
  module.replace(/^import (\{.*\}) from (".*")$/gm, "const $1 = require($2)").replaceAll(" as ", ": ")

const typed = `import type { ReactElement } from "react"
import { GatewayPayments, PayButton, PaymentMethods, PaymentQr, PaymentStatus, useGatewayPayment, type Step } from "${name}/react"
// @ts-expect-error A door whose types were not found would let every name through.
import { noSuchName } from "${name}/react"

interface StorePaymentSession { id: string; amount: number; currency_code: string; provider_id: string; data: Record<string, unknown> }

export function Checkout({ session }: { session: StorePaymentSession }): ReactElement {
  const payment = useGatewayPayment(session, { onPaid: async () => undefined })
  const step: Step = payment.step
  // @ts-expect-error It is one of a few words.
  const wrong: "paying" = payment.step
  return (
    <GatewayPayments backendUrl="https://shop.example" publishableKey="pk_1" language="th" texts={{ error: { other: "No." } }}>
      <PaymentStatus payment={payment} className={step + wrong} />
      <PaymentQr payment={payment} />
      <PayButton payment={payment} onStart={() => undefined}>Pay now</PayButton>
      <PaymentMethods query={{ cart_id: "cart_1" }} value={null} onChange={({ channel }) => channel.length} />
    </GatewayPayments>
  )
}
`

describe.each([
  ["18", ["react@18.3.1", "react-dom@18.3.1", "@types/react@18.3.32", "@types/react-dom@18.3.7"]],
  ["19", ["react@19.3.1", "react-dom@19.3.1", "@types/react@19.3.3", "@types/react-dom@19.3.0"]],
])("the kit for storefronts, with React %s", (_version, react) => {
  let project: Project
  beforeAll(async () => {
    project = new Project({
      "package.json": JSON.stringify({ name: "storefront", version: "1.0.0", private: true }),
      "page.mjs": page,
      "page.cjs": asCommonJs(page),
      "checkout.tsx": typed,
      "checkout.mts": `export { useGatewayPayment } from "${name}/react"`,
    })
    await project.install(tarball(), ...react)
  })
  afterAll(() => project.remove())

  it.each(["page.mjs", "page.cjs"])(
    "is drawn by a server that loads it as %s, and asks for nothing yet",
    async (file) => {
      const drawn = (await project.run(process.execPath, [file])).trim().split("\n")
      expect(drawn).toHaveLength(6)
      for (const [at, sentence] of [
        "Looking at your payment.",
        "正在查看您的付款。",
        "正在查看您的付款。",
        "กำลังตรวจสอบ",
        "Looking at",
      ].entries())
        expect(drawn[at]).toContain(sentence)
      for (const language of drawn.slice(0, 5)) expect(language).toMatch(/<button[^>]* disabled=""/)
      expect(drawn[5]).toContain("Choose, please")
    },
  )

  it.each([
    ["Node16", "Node16"],
    ["ESNext", "bundler"],
    ["CommonJS", "node10"],
  ])("has types for module %s with %s resolution", async (module, resolution) => {
    const compiler = path.join(repository, "node_modules/typescript/bin/tsc")
    const flags = [
      "--noEmit",
      "--strict",
      "--skipLibCheck",
      "--esModuleInterop",
      "--jsx",
      "react-jsx",
      "--target",
      "es2022",
      "--lib",
      "es2022,dom",
    ]
    const files = resolution === "node10" ? ["checkout.tsx"] : ["checkout.tsx", "checkout.mts"]
    await project.run(process.execPath, [
      compiler,
      ...flags,
      "--module",
      module,
      "--moduleResolution",
      resolution,
      ...files,
    ])
  })
})

describe("the kit's file", () => {
  const file = (kind: string) => readFileSync(path.join(repository, ".medusa/server/src/react", kind), "utf8")

  it.each(["index.mjs", "index.js"])(
    "%s has at most 12 KB, compressed, and says that it is for the browser",
    (kind) => {
      expect(gzipSync(file(kind), { level: 9 }).length).toBeLessThan(12 * 1024)
      expect(file(kind)).toMatch(/^"use client";/)
    },
  )

  it("loads React, and the QR library with the first code alone", () => {
    const loaded = [...file("index.mjs").matchAll(/(import ?\(|from ?|import ?)"([^"]+)"/g)].map(
      ([, how = "", what]) => [how.trim(), what],
    )
    expect(new Set(loaded.filter(([how]) => how !== "import(").map(([, what]) => what))).toEqual(
      new Set(["react", "react/jsx-runtime"]),
    )
    expect(loaded.filter(([how]) => how === "import(")).toEqual([["import(", "uqr"]])
  })

  it("has these names", () => {
    const [, list = ""] = /export\{([^}]+)\}/.exec(file("index.mjs")) ?? []
    expect(
      list
        .split(",")
        .map((one) => one.split(" as ").at(-1))
        .sort(),
    ).toEqual(names)
  })
})
