import { MedusaError } from "@medusajs/framework/utils"

import { route } from "../../../src/api/problems"
import { PaymentProblem } from "../../../src/core"

const sql = "insert into gateway_payment (session_id) values ('payses_1') - it did not work"
const failing = (fields: object, name = "error") => Object.assign(new Error(sql), { name }, fields)

/** What the route answers, or throws for Medusa to answer. */
async function answerTo(error: unknown) {
  const answered: { status?: number; body?: unknown } = {}
  const res = {
    status: (status: number) => ({ json: (body: unknown) => Object.assign(answered, { status, body }) }),
  }
  const thrown: unknown = await route(() => Promise.reject(error as Error))({} as never, res as never).then(
    () => undefined,
    (one: unknown) => one,
  )
  return { ...answered, thrown }
}

it.each([
  ["no connection", failing({ code: "ECONNREFUSED" }), "ECONNREFUSED"],
  ["a pool that is used up", failing({}, "KnexTimeoutError"), "KnexTimeoutError"],
  ["a database that is shut down", failing({ code: "57P01" }), "57P01"],
  ["one that is read only", failing({ code: "25006" }), "25006"],
  ["a connection that broke", new Error(sql), "Error"],
  ["Medusa's own word for it", new MedusaError(MedusaError.Types.DB_ERROR, sql, "25006"), "25006"],
])("%s is 503 and a sentence, without a word of the database's", async (_, error, kind) => {
  const { status, body, thrown } = await answerTo(error)
  expect([status, thrown]).toEqual([503, undefined])
  expect(body).toEqual({
    type: "unexpected_state",
    code: "ledger_unavailable",
    message: `The database could not be used (${kind}). What was sent before is written down, and is settled automatically once the database is back; then look at the payment, and try again.`,
  })
})

it.each(["42P01", "42703"])(
  "a table or column that is not there (%s) names the command that makes it",
  async (code) => {
    const { status, body } = await answerTo(failing({ code }))
    expect(status).toBe(503)
    expect(body).toMatchObject({
      code: "ledger_not_migrated",
      message: expect.stringContaining("npx medusa db:migrate"),
    })
    expect(JSON.stringify(body)).not.toMatch(/insert|payses_/)
  },
)

it("what the plugin says itself goes on as it is", async () => {
  const { thrown } = await answerTo(new PaymentProblem("not_found", "payment_unknown", "There is none."))
  expect(thrown).toMatchObject({
    type: MedusaError.Types.NOT_FOUND,
    code: "payment_unknown",
    message: "There is none.",
  })
  const conflict = await answerTo(new PaymentProblem("conflict", "busy", "Somebody else is at it."))
  expect(conflict).toMatchObject({ status: 409, body: { code: "busy" } })
})
