const swc = (tsx) => [
  "@swc/jest",
  {
    jsc: {
      parser: { syntax: "typescript", decorators: true, tsx },
      transform: { legacyDecorator: true, decoratorMetadata: true, react: { runtime: "automatic" } },
      target: "es2022",
    },
    // import() stays what it is: ESM-only packages are reached by it.
    module: { type: "commonjs", ignoreDynamic: true },
    sourceMaps: "inline",
  },
]

const project = (name, settings = {}) => ({
  displayName: name,
  rootDir: __dirname,
  testEnvironment: "node",
  testMatch: [`<rootDir>/test/${name}/**/*.test.{ts,tsx}`],
  transform: { "^.+\\.ts$": swc(false), "^.+\\.tsx$": swc(true) },
  modulePathIgnorePatterns: ["<rootDir>/.medusa/"],
  ...settings,
})

const database = {
  globalSetup: "<rootDir>/test/setup/start-database.ts",
  globalTeardown: "<rootDir>/test/setup/stop-database.ts",
}
const enumerations = ["walk", "schedules"].map((folder) => `<rootDir>/test/simulation/${folder}`)
const patient = "<rootDir>/test/setup/patience.ts"

/** @type {import("jest").Config} */
module.exports = {
  projects: [
    project("unit", { setupFilesAfterEnv: [patient] }),
    project("simulation", {
      ...database,
      setupFilesAfterEnv: [patient],
      testPathIgnorePatterns: ["/node_modules/", ...enumerations],
    }),
    // The same, by the hundred thousand: counters take half of that time again, and the bounds hold without them.
    project("simulation", {
      ...database,
      setupFilesAfterEnv: [patient],
      testMatch: enumerations.map((folder) => `${folder}/**/*.test.ts`),
      coveragePathIgnorePatterns: ["/node_modules/", "<rootDir>/src/"],
    }),
    project("integration", {
      ...database,
      globalSetup: "<rootDir>/test/setup/build.ts",
      testEnvironment: "<rootDir>/test/setup/medusa-environment.ts",
      setupFiles: ["<rootDir>/test/setup/medusas-modules.ts"],
      setupFilesAfterEnv: [patient],
    }),
    project("packed", {
      ...database,
      globalSetup: "<rootDir>/test/setup/pack.ts",
      setupFilesAfterEnv: [patient],
    }),
    project("nextjs", {
      globalSetup: "<rootDir>/test/setup/start-nextjs.ts",
      globalTeardown: "<rootDir>/test/setup/stop-nextjs.ts",
      setupFilesAfterEnv: [patient],
    }),
    project("browser", {
      globalSetup: "<rootDir>/test/setup/start-shop.ts",
      globalTeardown: "<rootDir>/test/setup/stop-shop.ts",
      setupFilesAfterEnv: [patient],
    }),
  ],
  testSequencer: "<rootDir>/test/setup/longest-first.js",
  reporters: ["default", "<rootDir>/test/setup/count-reporter.js"],
  // Each integration file boots a Medusa of its own, with its own database: two of them share two cores well, and
  // a worker that has grown by what each one leaves behind is replaced.
  maxWorkers: 2,
  workerIdleMemoryLimit: "1500MB",
  // Medusa leaves timers and connections behind after its shutdown.
  forceExit: true,
  // A Medusa of the tests loads the plugin with the same counters: see test/setup/count-sources.ts.
  collectCoverageFrom: ["src/**/*.ts", "!src/{admin,migrations}/**"],
  coverageReporters: [["text", { skipFull: true }]],
  coverageThreshold: {
    "./src/core/": { lines: 95, branches: 90 },
    "./src/services/": { lines: 95, branches: 90 },
  },
}
