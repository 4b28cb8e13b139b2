import { Drawing } from "../../../src/react/drawing"

describe("the picture of a code", () => {
  it("that could not be drawn is drawn when the shopper checks again", async () => {
    const draw = jest
      .fn()
      .mockRejectedValueOnce(new Error("Loading chunk 7 failed"))
      .mockResolvedValue("picture")
    const drawing = new Drawing(draw)
    await drawing.show("code 1")
    expect(drawing.snapshot()).toEqual({ content: "code 1", picture: null, isDrawing: false })
    await drawing.again()
    expect(drawing.snapshot()).toEqual({ content: "code 1", picture: "picture", isDrawing: false })
    await drawing.again()
    expect(draw.mock.calls).toEqual([["code 1"], ["code 1"]])
  })

  it("that a browser cannot draw is none, and no empty one", async () => {
    const drawing = new Drawing(() => Promise.resolve(null))
    await drawing.show("code 1")
    expect(drawing.snapshot()).toMatchObject({ picture: null, isDrawing: false })
  })

  it("is of the code that is shown, whichever is ready first", async () => {
    const ready = new Map<string, (picture: string) => void>()
    const drawing = new Drawing((content) => new Promise((resolve) => ready.set(content, resolve)))
    const heard: unknown[] = []
    const leave = drawing.subscribe(() => heard.push(drawing.snapshot()))
    const both = [drawing.show("old"), drawing.show("new")]
    expect(drawing.snapshot()).toEqual({ content: "new", picture: null, isDrawing: true })
    ready.get("new")?.("picture of new")
    ready.get("old")?.("picture of old")
    await Promise.all(both)
    expect(drawing.snapshot()).toMatchObject({ content: "new", picture: "picture of new" })
    await drawing.show(null)
    expect(drawing.snapshot()).toEqual({ content: null, picture: null, isDrawing: false })
    leave()
    await drawing.again()
    expect(heard.at(-1)).toEqual(drawing.snapshot())
  })

  it("is not begun twice while it is drawn", async () => {
    let end: (picture: string) => void = () => undefined
    const draw = jest.fn(() => new Promise<string>((resolve) => (end = resolve)))
    const drawing = new Drawing(draw)
    const shown = drawing.show("code 1")
    await drawing.again()
    end("picture")
    await shown
    expect(draw).toHaveBeenCalledTimes(1)
  })
})
