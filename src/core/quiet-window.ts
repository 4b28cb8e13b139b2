import { localTime } from "./time-zone"

/**
 * Ksher sends no payout from 02:30 to 03:00 Thai time. Five minutes on both sides are kept free: clocks differ, and a call lasts a
 * while.
 */
const quiet = { from: "02:25", until: "03:05", timeZone: "Asia/Bangkok" }

/** Whether no payout is sent at this moment. */
export function isQuiet(now: Date): boolean {
  const { time } = localTime(now, quiet.timeZone)
  return time >= quiet.from && time < quiet.until
}
