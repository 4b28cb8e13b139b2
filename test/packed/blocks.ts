import { blocks } from "../unit/docs/pages"

export type Kind = "module" | "commonjs"

/** Blocks for a file without types, by their first words. Anything else is compiled as strict TypeScript. */
const javascriptOnly: Record<string, string> = {
  "export async function pay(sdk, cart, provider_id) {":
    "Five lines to paste into any page: parameters have no types there.",
  "const { gateway_payment } = await sdk.client.fetch(":
    "Medusa's SDK knows no type of our answers, and JavaScript cannot name one.",
}

/** What the blocks use of a shop and do not print, each for a reason. No name of this package is among it. */
const atHand: [reason: string, declaration: string][] = [
  ["Medusa's SDK, as a storefront makes it once.", `declare const sdk: import("@medusajs/js-sdk").default`],
  [
    "The cart and its session, of the storefront's own state.",
    `declare const cart: import("@medusajs/types").HttpTypes.StoreCart
declare const session: Omit<import("@medusajs/types").HttpTypes.StorePaymentSession, "data"> & {
  data: import("medusa-payment-ksher-gnete/types").GatewaySessionData
}`,
  ],
  [
    "What the shopper has chosen, and how the shop's page shows it.",
    `declare const method: import("medusa-payment-ksher-gnete/types").StorePaymentMethod
declare const action: import("medusa-payment-ksher-gnete/types").GatewayPaymentAction
declare const picture: HTMLImageElement
declare const canvas: HTMLCanvasElement
declare const sentences: Record<string, string>
declare function addChoice(name: string, how: { disabled: boolean; hint: string | null }): void
declare function draw(content: string): void
declare function askEveryThreeSeconds(): void
declare function show(payment: import("medusa-payment-ksher-gnete/types").StoreGatewayPayment): void
declare function showOrder(id: string): void`,
  ],
  [
    "Numbers and addresses that the page around the block knows.",
    `declare const sessionId: string
declare const cartId: string
declare const orderId: string
declare const backendUrl: string
declare const publishableKey: string`,
  ],
  [
    "Server actions of Medusa's starter, in the file that the block is for.",
    `declare function getCartId(): Promise<string | undefined>
declare function getAuthHeaders(): Promise<Record<string, string>>
declare function placeOrder(cartId?: string): Promise<void>
declare function getCacheTag(tag: string): Promise<string>
declare function revalidateTag(tag: string): void`,
  ],
  [
    "A module of Medusa's starter, which is not a package.",
    `declare module "@lib/data/cart" {
  export function checkPayment(): Promise<"not_paid" | "unknown">
  export function placeOrder(cartId?: string): Promise<void>
  export function initiatePaymentSession(
    cart: import("@medusajs/types").HttpTypes.StoreCart,
    data: { provider_id: string; data?: Record<string, unknown> },
  ): Promise<unknown>
}`,
  ],
  [
    "Another module of the starter.",
    `declare module "@lib/data/orders" {
  export function cancelOrder(id: string): Promise<string | null>
}`,
  ],
  [
    "Next.js is the storefront's, and a Medusa shop has none.",
    `declare module "next/navigation" {
  export function useSearchParams(): URLSearchParams
}`,
  ],
  [
    "A library that the storefront chooses.",
    `declare module "qrcode" {
  export function toCanvas(canvas: HTMLCanvasElement, text: string, how?: { width: number }): Promise<void>
}`,
  ],
  [
    "The container of a script or a route, and a question only the shop can answer.",
    `declare const container: import("@medusajs/framework/types").MedusaContainer
declare function isOnItsWay(id: string, container: import("@medusajs/framework/types").MedusaContainer): Promise<boolean>`,
  ],
]

interface CodeBlock {
  /** Its file's name without the ending. */
  name: string
  language: string
  text: string
}

/** Every block of code of the pages, once. */
const codeBlocks: CodeBlock[] = blocks
  .filter(({ language }) => ["js", "ts", "tsx"].includes(language))
  .filter(({ text }, at, all) => all.findIndex((one) => one.text === text) === at)
  .map(({ page, language, text }, at) => ({
    name: `${page.replace(/\.md$/, "").replace(/\W/g, "-")}-${at + 1}`,
    language,
    text,
  }))

const exceptionOf = ({ language, text }: CodeBlock) =>
  language === "js" ? Object.keys(javascriptOnly).find((words) => text.startsWith(words)) : undefined

const named = /^ *(?:declare|export) (?:const|function|module) "?([^":(]+)/gm

/** What no page needs any more: exceptions, and names of a shop. */
export const unused = (): string[] => [
  ...Object.keys(javascriptOnly).filter((words) => !codeBlocks.some((block) => exceptionOf(block) === words)),
  ...atHand
    .flatMap(([, declaration]) => [...declaration.matchAll(named)].map(([, word = ""]) => word))
    .filter((word) => !codeBlocks.some(({ text }) => new RegExp(`(?<![.\\w])${word}\\b`).test(text))),
]

/** The exceptions as TypeScript, which the compiler is to refuse: otherwise they are none. */
export const exceptions = (): Record<string, string> =>
  Object.fromEntries(
    codeBlocks
      .filter((block) => exceptionOf(block) !== undefined)
      .map((block) => [`exception-${block.name}.ts`, textIn("module", block)]),
  )

const endingOf = (block: CodeBlock) => {
  if (exceptionOf(block) !== undefined) return "js"
  return block.language === "tsx" ? "tsx" : "ts"
}

const awaits = /^(?! |\/\/).*\bawait\b/m
const imports = /^import [^]*?from "[^"]+"$/gm

/** As printed. CommonJS has no await outside a function: there what follows the imports is one's body. */
function textIn(kind: Kind, { text }: CodeBlock): string {
  if (kind === "module" || !awaits.test(text)) return text
  const head = (text.match(imports) ?? []).join("\n")
  return `${head}\nexport async function block() {\n${text.replace(imports, "")}\n}\n`
}

/** The files of a project of this kind, all of them for one run of the compiler. */
export const filesOf = (kind: Kind): Record<string, string> => ({
  "package.json": JSON.stringify({ type: kind }),
  "tsconfig.json": JSON.stringify({
    compilerOptions: {
      strict: true,
      module: "Node16",
      moduleResolution: "Node16",
      moduleDetection: "force",
      target: "ES2022",
      lib: ["ES2023", "DOM", "DOM.AsyncIterable"],
      jsx: "react-jsx",
      esModuleInterop: true,
      skipLibCheck: true,
      allowJs: true,
      noEmitOnError: true,
      rootDir: ".",
      outDir: "out",
      types: ["node"],
    },
    include: ["*"],
  }),
  "shop.d.ts": atHand.map(([reason, declaration]) => `// ${reason}\n${declaration}`).join("\n\n"),
  ...Object.fromEntries(codeBlocks.map((block) => [`${block.name}.${endingOf(block)}`, textIn(kind, block)])),
})

/** The blocks that a script could hold: they need nothing but the package, and the environment. */
export const scripts = codeBlocks.filter(
  ({ language, text }) => language === "js" && text.includes('from "medusa-payment-ksher-gnete/'),
)
