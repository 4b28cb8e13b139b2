/** A statement takes milliseconds. One that takes longer than this hangs, on a lost connection say, and holds up no other. */
const patienceMs = 1_000

/** What came in while one statement ran is carried out by the next: of a flood, the database sees a few large ones. */
export class Together<Item, Result> {
  private waiting: Waiting<Item, Result>[] = []
  private busy = false

  /**
   * `work` answers each item of a batch, in its order. `fits`: whether an item may join those already in the batch; one that
   * does not waits for a later one.
   */
  constructor(
    private readonly work: (items: readonly Item[]) => Promise<readonly Result[]>,
    private readonly fits: (item: Item, batch: readonly Item[]) => boolean,
  ) {}

  add(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject })
      this.start()
    })
  }

  private start(): void {
    if (this.busy || !this.waiting.length) return
    this.busy = true
    let over = false
    const next = () => {
      clearTimeout(hanging)
      if (over) return
      over = true
      this.busy = false
      this.start()
    }
    const hanging = setTimeout(next, patienceMs)
    hanging.unref()
    void this.carryOut(this.take()).then(next)
  }

  private take(): Waiting<Item, Result>[] {
    const batch: Waiting<Item, Result>[] = []
    const items: Item[] = []
    this.waiting = this.waiting.filter((one) => {
      if (items.length && !this.fits(one.item, items)) return true
      batch.push(one)
      items.push(one.item)
      return false
    })
    return batch
  }

  /** Where a batch fails, each is tried alone: none fails for what is wrong with another. */
  private async carryOut(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await this.work(batch.map(({ item }) => item))
      batch.forEach(({ resolve }, at) => resolve(results[at] as Result))
    } catch (error) {
      if (batch.length === 1) for (const { reject } of batch) reject(error)
      else await Promise.all(batch.map((one) => this.carryOut([one])))
    }
  }
}

interface Waiting<Item, Result> {
  item: Item
  resolve: (result: Result) => void
  reject: (error: unknown) => void
}
