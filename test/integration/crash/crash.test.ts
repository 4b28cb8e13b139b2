import { eventually } from "../books"
import { following, openPremises, type MedusaProcess, type Premises } from "../processes/process"
import { crash, cut, expectEnd, expectOwed, recover, runJob, stepsOf, type Case, type Point } from "./cases"
import { paysOut } from "./payout-story"
import { storiesOfBoth, type Story } from "./stories"

/**
 * `CRASH=all`: every step on both gateways. `CRASH=each`: and the process killed at each, one after the other, for hours.
 * `CRASH_STORY`: of these stories only whose title contains it.
 */
const { CRASH, CRASH_STORY = "" } = process.env
const everywhere = CRASH === "all" || CRASH === "each"
const stories = [...storiesOfBoth, paysOut].filter((story) => story.title.includes(CRASH_STORY))
const titled = stories.map((story) => [story.title, story] as const)

let world: Premises
let medusa: MedusaProcess
const steps = new Map<Story, string[]>()

beforeAll(async () => {
  world = await openPremises("crash")
  medusa = world.processes[0]!
  for (const story of stories) steps.set(story, await stepsOf(world, medusa, story))
}, 600_000)
afterAll(() => world.close())

/** 0: before anything is left behind. */
const pointsOf = (story: Story): Point[] =>
  ["nothing yet", ...steps.get(story)!].map((what, after) => ({ story, what, after }))

/** What is written before and after a gateway is called is tried on both of them; every other step on one, in turn. */
const aroundCalls = /gateway_operation|gateway_notification|answer of|insert into (refund|capture)/
const chosen = ({ story, what, after }: Point): boolean =>
  everywhere || aroundCalls.test(what) || after % 2 === (story.way.gateway === "ksher" ? 0 : 1)

describe("what a cut request leaves to the others", () => {
  const notified = storiesOfBoth.filter((one) => one.title.includes("notification"))

  // Notifications that come at once are written by one statement: it must not fail, nor count, for the wrong one.
  it("notifications that come at once with cut ones are stored and acted on, each in its own steps", async () => {
    const begun = []
    for (const story of notified)
      for (const [at, after] of [0, undefined, 0, undefined, 1, undefined].entries()) {
        const subject = await story.begin(world)
        const request = await story.request(world, subject)
        const flow = `${story.title}, at once, ${at}`
        const cutting = following(after === undefined ? { flow } : { flow, after })
        const headers = { ...(request.headers as Record<string, string>), ...cutting }
        begun.push({ story, subject, after, flow, request: { ...request, headers } })
      }
    const answers = await Promise.all(begun.map(({ request }) => world.shop.http.request(request)))
    for (const { story, subject, after } of begun)
      if (after === undefined) await eventually(() => story.ended(world, subject), Boolean)
    const inserts = (flow: string) =>
      medusa.stepsOf(flow).filter((what) => what.includes("insert into gateway_notification"))
    const told = begun.map(({ flow }, at) => [answers[at]!.status, inserts(flow).length])
    expect(told).toEqual(begun.map(({ after }) => (after === 0 ? [503, 0] : [200, 1])))
  })
})

describe("7. a process that dies right after any step", () => {
  const cases: Case[] = []
  const of = (story: Story) => cases.filter((one) => one.story === story)

  // Requests do not know of each other: each is cut at a step of its own, and then one kill ends the process for all.
  beforeAll(async () => {
    await four(stories.flatMap(pointsOf).filter(chosen), async (point) => {
      cases.push(await cut(world, point))
    })
    // What goes on behind an answer gets to its step as well, however busy the machine is.
    for (const one of cutShort())
      await eventually(
        async () => ({ flow: one.flow, answer: one.answer, steps: medusa.stepsOf(one.flow) }),
        ({ steps }) => steps.length === one.after,
        60_000,
      )
    await crash(world, medusa, cases)
    await recover(world, medusa)
  }, 1_800_000)

  // At the very end two subscribers race to mark the session: there may be a step or two less than there were at first.
  const cutShort = () => cases.filter((one) => one.after <= steps.get(one.story)!.length - 2)

  it("has left behind what it did up to there, and nothing more", () => {
    expect(cutShort().length).toBeGreaterThan(4 * stories.length)
    const found = cutShort().filter((one) => one.left?.length !== one.after)
    expect(found.map((one) => [one.flow, one.left])).toEqual([])
  })

  it.each(titled)(
    "%s: after a start and one run of the job the books agree, and nothing is lost or doubled",
    (_title, story) => each(of(story), (one) => expectOwed(world, one)),
  )

  describe("once people have looked, and asked again for what is not there", () => {
    beforeAll(async () => {
      await four(cases, (one) => one.story.goOn(world, one.subject))
      await runJob(world, medusa, 20)
    }, 1_800_000)

    it.each(titled)("%s: it has come to the same end as if nothing had happened", (_title, story) =>
      each(of(story), (one) => expectEnd(world, one)),
    )
  })
})

/** The moments at which an end is told to one side and not to the other, each by a kill of its own. */
const moments = (
  [
    ["ksher: a shopper chooses how to pay", /answer of/],
    ["ksher: a notification says that a cart is paid", /insert into capture/],
    ["ksher: an admin refunds a part", /insert into refund/],
    ["ksher: a shopper confirms where a refund is paid out to", /answer of .*payout$/],
    ["gnete: an admin cancels a paid order", /answer of/],
    ["gnete: an admin cancels an unpaid order", /update order\)/],
  ] as const
).filter(([title]) => title.includes(CRASH_STORY))

describe("7. a process that is killed there and then", () => {
  const dies = async (point: Point) => {
    const one = await cut(world, point, { now: true })
    await medusa.died()
    await crash(world, medusa, [one])
    await recover(world, medusa)
    await expectOwed(world, one)
    await one.story.goOn(world, one.subject)
    await runJob(world, medusa, 20)
    await expectEnd(world, one)
  }

  if (CRASH === "each")
    it.each(titled)(
      "%s: after any step",
      async (_title, story) => {
        for (const point of pointsOf(story).slice(1)) await dies(point)
      },
      3_600_000,
    )
  else
    it.each(moments)("%s, %s", async (title, step) => {
      const points = stories.filter((one) => one.title === title).flatMap(pointsOf)
      await dies(points.find((one) => step.test(one.what))!)
    })
})

async function four<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  const queue = [...items]
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item)
  }
  await Promise.all([worker(), worker(), worker(), worker()])
}

/** Looks at all of them, and says at which steps it does not hold. */
async function each(cases: readonly Case[], look: (one: Case) => Promise<void>): Promise<void> {
  const found: string[] = []
  await four(cases, async (one) => {
    await look(one).catch((error: unknown) => {
      found.push(`after step ${one.after}, ${one.what}: ${(error as Error).message}`)
    })
  })
  expect(found).toEqual([])
}
