import Module from "node:module"
import path from "node:path"
import { createScriptTransformer } from "@jest/transform"
import type { JestEnvironmentConfig } from "@jest/environment"

import { root } from "../../demo/processes"

/** What Node compiles a CommonJS module by. Its types do not name it, and every loader of TypeScript uses it. */
interface Loaders {
  _extensions: Record<string, (module: Compiled, file: string) => void>
}

interface Compiled {
  _compile(code: string, file: string): void
}

const built = path.join(root, ".medusa/server/src")
let isCounting = false

/**
 * For a run with coverage: Medusa loads the plugin from its sources, in which Jest has put its counters, so that all suites
 * count the same lines and branches. V8's own counters would ask every function of Medusa at the end of each file.
 */
export async function countSources({ globalConfig, projectConfig }: JestEnvironmentConfig): Promise<void> {
  if (isCounting) return
  isCounting = true
  const { collectCoverage, collectCoverageFrom, coverageProvider } = globalConfig
  const sources = await createScriptTransformer(projectConfig)
  const options = {
    collectCoverage,
    collectCoverageFrom,
    coverageProvider,
    isInternalModule: false,
    supportsDynamicImport: false,
    supportsExportNamespaceFrom: false,
    supportsStaticESM: false,
    supportsTopLevelAwait: false,
  }
  const { _extensions: loaders } = Module as unknown as Loaders
  const load = loaders[".js"]!
  loaders[".js"] = (module, file) => {
    if (!file.startsWith(built + path.sep)) return load(module, file)
    const source = path.join(root, "src", path.relative(built, file)).replace(/\.js$/, ".ts")
    module._compile(sources.transform(source, options).code, file)
  }
}
