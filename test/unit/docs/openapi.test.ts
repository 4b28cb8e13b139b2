import { readdirSync } from "node:fs"
import path from "node:path"

import { openapi, written } from "../../../scripts/openapi"
import { read, root } from "./pages"

/** Only what programs ask: a page for people is HTML, and is left out. */
const described = /^\/(store|admin|hooks)\//

/** `GET /admin/gateway-payments/{id}`, of every route file and each method that it exports. */
const mounted = readdirSync(path.join(root, "src/api"), { recursive: true, encoding: "utf8" })
  .map((file) => file.replaceAll(path.sep, "/"))
  .filter((file) => file.endsWith("/route.ts"))
  .flatMap((file) => {
    const place = `/${file.replace(/\/route\.ts$/, "").replace(/\[(\w+)\]/g, "{$1}")}`
    const methods = [
      ...read(`src/api/${file}`).matchAll(/^export (?:const|async function) (GET|POST|PUT|PATCH|DELETE)\b/gm),
    ]
    return methods.map(([, method = ""]) => `${method} ${place}`)
  })
  .filter((route) => described.test(route.split(" ")[1] ?? ""))

const inFile = Object.entries(openapi.paths).flatMap(([place, methods]) =>
  Object.keys(methods).map((method) => `${method.toUpperCase()} ${place}`),
)

it("docs/openapi.json is what the answers' schemas make", () => {
  // After a change: npx tsx scripts/openapi.ts
  expect(read("docs/openapi.json")).toBe(written)
})

it("every mounted route is in it, and the other way round", () => {
  expect(mounted.length).toBeGreaterThan(10)
  expect(inFile.sort()).toEqual(mounted.sort())
})

it("every route of the README is in it", () => {
  const named = [...read("README.md").matchAll(/^\| `(GET|POST) (\/[^`]+)` \|/gm)].map(
    ([, method = "", place = ""]) => `${method} ${place.replace(/:(\w+)/g, "{$1}")}`,
  )
  expect(named.filter((route) => described.test(route.split(" ")[1] ?? "")).sort()).toEqual(mounted.sort())
})

it("its version is the package's", () => {
  expect(openapi.info.version).toBe((JSON.parse(read("package.json")) as { version: string }).version)
})
