import { blocks, read } from "../unit/docs/pages"

/** The commands of a page's blocks, each as a person types it. */
const commandsIn = (text: string): string[] =>
  text
    .split("\n")
    .flatMap((line) => line.split("&&"))
    .map((line) => line.trim())
    .filter((line) => line !== "")

/** What the README's steps "Install it in your shop" tell to type, and to paste, under the step of this title. */
export function step(title: string): { commands: string[]; config: string } {
  const text = read("README.md").split(`\n### ${title}\n`)[1]?.split(/\n##/)[0]
  if (text === undefined) throw new Error(`The README has no step "${title}".`)
  const block = (language: string) =>
    new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, "m").exec(text)?.[1] ?? ""
  return { commands: commandsIn(block("bash")), config: block("js") }
}

/** Every command that any page tells a shop, and not a clone of this repository, to type. */
export const shopCommands: string[] = [
  ...new Set(
    blocks
      .filter(({ language }) => language === "bash")
      .flatMap(({ text }) => commandsIn(text))
      .filter((command) => /^(npx|npm install) /.test(command)),
  ),
].sort()
