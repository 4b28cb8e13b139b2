import { Together } from "../../../src/services/ledger/together"

/** Work whose batches end when the test says so. */
function works(fits: (item: string, batch: readonly string[]) => boolean = () => true) {
  const batches: { items: readonly string[]; end: () => void; fail: (error: Error) => void }[] = []
  const together = new Together<string, string>(
    (items) =>
      new Promise((resolve, reject) =>
        batches.push({ items, end: () => resolve(items.map((item) => `${item}!`)), fail: reject }),
      ),
    fits,
  )
  const seen = () => batches.map(({ items }) => items.join(""))
  return { batches, seen, add: (item: string) => together.add(item) }
}

const turn = () => new Promise(setImmediate)

describe("what comes in while a statement runs", () => {
  it("is carried out by the next one, and each hears its own result", async () => {
    const { batches, seen, add } = works()
    const all = Promise.all(["a", "b", "c", "d"].map(add))
    expect(seen()).toEqual(["a"])
    batches[0]?.end()
    await turn()
    expect(seen()).toEqual(["a", "bcd"])
    batches[1]?.end()
    expect(await all).toEqual(["a!", "b!", "c!", "d!"])
  })

  it("waits for a later one where it does not fit, in its turn", async () => {
    const { batches, seen, add } = works((item, batch) => batch.length < 2 && !batch.includes(item))
    const all = Promise.all(["a", "b", "b", "c", "d"].map(add))
    for (let at = 0; at < 4; at++) {
      batches[at]?.end()
      await turn()
    }
    expect(await all).toEqual(["a!", "b!", "b!", "c!", "d!"])
    expect(seen()).toEqual(["a", "bc", "bd"])
  })

  it("is tried alone where the statement failed: whoever fails alone is told so, and the others are done", async () => {
    const { batches, seen, add } = works()
    const all = Promise.allSettled(["a", "b", "c"].map(add))
    batches[0]?.end()
    await turn()
    batches[1]?.fail(new Error("one of them"))
    await turn()
    expect(seen()).toEqual(["a", "bc", "b", "c"])
    batches[2]?.fail(new Error("b is it"))
    batches[3]?.end()
    expect(await all).toEqual([
      { status: "fulfilled", value: "a!" },
      { status: "rejected", reason: new Error("b is it") },
      { status: "fulfilled", value: "c!" },
    ])
  })

  it("does not wait for one that hangs", async () => {
    jest.useFakeTimers({ doNotFake: ["setImmediate"] })
    try {
      const { batches, seen, add } = works()
      const lost = add("a")
      const kept = add("b")
      jest.advanceTimersByTime(999)
      expect(seen()).toEqual(["a"])
      jest.advanceTimersByTime(1)
      expect(seen()).toEqual(["a", "b"])
      batches[1]?.end()
      expect(await kept).toBe("b!")
      await turn()
      const after = add("c")
      expect(seen()).toEqual(["a", "b", "c"])
      batches[0]?.end()
      expect(await lost).toBe("a!")
      const last = add("d")
      expect(seen()).toEqual(["a", "b", "c"])
      batches[2]?.end()
      await turn()
      batches[3]?.end()
      expect(await Promise.all([after, last])).toEqual(["c!", "d!"])
    } finally {
      jest.useRealTimers()
    }
  })
})
