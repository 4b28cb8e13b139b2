import type { INotificationModuleService } from "@medusajs/framework/types"
import { Modules } from "@medusajs/framework/utils"

import { backToThePresent, eventually, inRealMedusa, ledgerPayment, paidOrder, travel } from "./world"

const hour = 3_600_000

inRealMedusa(
  (world) => {
    afterEach(backToThePresent)

    /** What the bell of Medusa's admin shows, the newest first. */
    const bell = async () => {
      const { notifications } = await world.shop.admin("get", "/admin/notifications?channel=feed&limit=50")
      return (notifications as { template: string; data: { title: string; description: string } }[]).map(
        ({ data }) => [data.title, data.description],
      )
    }

    it("what stands under attention appears in the admin's bell, once, again after a day, and when it is gone", async () => {
      const ids: string[] = []
      for (let count = 0; count < 2; count++) {
        const { id } = await ledgerPayment(
          world,
          await paidOrder(world, "pp_ksher_th", { channel: "truemoney" }),
        )
        await world.plugin.ledger.payments.update(id, { attentionCode: "no_order", attention: "Look." })
        ids.push(id)
      }
      const title = "Ksher: 已付款，但沒有訂單".replace(": ", "：")
      await world.plugin.tellPeople()
      await world.plugin.tellPeople()
      const [first, ...others] = await eventually(bell, (entries) => entries.length > 0)
      expect([first, others]).toEqual([[title, expect.stringContaining("2 筆")], []])
      travel(25 * hour)
      await world.plugin.tellPeople()
      expect((await bell()).map(([line]) => line)).toContain("Ksher 仍未處理：已付款，但沒有訂單")
      for (const id of ids)
        await world.plugin.ledger.payments.update(id, { attentionCode: null, attention: null })
      await world.plugin.tellPeople()
      expect((await bell()).map(([line]) => line)).toContain("Ksher 已解決：已付款，但沒有訂單")
      expect(await bell()).toHaveLength(3)
    })

    it("a channel that no provider serves is logged, and keeps the bell from nothing", async () => {
      const said: string[] = []
      jest.spyOn(world.console, "error").mockImplementation((line: string) => void said.push(line))
      const { id } = await ledgerPayment(world, await paidOrder(world, "pp_gnete_hk"))
      await world.plugin.ledger.payments.update(id, { attentionCode: "books_differ", attention: "Look." })
      const before = (await bell()).length
      world.plugin.options.alerts.channels.push({
        channel: "email",
        to: "shop@shop.example",
        template: "alert",
      })
      await world.plugin.tellPeople()
      world.plugin.options.alerts.channels.pop()
      expect((await bell()).length).toBe(before + 1)
      travel(2 * hour)
      await world.plugin.tellPeople()
      // Under its key Medusa sends nothing twice: the bell had heard of it.
      expect((await bell()).length).toBe(before + 1)
    })

    it("what a provider did not send once is sent once when it works again", async () => {
      const module = world.container.resolve<
        INotificationModuleService & { notificationProviderService_: { send(): Promise<object> } }
      >(Modules.NOTIFICATION)
      const down = jest
        .spyOn(module.notificationProviderService_, "send")
        .mockRejectedValue(new Error("The provider is down."))
      const { id } = await ledgerPayment(world, await paidOrder(world, "pp_gnete_hk"))
      await world.plugin.ledger.payments.update(id, { attentionCode: "contradiction", attention: "Look." })
      await world.plugin.tellPeople()
      down.mockRestore()
      for (let hours = 0; hours < 3; hours++) {
        travel(2 * hour)
        await world.plugin.tellPeople()
      }
      const tries = (await module.listNotifications({ channel: "feed" }))
        .filter(({ data }) => data?.code === "contradiction")
        .map(({ status }) => status)
      expect(tries.sort()).toEqual(["failure", "success"])
    })

    it("a report of the day before is sent once, when its hour has come", async () => {
      await paidOrder(world, "pp_ksher_th", { channel: "truemoney" })
      const before = (await bell()).length
      await world.plugin.reportInTheMorning()
      const [today] = (await bell()).slice(0, (await bell()).length - before)
      travel(24 * hour)
      await world.plugin.reportInTheMorning()
      await world.plugin.reportInTheMorning()
      const told = (await bell()).slice(0, (await bell()).length - before - (today ? 1 : 0))
      expect(told).toEqual([
        [
          expect.stringMatching(/^\d{4}-\d\d-\d\d 的閘道付款$/),
          expect.stringMatching(/Ksher，TrueMoney：收款 THB [\d.]+（\d+ 筆）/),
        ],
      ])
    })
  },
  { plugin: { alerts: { language: "zh-TW", report: { time: "00:00", timeZone: "Asia/Hong_Kong" } } } },
)
