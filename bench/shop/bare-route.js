// What a notification is measured against: a custom route of Medusa's that reads its body and does one INSERT.
const { createHash, randomUUID } = require("node:crypto")
const { ContainerRegistrationKeys } = require("@medusajs/framework/utils")

exports.POST = async (req, res) => {
  const body = JSON.stringify(req.body)
  // The same body is stored once, as a shop's own first attempt at a webhook would have it.
  const hash = createHash("sha256").update(body).digest("hex")
  await req.scope
    .resolve(ContainerRegistrationKeys.PG_CONNECTION)
    .raw("insert into bench_notification (id, hash, body) values (?, ?, ?) on conflict (hash) do nothing", [
      randomUUID(),
      hash,
      body,
    ])
  res.json({ result: "SUCCESS", msg: "OK" })
}
