import { randomInt } from "node:crypto"
import net from "node:net"

/** Below the range from which systems give ports to whoever asks for any, or connects. */
const range = { from: 20_000, to: 32_000 }

/** A port that nobody listens on, and that nobody is given by chance while its owner starts. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(range.from, range.to)
    if (await isFree(port)) return port
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = net.createServer()
    probe.on("error", () => {
      resolve(false)
    })
    probe.listen(port, () => {
      probe.close(() => {
        resolve(true)
      })
    })
  })
}
