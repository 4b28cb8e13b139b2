import { buildIfStale } from "../../demo/build"
import startDatabase from "./start-database"

/** The suites that start Medusa as a process of its own need the plugin as a shop has it: built. */
export default async function build() {
  await Promise.all([startDatabase(), buildIfStale()])
}
