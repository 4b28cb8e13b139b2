import { payingOut } from "../steps"
import { playSeeds } from "./suite"

/** Seeds of longer runs that found something once. */
const foundLater = [97]

playSeeds(1, 60, foundLater, payingOut)
