import { execFileSync } from "node:child_process"

/** Neither is a version. */
const moments = ["created", "modified"]

/**
 * The version that was published last, a snapshot or a preview among them.
 *
 * @param times of every version, as `npm view @medusajs/medusa time --json` prints them
 */
export function newestOf(times: Readonly<Record<string, string>>): string {
  const [newest] = Object.entries(times)
    .filter(([version]) => !moments.includes(version))
    .sort(([, one], [, other]) => Date.parse(other) - Date.parse(one))
  if (!newest) throw new Error("The registry has no version of Medusa.")
  return newest[0]
}

/** Says it as the workflow's next step reads it. */
if (require.main === module) {
  const said = execFileSync("npm", ["view", "@medusajs/medusa", "time", "--json"], {
    encoding: "utf8",
    maxBuffer: 2 ** 26,
    shell: process.platform === "win32",
  })
  console.log(`MEDUSA_VERSION=${newestOf(JSON.parse(said) as Record<string, string>)}`)
}
