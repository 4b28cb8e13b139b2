import { playSeeds } from "./suite"

playSeeds(1_001, 2_000)
