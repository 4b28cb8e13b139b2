// Medusa looks for a plugin's modules here and nowhere else; ours lives at the root, with its services and migrations.
import root from "../../index"

export const discoveryPath = require.resolve("../../index")
export default root
