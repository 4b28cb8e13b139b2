import { reconfigured } from "../steps"
import { playSeeds } from "./suite"

playSeeds(1, 100, [], reconfigured)
