/** Whether Medusa has read the file of the notification route: the file itself says so. */
let isMounted = false

export const noteNotificationRoute = (): void => {
  isMounted = true
}

export interface Serving {
  /** As medusa-config has it: a worker serves no routes. */
  workerMode: string | undefined
  /** The command of Medusa's that was typed: `start`, `exec`, …; undefined where another program started Medusa. */
  command: string | undefined
}

/** The commands that serve routes. Others, and other programs, load Medusa's modules alone. */
const serving = ["start", "develop"]

/** Whether this process answers requests and has no route for notifications. */
export const isRouteMissing = ({ workerMode, command }: Serving): boolean =>
  !isMounted && workerMode !== "worker" && serving.includes(command ?? "")
