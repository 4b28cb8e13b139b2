import { playSeeds } from "./suite"

/** Seeds of longer runs that found something once. */
const foundLater = [2225, 3197, 3202, 3399, 3806, 4345, 4483, 4732, 4734]

playSeeds(1_001, 2_000, foundLater)
