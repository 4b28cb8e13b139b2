import type { MedusaRequest, MedusaResponse } from "@medusajs/framework/http"
import { z } from "zod"

import { PaymentProblem } from "../core"
import { asMedusaError, isOfDatabase } from "../services/provider"

type Handler = (req: MedusaRequest, res: MedusaResponse) => Promise<unknown>

/** A 409 is answered here: Medusa's error handler puts its own words over a conflict. It has none for a database that is away. */
export const route =
  (handler: Handler): Handler =>
  async (req, res) => {
    try {
      return await handler(req, res)
    } catch (error) {
      const thrown = asMedusaError(error)
      if (error instanceof PaymentProblem && error.kind === "conflict")
        return res.status(409).json({ type: "conflict", code: error.code, message: error.message })
      if (!isOfDatabase(thrown)) throw thrown
      const { type, code, message } = thrown
      return res.status(503).json({ type, code, message })
    }
  }

/** Lets a page of another origin read the server's time: how long a payment can still be made does not hang on the shopper's clock. */
export function tellTime(res: MedusaResponse): void {
  res.setHeader("Cache-Control", "no-store")
  res.setHeader("Access-Control-Expose-Headers", "Date")
}

/** Text of bounded length. PostgreSQL takes no NUL in a text: it would fail on one. */
export const storable = (longest: number) =>
  z
    .string()
    .trim()
    .max(longest)
    .refine((text) => !text.includes("\0"), "must not contain a NUL character")

/** A moment with its offset from UTC. What is none ends the check: nothing after it is compared with a text. */
export const moment = z.iso.datetime({ offset: true, abort: true }).transform((text) => new Date(text))

/** Parses what a request brought, or answers with the first thing that is wrong with it. */
export function parsed<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const result = schema.safeParse(input ?? {})
  if (result.success) return result.data
  const issue = result.error.issues[0]
  const where = issue?.path.length ? `${issue.path.join(".")}: ` : ""
  throw new PaymentProblem(
    "invalid_data",
    "request_invalid",
    `${where}${issue?.message ?? "The request is not valid."}`,
  )
}
