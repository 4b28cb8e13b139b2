import { changing, skewed } from "../steps"
import { playSeeds } from "./suite"

playSeeds(1, 150, [], (schedule) => skewed(changing(schedule)))
