import { playSeeds } from "./suite"

playSeeds(1, 1_000)
