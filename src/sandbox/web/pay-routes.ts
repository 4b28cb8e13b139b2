import type { IncomingMessage, ServerResponse } from "node:http"

import type { GneteOrder, KsherOrder, Order } from "../books"
import { SandboxError } from "../errors"
import { paymentData } from "../gnete/answers"
import { signedFields } from "../gnete/notification"
import { encodeQr } from "../qr"
import { pngOf } from "../../drawing/qr-png"
import { actOn } from "../shopper"
import type { World } from "../world"
import { readBody, readForm } from "./body"
import { payPage, savedPage } from "./pay-page"

type Act = (world: World, order: Order, form: Record<string, string>) => Answer

type Answer = { redirect: string } | { status: number; html: string }

/** What the buttons of the pay page do. */
const acts = new Map<string, Act>([
  ["pay", pay],
  ["fail", fail],
  ["save", save],
])

function pay(world: World, order: Order, { channel, saved }: Record<string, string>): Answer {
  const options = { ...(channel && { channel }), ...(saved && { force: true }) }
  actOn(order, (shopper, own) => {
    shopper.pay(world, own, options)
  })
  return { redirect: afterwards(world, order) }
}

function fail(world: World, order: Order): Answer {
  actOn(order, (shopper, own) => {
    shopper.fail(world, own)
  })
  return { redirect: afterwards(world, order) }
}

function save(world: World, order: Order): Answer {
  order.qrSaved = true
  return { status: 200, html: savedPage(world, order) }
}

/** `/pay/<token>`, `/pay/<token>/saved`, `/pay/<token>/qr.png`, and POST to `/pay/<token>/pay`, `fail` or `save`. */
export async function servePay(
  world: World,
  request: IncomingMessage,
  response: ServerResponse,
  [token = "", part = ""]: string[],
): Promise<void> {
  const order = world.books.withToken(token)
  if (!order) {
    sendText(response, 404, "There is no such payment.")
    return
  }
  actOn(order, (shopper, own) => shopper.refresh(world, own))
  const act = acts.get(part)
  if (request.method === "POST" && act) {
    sendAnswer(response, attempt(act, world, order, readForm(await readBody(request))))
  } else if (request.method === "GET" && part === "qr.png") {
    const png = pngOf(encodeQr(`${world.url}/pay/${token}/saved`))
    response.writeHead(200, { "content-type": "image/png" }).end(png)
  } else if (request.method === "GET" && (part === "" || part === "saved")) {
    sendAnswer(response, { status: 200, html: payPage(world, order, part === "saved") })
  } else {
    sendText(response, 404, "There is no such page.")
  }
}

function attempt(act: Act, world: World, order: Order, form: Record<string, string>): Answer {
  try {
    return act(world, order, form)
  } catch (error) {
    if (!(error instanceof SandboxError)) throw error
    return { status: 409, html: payPage(world, order, form.saved !== undefined, error.message) }
  }
}

/** Where the gateway sends the browser when the payer is done; its own page where the shop named none. */
function afterwards(world: World, order: Order): string {
  const shop = order.gateway === "ksher" ? ksherReturn(order) : gneteReturn(world, order)
  return shop || `/pay/${order.token}`
}

function ksherReturn(order: KsherOrder): string {
  const address = order.taken === 0 ? order.failUrl : order.redirectUrl
  return address && withQuery(address, { mch_order_no: order.merchantOrderNo })
}

/** Gnete signs what it appends, as in a notification. */
function gneteReturn(world: World, order: GneteOrder): string {
  if (!order.returnUrl) return ""
  const state = order.taken > 0 ? 2 : undefined
  return withQuery(order.returnUrl, signedFields(world, order, paymentData(world, order, state)))
}

function withQuery(address: string, fields: Record<string, string>): string {
  const url = new URL(address)
  for (const [name, value] of Object.entries(fields)) url.searchParams.set(name, value)
  return url.href
}

function sendAnswer(response: ServerResponse, answer: Answer): void {
  if ("redirect" in answer) {
    response.writeHead(303, { location: answer.redirect }).end()
    return
  }
  response.writeHead(answer.status, { "content-type": "text/html;charset=utf-8" }).end(answer.html)
}

function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "content-type": "text/plain;charset=utf-8" }).end(text)
}
