import { channelPages, gneteIsUniform, withTables } from "../../../scripts/channels"
import { listedChannels } from "../../../src/core"
import { read } from "./pages"

describe.each(Object.entries(channelPages))("%s", (page, language) => {
  it("has the tables that the plugin's own data makes", () => {
    // After a change: npx tsx scripts/channels.ts
    expect(read(page)).toBe(withTables(read(page), language))
  })

  it("has a row for every channel and way code", () => {
    const rows = [...read(page).matchAll(/^\| `(\w+)` \|/gm)].map(([, code]) => code)
    expect(rows).toEqual([...listedChannels("ksher"), ...listedChannels("gnete")])
  })
})

it("Gnete's way codes are all alike, as the page says", () => {
  expect(gneteIsUniform()).toBe(true)
})
