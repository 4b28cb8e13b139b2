import { FirstStart } from "../../../src/react/first-start"

describe("the first payment of a cart", () => {
  it("is begun once, however often it is pressed, and the button waits meanwhile", async () => {
    const first = new FirstStart()
    const heard: boolean[] = []
    const leave = first.subscribe(() => heard.push(first.snapshot().isBusy))
    let end: () => void = () => undefined
    const begin = jest.fn(() => new Promise<void>((resolve) => (end = resolve)))
    const pressed = first.startAnew(begin)
    await first.startAnew(begin)
    expect([begin.mock.calls.length, first.snapshot().isBusy]).toEqual([1, true])
    end()
    await pressed
    expect([heard, first.snapshot()]).toMatchObject([[true, false], { error: null, isBusy: false }])
    leave()
    await first.startAnew(() => undefined)
    expect(heard).toHaveLength(2)
  })

  it.each([
    [
      "throws",
      () => {
        throw new Error("no")
      },
    ],
    ["rejects", () => Promise.reject(new Error("no"))],
  ])("says that it was not started where the shop %s, until the next press", async (_how, begin) => {
    const first = new FirstStart()
    await first.startAnew(begin)
    expect(first.snapshot()).toMatchObject({ error: "not_started", isBusy: false })
    await first.startAnew(() => undefined)
    expect(first.snapshot()).toMatchObject({ error: null, isBusy: false })
  })

  it("leaves a way to another page to Next.js", async () => {
    const first = new FirstStart()
    const leads = Object.assign(new Error("NEXT_REDIRECT"), { digest: "NEXT_REDIRECT;push;/cart" })
    await expect(first.startAnew(() => Promise.reject(leads))).rejects.toBe(leads)
    expect(first.snapshot()).toMatchObject({ error: null, isBusy: false })
  })
})
