import { z } from "zod"

import type { Cursor } from "../services/settlement"

/** A cursor as the list's routes hand it out: its form may change, and nobody but these two functions reads it. */
export const cursorView = ({ side, id }: Cursor): string =>
  Buffer.from(`${side}:${id}`, "utf8").toString("base64url")

/** Only what was handed out is taken: the characters of an id, and no other text that decodes to the same. */
const written = /^(after|before):(gpay_\w{1,40})$/

export const cursor = z
  .string()
  .max(128)
  .transform((text, context): Cursor => {
    const [, side, id] = written.exec(Buffer.from(text, "base64url").toString("utf8")) ?? []
    const found =
      id === undefined ? undefined : { side: side === "after" ? ("after" as const) : ("before" as const), id }
    if (found && cursorView(found) === text) return found
    context.addIssue({
      code: "custom",
      message: "is not a cursor of this list: take next_cursor or previous_cursor as it came",
    })
    return z.NEVER
  })
