import { writeFileSync } from "node:fs"
import path from "node:path"
import { z } from "zod"

import { filters } from "../src/api/admin/gateway-payments/filters"
import * as answers from "../src/api/answers"
import * as requests from "../src/api/requests"
import { methodsQuery } from "../src/api/store/gateway-payments/methods/query"

interface Route {
  summary: string
  answer: keyof typeof answers | "text/csv" | "text/event-stream" | "the gateway's"
  /** What it takes, as the route itself parses it. */
  query?: z.ZodType
  body?: z.ZodType
  headers?: z.ZodType
  /** Statuses of refusals, beside Medusa's own. */
  refused: number[]
}

/** Every route of this package, by method and path, and what of `src/api/answers.ts` it answers. Pages for people are none: only what programs ask is described. */
export const routes: Readonly<Record<string, Route>> = {
  "POST /hooks/gateway/{provider_id}": {
    summary: "Takes a notification, stores it, and replies in the format the gateway expects.",
    answer: "the gateway's",
    refused: [400, 401, 404, 408, 413, 503],
  },
  "GET /store/gateway-payments/methods": {
    summary: "Every way to pay, sorted for the device.",
    answer: "methodsAnswer",
    query: methodsQuery,
    refused: [400, 404],
  },
  "GET /store/gateway-payments/{session_id}": {
    summary: "State of a payment, and how to pay it.",
    answer: "shopperAnswer",
    refused: [404],
  },
  "GET /store/gateway-payments/{session_id}/events": {
    summary: "The same as server events, each time it changes; 204 where too many listen: ask instead.",
    answer: "text/event-stream",
    refused: [404],
  },
  "POST /store/gateway-payments/{session_id}/open": {
    summary: "Opens a payment with what the shopper chose, once.",
    answer: "shopperAnswer",
    body: requests.openRequest,
    refused: [400, 404, 409],
  },
  "POST /store/orders/{id}/cancel": {
    summary: "Cancels an order of the customer who is logged in.",
    answer: "cancelAnswer",
    refused: [401, 403, 404, 409],
  },
  "GET /admin/gateway-payments": {
    summary: "The list, with filters.",
    answer: "listAnswer",
    query: requests.listQuery,
    refused: [400, 401],
  },
  "GET /admin/gateway-payments/export": {
    summary: "The list with the same filters, as a CSV file.",
    answer: "text/csv",
    query: filters,
    refused: [400, 401],
  },
  "GET /admin/gateway-payments/totals": {
    summary: "What came in and went back by day, entry, channel and currency.",
    answer: "totalsAnswer",
    query: requests.totalsQuery,
    refused: [400, 401],
  },
  "GET /admin/gateway-payments/links": {
    summary: "What an order has to pay, and the links that admins made for it.",
    answer: "payLinksAnswer",
    query: requests.linksQuery,
    refused: [400, 401],
  },
  "POST /admin/gateway-payments/links": {
    summary: "Makes a payment link for what an order has to pay, and sends it where asked to.",
    answer: "madeLinkAnswer",
    body: requests.linksRequest,
    refused: [400, 401],
  },
  "GET /admin/gateway-payments/payouts": {
    summary: "What the gateways paid out by day and channel, compared with the payments.",
    answer: "payoutsAnswer",
    refused: [400, 401],
  },
  "GET /admin/gateway-payments/payouts/export": {
    summary: "The same days as a CSV file.",
    answer: "text/csv",
    refused: [400, 401],
  },
  "GET /admin/gateway-payments/payouts/payments": {
    summary: "The payments whose money moved on some days of a channel.",
    answer: "payoutPaymentsAnswer",
    refused: [400, 401, 404],
  },
  "GET /admin/gateway-payments/payouts/mapping": {
    summary: "How the columns of an account's statements are read.",
    answer: "statementMappingAnswer",
    refused: [400, 401, 404],
  },
  "POST /admin/gateway-payments/payouts/mapping": {
    summary: "Saves how the columns of an account's statements are read.",
    answer: "statementMappingAnswer",
    refused: [400, 401, 404],
  },
  "POST /admin/gateway-payments/payouts/import": {
    summary: "Imports a statement, the CSV being the body: every row of it, or none with what is wrong.",
    answer: "importAnswer",
    refused: [400, 401, 404],
  },
  "POST /admin/gateway-payments/payouts/forget": {
    summary: "Takes every imported line of an account out of its books. No payment changes.",
    answer: "forgetAnswer",
    refused: [400, 401, 404],
  },
  "POST /admin/gateway-payments/{id}/payout": {
    summary:
      "Makes a link by which the shopper names an account for a refund, releases the payout, or takes the refund back.",
    answer: "payoutAnswer",
    body: requests.payoutRequest,
    refused: [400, 401, 404, 409],
  },
  "GET /admin/gateway-payments/{id}": {
    summary: "One payment with its operations, notifications and decisions.",
    answer: "detailAnswer",
    refused: [401, 404],
  },
  "POST /admin/gateway-payments/{id}/sync": {
    summary: "Asks the gateway now, and sends again what is owed unless only_ask is true.",
    answer: "detailAnswer",
    body: requests.syncRequest,
    refused: [400, 401, 404, 409],
  },
  "POST /admin/gateway-payments/{id}/resolve": {
    summary: "Carries out what a person decided, once per Idempotency-Key.",
    answer: "detailAnswer",
    body: requests.resolveRequest,
    headers: requests.resolveHeaders,
    refused: [400, 401, 404, 409],
  },
  "POST /admin/gateway-payments/reconcile": {
    summary: "Compares all books; dry_run changes nothing.",
    answer: "reconcileAnswer",
    body: requests.reconcileRequest,
    refused: [400, 401],
  },
  "GET /admin/gateway-payments/providers": {
    summary: "How each provider is configured, and when its last notification arrived.",
    answer: "providersAnswer",
    refused: [401],
  },
  "POST /admin/gateway-payments/providers/{id}/check": {
    summary: "A signed query at the gateway that changes nothing.",
    answer: "connectionAnswer",
    refused: [401, 404],
  },
}

const schemaOf = (schema: z.ZodType): object =>
  Object.fromEntries(Object.entries(z.toJSONSchema(schema)).filter(([key]) => key !== "$schema"))

interface Taken {
  properties?: Record<string, object>
  required?: string[]
}

/** What may be sent. A value that is turned into another one is described as it is sent. */
const takenOf = (schema: z.ZodType): Taken =>
  z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as Taken

function parametersOf(place: "query" | "header", schema: z.ZodType | undefined): object[] {
  if (!schema) return []
  const { properties = {}, required = [] } = takenOf(schema)
  return Object.entries(properties).map(([name, described]) => ({
    name,
    in: place,
    required: required.includes(name),
    schema: described,
  }))
}

function bodyOf(schema: z.ZodType | undefined): object {
  if (!schema) return {}
  const { properties, required, ...rest } = takenOf(schema)
  const described = Object.fromEntries(
    Object.entries({ ...rest, properties, required }).filter(([key, value]) => key !== "$schema" && value),
  )
  // `additionalProperties: false` is a value, too.
  const closed = "additionalProperties" in rest ? { additionalProperties: rest.additionalProperties } : {}
  const isNeeded = Boolean(required?.length)
  return {
    requestBody: {
      required: isNeeded,
      content: { "application/json": { schema: { ...described, ...closed } } },
    },
  }
}

function contentOf(answer: Route["answer"]): object {
  if (answer === "text/csv" || answer === "text/event-stream")
    return { [answer]: { schema: { type: "string" } } }
  if (answer === "the gateway's")
    return {
      "application/json": { schema: { type: "object", properties: { result: { const: "SUCCESS" } } } },
      "text/html": { schema: { const: "success" } },
    }
  return { "application/json": { schema: { $ref: `#/components/schemas/${answer}` } } }
}

function operationOf(route: string, { summary, answer, query, body, headers, refused }: Route) {
  const [, place = ""] = route.split(" ")
  const names = [...place.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
  const refusal = contentOf("refusalAnswer")
  return {
    summary,
    parameters: [
      ...names.map((name) => ({ name, in: "path", required: true, schema: { type: "string" } })),
      ...parametersOf("query", query),
      ...parametersOf("header", headers),
    ],
    ...bodyOf(body),
    responses: Object.fromEntries([
      ["200", { description: "Done.", content: contentOf(answer) }],
      ...refused.map((status) => [String(status), { description: "Refused.", content: refusal }]),
    ]) as object,
  }
}

function paths(): Record<string, Record<string, object>> {
  const found: Record<string, Record<string, object>> = {}
  for (const [route, said] of Object.entries(routes)) {
    const [method = "", place = ""] = route.split(" ")
    found[place] = { ...found[place], [method.toLowerCase()]: operationOf(route, said) }
  }
  return found
}

export const openapi = {
  openapi: "3.1.0",
  info: {
    title: "medusa-payment-ksher-gnete",
    version: "0.1.0",
    description:
      "Amounts are major units, times are ISO 8601. Store routes need Medusa's publishable key, admin routes its login.",
  },
  paths: paths(),
  components: {
    schemas: Object.fromEntries(Object.entries(answers).map(([name, schema]) => [name, schemaOf(schema)])),
  },
}

export const written = `${JSON.stringify(openapi, null, 2)}\n`

if (require.main === module) writeFileSync(path.join(__dirname, "../docs/openapi.json"), written)
