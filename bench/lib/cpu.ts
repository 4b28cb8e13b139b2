import { readdirSync, readFileSync } from "node:fs"

/** Processor time in milliseconds of a process and of what it has started, as Linux counts it: in hundredths of a second. */
export function cpuOfGroup(leader: number): number {
  let ticks = 0
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    let stat: string
    try {
      stat = readFileSync(`/proc/${pid}/stat`, "utf8")
    } catch {
      continue // It has ended meanwhile.
    }
    // The name in brackets may hold spaces; the fields after it do not.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
    if (Number(fields[2]) === leader) ticks += Number(fields[11]) + Number(fields[12])
  }
  return ticks * 10
}
