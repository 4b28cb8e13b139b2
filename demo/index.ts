import { login, runShop, stopWhenTold, type RunningShop } from "./running-shop"
import { paid, stories, yesterday, type Story } from "./stories"
import { compare, print, type Row } from "./table"

const hours = 3_600_000
const started = Date.now()
const out = (line: string) => process.stdout.write(`${line}\n`)
const say = (line: string) => out(`${((Date.now() - started) / 1000).toFixed(0).padStart(3)} s  ${line}`)

async function demo(): Promise<void> {
  const stay = process.argv.includes("--stay")
  // The gateways begin yesterday: what is paid first is a day old when its refund is asked for.
  const world = await runShop({
    say,
    ...(stay ? forPeople : {}),
    sandboxClock: { now: () => Date.now() - 26 * hours },
  })
  stopWhenTold(world)
  try {
    if (stay) tellAddresses(world)
    const paidThen = await paid(world, "pp_gnete_hk")
    await world.sandbox.advance(26 * hours)
    const rows = await play(world, [yesterday(paidThen), ...stories])
    out("")
    print(rows, out)
    out("")
    const differ = rows.filter((row) => !row.agree)
    say(
      differ.length ? `${differ.length} of ${rows.length} orders differ` : `all ${rows.length} orders agree`,
    )
    out(`${rows.length - differ.length} passed, ${differ.length} failed`)
    process.exitCode = differ.length ? 1 : 0
    if (stay) await staying(world)
  } finally {
    await world.stop()
  }
}

/** A person wants pages to click through, at the same addresses each time. */
const forPeople = { pages: true, ports: { medusa: 9000, sandbox: 9300, storefront: 8000 } }

async function play(world: RunningShop, all: readonly Story[]): Promise<Row[]> {
  const rows: Row[] = []
  for (const story of all) {
    const row = await compare(world, story, await story.play(world))
    say(`${row.agree ? "✓" : "✗"} ${row.title}`)
    rows.push(row)
  }
  return rows
}

/** A person came to look around, and need not wait for the stories. */
function tellAddresses(world: RunningShop): void {
  out(`
shop      ${world.storefrontUrl}  choose, pay on the simulated gateway's page, cancel
admin     ${world.url}/app  ${login.email} / ${login.password}
gateways  ${world.sandbox.url}  every payment so far, and its page
API       ${world.url}  publishable key ${world.shop.publishableKey}
Ctrl-C ends all of it. The demo's own orders come in meanwhile.
`)
}

async function staying(world: RunningShop): Promise<void> {
  out(`
The shop ${world.storefrontUrl}, its admin ${world.url}/app and the gateways ${world.sandbox.url} stay up until Ctrl-C.`)
  await new Promise(() => undefined)
}

demo().then(
  // Node has nothing left to do, but a socket somewhere may not know.
  () => process.exit(),
  (error: unknown) => {
    out(error instanceof Error ? (error.stack ?? error.message) : String(error))
    process.exit(1)
  },
)
