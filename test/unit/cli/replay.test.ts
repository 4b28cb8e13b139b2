import { folderWith, removeFolders, type } from "./terminal"

afterEach(removeFolders)

/** Stands in for the shop's pg: notes what it is asked on the standard door of the process, and answers with these rows. */
const pg = (rows: string) => `module.exports = { Client: class {
  async connect() { ${rows === "refuse" ? 'throw Object.assign(new Error("postgres://me:secret@host"), { code: "ECONNREFUSED" })' : ""} }
  async query(sql, asked) { globalThis.askedByReplay = { sql, asked }; return { rows: ${rows === "refuse" ? "[]" : rows} } }
  async end() {}
} }`
const env = { DATABASE_URL: "postgres://me:secret@host/shop" }
const now = new Date("2026-03-01T00:00:00Z")
const replay = (rows: string, id = "gnot_01") =>
  type(["replay", id], {
    env,
    now: () => now,
    directory: folderWith({ "node_modules/pg/index.js": pg(rows) }),
  })

it("has the job act on it by the next run: only on one that verified and names a payment", async () => {
  expect(await replay('[{ id: "gnot_01" }]')).toMatchObject({
    code: 0,
    text: "gnot_01 is acted on once more by the next run of the job, within a minute.",
  })
  const { askedByReplay } = globalThis as unknown as { askedByReplay: { sql: string; asked: unknown[] } }
  expect(askedByReplay.sql).toMatch(/set next_try_at = \$1.*verified and gateway_payment_id is not null/s)
  expect(askedByReplay.asked).toEqual([now, now, "gnot_01"])
})

it("in a schema of the shop's own", async () => {
  const seen = `(globalThis.sqlOfReplay = [...(globalThis.sqlOfReplay ?? []), [sql, asked]]) && [{ id: "gnot_01" }]`
  const { code } = await type(["replay", "gnot_01"], {
    env: { ...env, DATABASE_SCHEMA: 'The "Shop"' },
    now: () => now,
    directory: folderWith({ "node_modules/pg/index.js": pg(seen) }),
  })
  expect(code).toBe(0)
  const [first] = (globalThis as unknown as { sqlOfReplay: [string, unknown[]][] }).sqlOfReplay
  expect(first).toEqual(["select set_config('search_path', $1, false)", ['"The ""Shop"""']])
})

it("an id that no such notification has", async () => {
  expect(await replay("[]")).toMatchObject({
    code: 1,
    text: expect.stringMatching(/no notification gnot_01/),
  })
})

it("what it cannot work with is a sentence, without the address of the database", async () => {
  await expect(replay("refuse")).rejects.toThrow(
    "The database could not be asked (ECONNREFUSED): check DATABASE_URL.",
  )
  await expect(replay("[]", "1; drop")).rejects.toThrow(/id of one stored notification/)
  await expect(type(["replay", "gnot_01"])).rejects.toThrow(/DATABASE_URL is not set/)
  await expect(type(["replay", "gnot_01"], { env })).rejects.toThrow(/pg is not installed/)
})
