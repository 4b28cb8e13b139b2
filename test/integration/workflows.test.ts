import path from "node:path"

import type * as Workflows from "../../src/workflows"
import { root } from "../../demo/processes"
import { atRest, operations } from "./scenarios/support"
import { books, expectBooks, gatewayBooks, inRealMedusa, ledgerPayment, paidOrder } from "./world"

/** Those of the Medusa beside the tests, not Jest's own. */
const workflows = () => loadAsMedusa(path.join(root, ".medusa/server/src/workflows")) as typeof Workflows

inRealMedusa((world) => {
  afterEach(() => atRest(world))

  /** What the hooks of another plugin heard, and whom they refuse. */
  const heard: string[] = []
  let refuses = false
  const hook = (name: string) => (given: { input: unknown }) => {
    heard.push(`${name} ${JSON.stringify(given.input)}`)
    if (refuses) throw new Error("The warehouse has sent it.")
  }
  const refused = { message: "The warehouse has sent it." }
  beforeAll(() => {
    workflows().refundGatewayPaymentWorkflow.hooks.validate(hook("refund"))
    workflows().decideGatewayPaymentWorkflow.hooks.validate(hook("decide"))
    workflows().cancelGatewayOrderWorkflow.hooks.validate(hook("cancel"))
  })
  beforeEach(() => {
    heard.length = 0
    refuses = false
  })

  it("a refund runs the hook, returns the money once per key, and is in every book", async () => {
    const order = await paidOrder(world, "pp_ksher_th", { channel: "truemoney" })
    const { id } = await ledgerPayment(world, order)
    const input = { id, amount: "100.00", note: "A broken cup", by: "user_script", key: "cup-1" }
    const run = () => workflows().refundGatewayPaymentWorkflow(world.container).run({ input })
    const { result } = await run()
    expect(result).toEqual({ id, state: "partially_refunded", paid_amount: 35_050, refunded_amount: 10_000 })
    expect(heard).toEqual([expect.stringContaining(`refund {"id":"${id}"`)])
    await run()
    expect((await gatewayBooks(world, order)).returned).toBe(10_000)
    await expectBooks(world, order, 25_050)
  })

  it("a decision and a cancel run theirs", async () => {
    const order = await paidOrder(world, "pp_gnete_hk")
    const { id } = await ledgerPayment(world, order)
    const input = { id, action: "refund" as const, amount: "8.40", note: "As promised", by: "user_script" }
    await workflows().decideGatewayPaymentWorkflow(world.container).run({ input })
    await workflows()
      .cancelGatewayOrderWorkflow(world.container)
      .run({ input: { order_id: order.id } })
    expect(heard.map((line) => line.split(" ")[0])).toEqual(["decide", "cancel"])
    expect((await books(world, order)).status).toBe("canceled")
    await expectBooks(world, order, 0)
  })

  it("a hook that throws refuses: nothing is written, nothing is sent", async () => {
    const order = await paidOrder(world, "pp_ksher_th", { channel: "truemoney" })
    const { id } = await ledgerPayment(world, order)
    const before = [await operations(world, order), (await world.sandbox.calls()).length]
    refuses = true
    const decided = { id, action: "refund" as const, note: "No", by: "user_script" }
    const { container } = world
    const { refundGatewayPaymentWorkflow, decideGatewayPaymentWorkflow, cancelGatewayOrderWorkflow } =
      workflows()
    await expect(
      refundGatewayPaymentWorkflow(container).run({ input: { id, note: "No", by: "user_script" } }),
    ).rejects.toMatchObject(refused)
    await expect(decideGatewayPaymentWorkflow(container).run({ input: decided })).rejects.toMatchObject(
      refused,
    )
    await expect(
      cancelGatewayOrderWorkflow(container).run({ input: { order_id: order.id } }),
    ).rejects.toMatchObject(refused)
    expect([await operations(world, order), (await world.sandbox.calls()).length]).toEqual(before)
    expect((await books(world, order)).status).not.toBe("canceled")
    await expectBooks(world, order, 35_050)
  })

  it("what the door refuses, the workflow refuses in the same words", async () => {
    const order = await paidOrder(world, "pp_ksher_th", { channel: "truemoney" })
    const { id, version } = await ledgerPayment(world, order)
    const input = { id, version: version + 1, note: "Late", by: "user_script" }
    await expect(
      workflows().refundGatewayPaymentWorkflow(world.container).run({ input }),
    ).rejects.toMatchObject({
      code: "changed",
    })
  })
})
