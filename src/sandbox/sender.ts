import http from "node:http"
import https from "node:https"

export interface Received {
  /** HTTP status; null where no answer came. */
  status: number | null
  /** The answer's body; where none came, what went wrong. */
  body: string
}

const biggestAnswer = 64 * 1024

/** Posts to a shop as a gateway would: redirects are not followed, certificates are checked. */
export class Sender {
  // A connection kept alive can break just as it is used again, which would count as a failed attempt.
  private readonly agents = {
    "http:": new http.Agent({ keepAlive: false }),
    "https:": new https.Agent({ keepAlive: false }),
  }

  async post(address: string, contentType: string, body: string, timeoutMs: number): Promise<Received> {
    try {
      return await this.send(new URL(address), contentType, body, timeoutMs)
    } catch (error) {
      // A shop that cannot be reached is an ordinary thing to a gateway: it is noted and tried again.
      return { status: null, body: error instanceof Error ? error.message : String(error) }
    }
  }

  stop(): void {
    this.agents["http:"].destroy()
    this.agents["https:"].destroy()
  }

  private send(url: URL, contentType: string, body: string, timeoutMs: number): Promise<Received> {
    const secure = url.protocol === "https:"
    const options: http.RequestOptions = {
      method: "POST",
      agent: this.agents[secure ? "https:" : "http:"],
      headers: { "content-type": contentType, "content-length": Buffer.byteLength(body) },
      signal: AbortSignal.timeout(timeoutMs),
    }
    return new Promise((resolve, reject) => {
      const request = (secure ? https : http).request(url, options, (answer) => {
        let text = ""
        answer.setEncoding("utf8")
        answer.on("data", (chunk: string) => {
          text += chunk
          if (text.length > biggestAnswer) answer.destroy(new Error("the answer is too long"))
        })
        answer.on("end", () => resolve({ status: answer.statusCode ?? null, body: text }))
        answer.on("error", reject)
      })
      request.on("error", reject)
      request.end(body)
    })
  }
}
