import { readFileSync, readdirSync } from "node:fs"

import { permissions } from "../../../src/api/permissions"

/** Every admin route as `METHOD path`, as Medusa reads them from the folders. */
const routes = readdirSync("src/api/admin", { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith("route.ts"))
  .flatMap((file) => {
    const path = file
      .replaceAll("\\", "/")
      .replace(/^(.*)\/route\.ts$/, "/admin/$1")
      .replace(/\[(\w+)\]/g, ":$1")
    const methods = [
      ...readFileSync(`src/api/admin/${file}`, "utf8").matchAll(/^export const (GET|POST|PUT|DELETE)\b/gm),
    ]
    return methods.map(([, method]) => `${method} ${path}`)
  })
  .sort()

const guarded = permissions.map(({ methods, matcher }) => `${methods[0]} ${matcher}`)

it("every admin route asks Medusa's roles for a permission of its own", () => {
  expect(routes.length).toBeGreaterThan(10)
  expect([...guarded].sort()).toEqual(routes)
})

it("what may return money asks for what Medusa's own refund asks for", () => {
  const asks = (route: string) => permissions[guarded.indexOf(route)]?.policies
  const refund = [{ resource: "refund", operation: "create" }]
  for (const route of ["/:id/resolve", "/:id/sync", "/reconcile"])
    expect(asks(`POST /admin/gateway-payments${route}`)).toEqual(refund)
})
