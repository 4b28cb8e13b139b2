import { books, eventually, expectBooks, gatewayBooks, ledgerPayment } from "../books"
import { following, type Cut, type MedusaProcess, type Premises } from "../processes/process"
import { sql, type Story, type Subject } from "./stories"

/** A step of a story; 0 is before its first. */
export interface Point {
  story: Story
  after: number
  what: string
}

/** A story that was cut right after a step. */
export interface Case extends Point {
  subject: Subject
  flow: string
  /** What whoever asked was told, for whoever reads of a case that failed. */
  answer?: string
  /** What it had left behind when the process died. */
  left?: string[]
  /** What it must come to by itself, by what the crash left behind. */
  owed?: number | undefined
}

/** A story nobody disturbs: the steps at which the others are cut. */
export async function stepsOf(world: Premises, medusa: MedusaProcess, story: Story): Promise<string[]> {
  const subject = await story.begin(world)
  await ask(world, story, subject, { flow: story.title })
  await eventually(() => story.ended(world, subject), Boolean)
  return medusa.stepsOf(story.title)
}

/** Begins a story and cuts it. With `now` the process is dead afterwards. */
export async function cut(world: Premises, point: Point, { now = false } = {}): Promise<Case> {
  const { story, after } = point
  const subject = await story.begin(world)
  const flow = `${story.title}, ${after}`
  const answer = await ask(world, story, subject, { flow, after, now })
  return { ...point, subject, flow, answer }
}

/** The answer is nobody's business: whoever asked has lost the connection, or has read of an error. */
async function ask(
  world: Premises,
  story: Story,
  subject: Subject,
  how: Partial<Cut> & { flow: string },
): Promise<string> {
  const request = await story.request(world, subject)
  const headers = { ...(request.headers as Record<string, string>), ...following(how) }
  try {
    const { status, data } = await world.shop.http.request<unknown>({ ...request, headers })
    return `${status} ${JSON.stringify(data).slice(0, 300)}`
  } catch (error) {
    if (!how.now) throw error
    return "the connection was lost"
  }
}

/** SIGKILL; and what it leaves behind decides what must become of each case. */
export async function crash(world: Premises, medusa: MedusaProcess, cases: readonly Case[]): Promise<void> {
  await medusa.kill()
  for (const one of cases) {
    one.left = medusa.stepsOf(one.flow)
    one.owed = await one.story.owed(world, one.subject)
  }
}

/** Start-up, and the job when the leases and waits of the dead have run out. */
export async function recover(world: Premises, medusa: MedusaProcess): Promise<void> {
  await medusa.start()
  await runJob(world, medusa, 5)
}

/** One run for every payment: a run begins no new batch after fifty seconds, and leaves what is due then to the next minute's. */
export async function runJob(world: Premises, medusa: MedusaProcess, inMinutes: number): Promise<void> {
  medusa.travel(inMinutes * 60_000)
  const due = medusa.now()
  do await medusa.runJob()
  while (await anyDue(world, due))
}

const anyDue = async (world: Premises, before: Date): Promise<boolean> =>
  (
    await sql(
      world,
      `select id from gateway_payment where next_check_at <= ?
       union all select id from gateway_notification where next_try_at <= ?`,
      [before.toISOString(), before.toISOString()],
    )
  ).length > 0

async function findOrder(world: Premises, { subject }: Case): Promise<void> {
  const [row] = await sql(world, "select order_id from order_cart where cart_id = ?", [subject.cart.id])
  if (row && subject.session)
    subject.order = { id: row.order_id as string, cart: subject.cart, session: subject.session }
}

/** What the case must have come to by itself. */
export async function expectOwed(world: Premises, one: Case): Promise<void> {
  const { owed } = one
  if (owed === undefined) return
  await findOrder(world, one)
  expect(one.subject.order).toBeDefined()
  await expectHeld(world, one, owed)
}

const expectHeld = (world: Premises, { story, subject }: Pick<Case, "story" | "subject">, held: number) =>
  story.expectHeld ? story.expectHeld(world, subject, held) : expectBooks(world, subject.order!, held)

/** What the case comes to once people have looked: the books, the mark, and nothing left open or for a person. */
export async function expectEnd(world: Premises, { story, subject }: Case): Promise<void> {
  const order = subject.order!
  await expectHeld(world, { story, subject }, story.held)
  const { status, sessions } = await books(world, order)
  expect({ status, marks: sessions.map((one) => one.gatewayState) }).toEqual({
    status: story.status ?? (story.held ? "pending" : "canceled"),
    marks: [story.mark],
  })
  const { id, attention, state } = await ledgerPayment(world, order)
  const unclear = (await world.plugin.ledger.operations.ofPayment(id)).filter(
    (one) => one.state === "sent" || one.state === "unknown",
  )
  expect({ attention, state, unclear }).toEqual({ attention: null, state: story.mark, unclear: [] })
  if (story.held) expect(await outstanding(world, order.id)).toBe(0)
  await expectNoOtherOpen(world, subject)
}

/** What Medusa asks for on the order: whatever of it went back is credited. */
async function outstanding(world: Premises, orderId: string): Promise<number> {
  const { order } = await world.shop.admin("get", `/admin/orders/${orderId}?fields=id,*summary`)
  return (order as { summary: { pending_difference: number } }).summary.pending_difference
}

/** Nothing of the cart can still be paid: what was opened and lost is closed. */
async function expectNoOtherOpen(world: Premises, { cart, session }: Subject): Promise<void> {
  const rows = await sql(world, "select merchant_order_no from gateway_payment where collection_id = ?", [
    cart.collectionId,
  ])
  const others = rows.map((row) => row.merchant_order_no as string).filter((no) => no !== session!.number)
  const known = new Set((await world.sandbox.books()).map((book) => book.merchantOrderNo))
  for (const number of others.filter((one) => known.has(one)))
    expect(await gatewayBooks(world, { session: { number } })).toMatchObject({ state: "closed", taken: 0 })
}
