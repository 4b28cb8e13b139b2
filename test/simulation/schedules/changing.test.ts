import { changing } from "../steps"
import { playSeeds } from "./suite"

/** Seeds of longer runs that found something once. */
const foundLater = [686, 754, 1334, 1358, 1376, 1623]

playSeeds(1, 300, foundLater, changing)
