import js from "@eslint/js"
import tseslint from "typescript-eslint"

/** Imports that a layer must not have, each with the reason a person reads when the rule stops them. */
const forbid = (...patterns) => ({
  "no-restricted-imports": ["error", { patterns }],
})
const host = {
  regex: "^@medusajs/",
  message: "This layer runs without Medusa.",
}
const above = (message, ...layers) => ({
  regex: `^\\.{1,2}/(.*/)?(${layers.join("|")})(/|$)`,
  message,
})
const surface = ["api", "subscribers", "jobs", "workflows", "admin", "cli", "providers", "links", "react"]
const gateways = ["ksher", "gnete"]
const clean =
  "Two readings of the gateways' pages check each other: the sandbox and the clients share nothing."

const layers = [
  {
    files: ["src/core/**"],
    rules: forbid(
      host,
      above("core knows nothing above it.", "services", "sandbox", "models", "migrations", ...surface),
      {
        regex: "^(axios|express|node:(http|https|net|fs|fs/promises))(/|$)",
        message: "core is pure.",
      },
    ),
  },
  {
    files: ["src/services/transport/**"],
    rules: forbid(
      host,
      above(
        "Transport carries what a gateway hands it, and knows nothing of what it means.",
        "ledger",
        "settlement",
        "host",
        "provider",
        "models",
        "migrations",
        "sandbox",
        ...gateways,
        ...surface,
      ),
    ),
  },
  ...gateways.map((gateway) => ({
    files: [`src/services/${gateway}/**`],
    ignores: [`src/services/${gateway}/provider.ts`],
    rules: forbid(
      { regex: "^(?!\\.|node:|axios($|/)|zod($|/))", message: "A gateway knows core, axios, zod and node." },
      above(
        "A gateway knows core, and neither ledger nor host.",
        "ledger",
        "host",
        "provider",
        "settlement",
        "models",
        "migrations",
        ...surface,
      ),
      above(clean, "sandbox"),
      above("One gateway does not know the other.", ...gateways.filter((other) => other !== gateway)),
    ),
  })),
  {
    files: gateways.map((gateway) => `src/services/${gateway}/provider.ts`),
    rules: forbid(
      above("A provider goes through settlement.", "ledger", "models", "migrations", ...surface),
      above(clean, "sandbox"),
    ),
  },
  {
    files: ["src/react/**"],
    rules: forbid(
      {
        regex: "^(?!\\.|react$|uqr$)",
        message: "A storefront loads React, and the QR library with the first code.",
      },
      {
        regex: "^(?!\\./|\\.\\./core/|\\.\\./types$|react$|uqr$)",
        message: "Of this package it takes core, file by file, and types.",
      },
    ),
  },
  {
    files: ["src/services/ledger/**"],
    rules: forbid(
      above("The ledger knows core and its tables only.", "settlement", "sandbox", ...gateways, ...surface),
    ),
  },
  {
    files: ["src/services/settlement/**"],
    rules: forbid(
      above("Settlement knows a gateway only as core's interface.", ...gateways),
      above(
        "Settlement is called by routes and subscribers, not the other way round.",
        "sandbox",
        ...surface,
      ),
    ),
  },
  {
    files: ["src/sandbox/**"],
    rules: forbid(
      host,
      above(clean, "services", "core"),
      above("The sandbox runs alone.", "models", "migrations", ...surface),
    ),
  },
  {
    files: ["src/api/**", "src/subscribers/**", "src/jobs/**", "src/workflows/**"],
    rules: forbid(above("Go through settlement.", "ledger", "sandbox", "migrations", ...gateways), {
      regex: "^(knex|pg|axios)($|/)",
      message: "No SQL and no calls of its own: go through settlement.",
    }),
  },
]

export default tseslint.config(
  // The Next.js shop has its own dependencies and compiler settings, which only its own build knows.
  { ignores: ["node_modules/", ".medusa/", "coverage/", "examples/nextjs/"] },
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  js.configs.recommended,
  // Text from and to a gateway is cleaned of control characters, which have to be named for that.
  { rules: { "no-control-regex": "off" } },
  {
    files: ["**/*.{ts,tsx}"],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: {
        project: [
          "./tsconfig.json",
          "./tsconfig.test.json",
          "./src/admin/tsconfig.json",
          "./src/react/tsconfig.json",
        ],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      "no-restricted-syntax": [
        "error",
        {
          selector: "CallExpression[callee.object.name='locking'][callee.property.name='execute']",
          message:
            "Medusa's PostgreSQL locking keeps a connection for everybody who waits: ten of them stop the shop. Take a lease.",
        },
      ],
      // A default that is written down is an answer; a case forgotten without one is not.
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true },
      ],
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      // Numbers read well in a sentence; whatever else would print as [object Object] is still refused.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      // Medusa's interfaces promise promises where there is nothing to wait for.
      "@typescript-eslint/require-await": "off",
      // An empty string from a gateway is as good as nothing, and `||` says so.
      "@typescript-eslint/prefer-nullish-coalescing": ["error", { ignorePrimitives: { string: true } }],
      // It asks for the `!` that no-non-null-assertion forbids.
      "@typescript-eslint/non-nullable-type-assertion-style": "off",
      // A socket is narrowed to a TLS socket by a cast, which this rule takes for a mistake.
      "@typescript-eslint/no-unsafe-class-instance-assignment": "off",
      // A class without state is how Medusa wants a module's service.
      "@typescript-eslint/no-extraneous-class": ["error", { allowStaticOnly: true, allowEmpty: true }],
      "@typescript-eslint/consistent-type-definitions": "off",
      "@typescript-eslint/no-confusing-void-expression": [
        "error",
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
    },
  },
  {
    files: ["src/**/*.{ts,tsx}"],
    rules: {
      "max-lines-per-function": ["error", { max: 60, skipBlankLines: true, skipComments: true }],
      complexity: ["error", 15],
      "max-depth": ["error", 3],
      "max-params": ["error", 5],
      "no-console": "error",
    },
  },
  // Their output is what the person at the terminal came for.
  { files: ["src/cli/**"], rules: { "no-console": "off" } },
  // Medusa generates them.
  {
    files: ["src/migrations/**"],
    rules: { "@typescript-eslint/require-await": "off", "max-lines-per-function": "off" },
  },
  ...layers,
  {
    files: ["test/**/*.{ts,tsx}", "bench/**/*.ts", "demo/**/*.ts"],
    rules: {
      // A sandbox answer or a Medusa response is asserted on, not typed.
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-member-access": "off",
      "@typescript-eslint/no-unsafe-argument": "off",
      "@typescript-eslint/no-unsafe-call": "off",
      "@typescript-eslint/no-unsafe-return": "off",
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/unbound-method": "off",
      "no-restricted-syntax": [
        "error",
        {
          selector:
            "MemberExpression[property.name=/^(only|skip|todo)$/][object.name=/^(it|test|describe)$/]",
          message: "A suite runs whole.",
        },
        {
          selector: "CallExpression[callee.name=/^(xit|xtest|xdescribe|fit|fdescribe)$/]",
          message: "A suite runs whole.",
        },
      ],
    },
  },
  {
    files: ["**/*.{js,cjs}"],
    languageOptions: {
      sourceType: "commonjs",
      globals: {
        module: "writable",
        require: "readonly",
        process: "readonly",
        console: "readonly",
        __dirname: "readonly",
      },
    },
  },
  {
    files: ["**/*.mjs"],
    languageOptions: { globals: { process: "readonly", console: "readonly" } },
  },
  // A browser runs it.
  { files: ["examples/pay-page/*.mjs"], languageOptions: { globals: { location: "writable" } } },
)
