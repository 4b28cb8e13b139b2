/** Tells whoever watches the sandbox that something in it may have changed. */
export class Changes {
  private readonly watchers = new Set<() => void>()
  private told = false

  /** @returns what ends the watch. */
  watch(hear: () => void): () => void {
    this.watchers.add(hear)
    return () => this.watchers.delete(hear)
  }

  /** However much changes in one turn of the loop, it is told once. */
  tell(): void {
    if (this.told) return
    this.told = true
    setImmediate(() => {
      this.told = false
      for (const hear of this.watchers) hear()
    })
  }
}
