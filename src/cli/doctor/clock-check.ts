import { note, ok, skipped, wrong, type Result } from "./finding"

/** Both gateways sign the time into a request; neither says how old it may be, and minutes are what such checks allow. */
const tolerated = 60_000
const noticed = 10_000
const patience = 10_000

/** Compares this machine's clock with the `Date` of whatever the gateway answers to a bare HEAD. */
export async function checkClock(host: string, now: () => Date): Promise<Result> {
  let date: string | null
  try {
    const answer = await fetch(host, {
      method: "HEAD",
      redirect: "manual",
      signal: AbortSignal.timeout(patience),
    })
    date = answer.headers.get("date")
  } catch {
    return skipped(`${new URL(host).host} gave no answer to compare the clock with.`)
  }
  const theirs = Date.parse(date ?? "")
  if (Number.isNaN(theirs)) return skipped(`${new URL(host).host} does not tell its time.`)
  return judged(now().getTime() - theirs)
}

function judged(ahead: number): Result {
  const seconds = Math.round(Math.abs(ahead) / 1000)
  const text = `This machine is ${seconds} s ${ahead < 0 ? "behind" : "ahead of"} the gateway.`
  if (Math.abs(ahead) > tolerated) return wrong(`${text} Set the clock, by NTP for example.`)
  if (Math.abs(ahead) > noticed) return note(`${text} Set the clock before it grows.`)
  return ok("This machine's clock agrees with the gateway's.")
}
