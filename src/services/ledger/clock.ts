/** Injected, so that tests and the simulation own the time. */
export interface Clock {
  now(): Date
}

export const systemClock: Clock = { now: () => new Date() }
