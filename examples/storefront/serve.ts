import { readFileSync } from "node:fs"
import { createServer, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import path from "node:path"
import { parseArgs } from "node:util"
import { build } from "esbuild"

export interface StorefrontOptions {
  /** Medusa's address, which has to allow this storefront's origin in `storeCors` and `authCors`. */
  backendUrl: string
  publishableKey: string
  port?: number
}

export interface Storefront {
  url: string
  stop(): Promise<void>
}

/** Serves the example shop: one page, its style, its code in one file, and where the shop is. */
export async function serveStorefront(options: StorefrontOptions): Promise<Storefront> {
  const script = await bundle()
  const { backendUrl, publishableKey } = options
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost")
    if (pathname === "/shop.js") return send(response, "text/javascript", script)
    if (pathname === "/style.css") return send(response, "text/css", read("style.css"))
    if (pathname === "/config.json")
      return send(response, "application/json", JSON.stringify({ backendUrl, publishableKey }))
    // The gateway sends the shopper back to /checkout?session_id=…: the same page, which reads its address.
    if (pathname === "/" || pathname === "/checkout") return send(response, "text/html", read("index.html"))
    response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => server.listen(options.port ?? 8000, resolve))
  const { port } = server.address() as AddressInfo
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return { url: `http://localhost:${port}`, stop }
}

const read = (file: string): Buffer => readFileSync(path.join(__dirname, file))

function send(response: ServerResponse, type: string, body: string | Uint8Array): void {
  response.setHeader("content-type", `${type}; charset=utf-8`)
  response.end(body)
}

async function bundle(): Promise<Uint8Array> {
  const { outputFiles } = await build({
    entryPoints: [path.join(__dirname, "page/main.ts")],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
  })
  const [script] = outputFiles
  if (!script) throw new Error("The page's code was not bundled.")
  return script.contents
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      backend: { type: "string", default: "http://localhost:9000" },
      key: { type: "string" },
      port: { type: "string", default: "8000" },
    },
  })
  if (!values.key) throw new Error("Say with --key which publishable key the shop has.")
  const { url } = await serveStorefront({
    backendUrl: values.backend,
    publishableKey: values.key,
    port: Number(values.port),
  })
  process.stdout.write(`The example shop is at ${url}\n`)
}

if (require.main === module)
  main().catch((error: unknown) => {
    process.stderr.write(`${(error as Error).message}\n`)
    process.exitCode = 1
  })
