// What a notification that leads to a paid order is measured against: one query at the same gateway, and Medusa's own workflow.
const { Modules } = require("@medusajs/framework/utils")
const { processPaymentWorkflow } = require("@medusajs/medusa/core-flows")

exports.POST = async (req, res) => {
  const { session_id, amount, number, minor } = req.body
  const { paymentProviderService_: providers } = req.scope.resolve(Modules.PAYMENT)
  const { gateway } = providers.retrieveProvider("pp_gnete_hk").deps
  const order = { number, amount: { minor, currency: "hkd" }, mode: "redirect" }
  const answer = await gateway.query(order)
  if (answer.kind !== "succeeded") throw new Error(`The gateway answered ${answer.kind}.`)
  await processPaymentWorkflow(req.scope).run({ input: { action: "captured", data: { session_id, amount } } })
  res.json({ done: true })
}
