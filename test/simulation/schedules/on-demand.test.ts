import { onDemand } from "../steps"
import { playSeeds } from "./suite"

playSeeds(1, 300, [], onDemand)
