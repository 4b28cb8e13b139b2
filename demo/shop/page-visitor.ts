/** A browser as far as the pay page needs one: it keeps cookies by their path, and follows no redirect unasked. */
export class PageVisitor {
  private readonly cookies = new Map<string, string>()

  constructor(
    private readonly shop: string,
    private readonly headers: Record<string, string> = {},
  ) {}

  /** Opens a link and follows it to the page. */
  async open(url: string): Promise<Visited> {
    let answer = await this.get(url)
    for (let hops = 0; answer.location && hops < 3; hops++) answer = await this.get(answer.location)
    return answer
  }

  get(url: string, headers: Record<string, string> = {}): Promise<Visited> {
    return this.send(url, { headers })
  }

  /** Presses the button of a method on the page, as a form without JavaScript does. */
  async press(page: Visited, method: string): Promise<Visited> {
    const answer = await this.post(page, { method, proof: proofIn(page.body) })
    return answer.location ? this.get(answer.location) : answer
  }

  post(
    page: Pick<Visited, "url">,
    fields: Record<string, string>,
    headers: Record<string, string> = { origin: "null", "sec-fetch-site": "same-origin" },
  ): Promise<Visited> {
    return this.send(page.url, { method: "POST", headers, body: new URLSearchParams(fields) })
  }

  /** The states that the page is told of by server events. */
  async *stream(url: string): AsyncGenerator<string, void> {
    const address = new URL(url, this.shop)
    const gone = new AbortController()
    const answer = await fetch(address, { headers: this.held(address), signal: gone.signal })
    const decoder = new TextDecoder()
    try {
      for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>)
        for (const [, state = ""] of decoder.decode(chunk).matchAll(/^data: (.+)$/gm)) yield state
    } finally {
      gone.abort()
    }
  }

  /** What it sends with a request to this address. */
  held({ pathname }: URL): Record<string, string> {
    const held = [...this.cookies].filter(([path]) => pathname.startsWith(path)).map(([, one]) => one)
    return { ...this.headers, ...(held.length ? { cookie: held.join("; ") } : {}) }
  }

  private async send(url: string, init: RequestInit): Promise<Visited> {
    const address = new URL(url, this.shop)
    const answer = await fetch(address, {
      ...init,
      redirect: "manual",
      headers: { ...this.held(address), ...(init.headers as object) },
    })
    for (const line of answer.headers.getSetCookie()) {
      const [pair = ""] = line.split(";")
      this.cookies.set(/path=([^;]+)/i.exec(line)?.[1] ?? "/", pair)
    }
    return {
      url: address.href,
      status: answer.status,
      headers: answer.headers,
      location: answer.headers.get("location"),
      body: await answer.text(),
    }
  }
}

export interface Visited {
  url: string
  status: number
  headers: Headers
  location: string | null
  body: string
}

export const proofIn = (body: string): string => /name="proof" value="([^"]+)"/.exec(body)?.[1] ?? ""

/** What can be chosen on a page: the values of its buttons. */
export const methodsIn = (body: string): string[] =>
  [...body.matchAll(/name="method" value="([^"]+)"/g)].map(([, value = ""]) => value)
