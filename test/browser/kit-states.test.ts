import { readFileSync } from "node:fs"
import path from "node:path"
import { build } from "esbuild"
import type { Page, Route } from "playwright-core"

import type { State } from "../../src/core"
import { steps, type Step } from "../../src/react/step"
import { nameless, picture, useBrowser } from "./browser"

/*
 * What a shopper sees at each step, drawn by the built kit in the payment step of `examples/nextjs`. It runs with the React of this
 * package's own dependencies, which is 18; the example itself runs with 19.
 */

const tabs = useBrowser()
const root = path.resolve(__dirname, "../..")
const shop = "http://storefront.example"
let script = ""

/** The example's two pages with a payment, without Next.js: the address says which one, and of which session. */
const pages = `
import { createRoot } from "react-dom/client"
import { Kit } from "./examples/nextjs/src/components/kit"
import { OrderPayment } from "./examples/nextjs/src/components/order-payment"
import { Payment } from "./examples/nextjs/src/components/payment"

const id = new URLSearchParams(location.search).get("session")
const session = id && { id, provider_id: "pp_ksher_qr", amount: 350.5, currency_code: "thb" }
createRoot(document.getElementById("payment")).render(
  <Kit language="en">
    {location.pathname === "/order"
      ? <OrderPayment session={session} isCanceled />
      : <Payment cartId="cart_1" session={session} hasReturned={false} />}
  </Kit>,
)`

beforeAll(async () => {
  const made = await build({
    stdin: { contents: pages, resolveDir: root, loader: "tsx" },
    ...{ bundle: true, write: false, format: "esm", platform: "browser", jsx: "automatic" },
    define: { "process.env.NODE_ENV": '"production"' },
    alias: {
      "medusa-payment-ksher-gnete/react": path.join(root, ".medusa/server/src/react/index.mjs"),
      "@lib/config": path.join(__dirname, "kit-shop.ts"),
      "@lib/data/cart": path.join(__dirname, "kit-shop.ts"),
      "@lib/data/orders": path.join(__dirname, "kit-shop.ts"),
    },
  })
  script = made.outputFiles[0]?.text ?? ""
})

/** On the page of a cancelled order. */
const ofOrder: readonly Step[] = ["part_returned", "returned"]

const page = (title: string) => `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title>
<style>${readFileSync(path.join(root, "examples/nextjs/src/app/globals.css"), "utf8")}</style>
<main><h1>${title}</h1><div id="payment"></div></main><script type="module">${script.replaceAll("</script", "<\\/script")}</script></html>`

/** What the shop says of the payment at each step; `null`: there is no session, or no answer yet. */
const states: Record<Step, State | null> = {
  none: null,
  loading: null,
  choose: "unopened",
  opening: "created",
  pay: "pending",
  failed: "failed",
  expired: "void",
  paid: "paid",
  part_returned: "partially_refunded",
  returned: "refunded",
  late: "paid_late",
}

const code = "https://gateway.example/pay/1"

const names = (en: string) => ({ en, th: en, "zh-CN": en, "zh-TW": en })
const ways = ["PromptPay", "TrueMoney", "ShopeePay"].map((name, at) => ({
  ...{ provider_id: "pp_ksher_qr", channel: `way${at}`, kind: "qr", name: names(name) },
  ...{ available: true, reason: null, minimum: null, maximum: null, refunds: "part" },
}))

async function answer(route: Route, state: State | null): Promise<void> {
  const { pathname } = new URL(route.request().url())
  const title = { "/": "Checkout", "/order": "Your order is cancelled" }[pathname]
  if (title) return route.fulfill({ contentType: "text/html", body: page(title) })
  if (pathname.endsWith("/methods")) return route.fulfill({ json: { methods: ways } })
  // It listens in vain, and asks.
  if (pathname.endsWith("/events")) return route.fulfill({ status: 204 })
  // The answer is still on its way.
  if (state === null) return
  const open = state === "pending"
  await route.fulfill({
    headers: { date: new Date().toUTCString() },
    json: {
      gateway_payment: {
        ...{ session_id: "payses_1", state },
        action: open ? { type: "qr", content: code } : null,
        returning: false,
        expires_at: open ? new Date(Date.now() + 899_000).toISOString() : null,
      },
    },
  })
}

async function openAt(step: Step): Promise<Page> {
  const page = await tabs.open({ width: 390, height: 640 })
  await page.route(`${shop}/**`, (route) => answer(route, states[step]))
  const session = step === "none" ? "" : "?session=payses_1"
  await page.goto(`${shop}/${ofOrder.includes(step) ? "order" : ""}${session}`)
  return page
}

/** The table of the page for storefronts, by the step in its first column. */
const table = new Map(
  readFileSync(path.join(root, "docs/storefront.md"), "utf8")
    .split("\n")
    .map((line) => line.split("|").map((cell) => cell.trim()))
    .filter(([, step]) => steps.some((one) => step === `\`${one}\``))
    .map(([, step, , sentence]) => [step?.slice(1, -1), sentence] as const),
)

it.each(steps)("%s: the shopper reads what the table says", async (step) => {
  const page = await openAt(step)
  const sentence = table.get(step)
  expect(sentence).toBeDefined()
  if (sentence) await page.getByRole("status").filter({ hasText: sentence }).waitFor()
  const chooses = ["none", "choose", "failed", "expired"].includes(step)
  if (chooses) await page.getByRole("radio", { name: "TrueMoney" }).waitFor()
  else expect(await page.getByRole("radio").count()).toBe(0)
  if (step === "pay") await page.getByRole("img", { name: "QR code for this payment" }).waitFor()
  expect(await nameless(page.locator("main"))).toEqual([])
  await picture(page.getByRole("main"), `kit-${step}`)
})
