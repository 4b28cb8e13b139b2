interface Drawn {
  /** What the code says; `null` while none is shown. */
  content: string | null
  /** `null` until it is drawn, and where it could not be. */
  picture: string | null
  isDrawing: boolean
}

export const nothingDrawn: Drawn = { content: null, picture: null, isDrawing: false }

/** The picture of the code that is shown. What draws it comes over the network, and may not come. Knows nothing of React. */
export class Drawing {
  #snapshot = nothingDrawn
  #listeners = new Set<() => void>()

  constructor(private readonly draw: (content: string) => Promise<string | null>) {}

  readonly snapshot = (): Drawn => this.#snapshot

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async show(content: string | null): Promise<void> {
    if (content === this.#snapshot.content) return
    this.#set({ content, picture: null, isDrawing: false })
    await this.again()
  }

  /** Draws what could not be drawn before. */
  async again(): Promise<void> {
    const { content, picture, isDrawing } = this.#snapshot
    if (content === null || picture !== null || isDrawing) return
    this.#set({ content, picture, isDrawing: true })
    const drawn = await this.draw(content).catch(() => null)
    if (this.#snapshot.content === content) this.#set({ content, picture: drawn, isDrawing: false })
  }

  #set(snapshot: Drawn): void {
    this.#snapshot = snapshot
    for (const listener of this.#listeners) listener()
  }
}
