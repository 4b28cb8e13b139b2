// What a test imports of Medusa is what the Medusa beside it runs on. A second copy would know nothing of that one, and takes
// seconds to load.
for (const name of ["@medusajs/framework/utils", "@medusajs/medusa/core-flows"])
  jest.doMock(name, () => loadAsMedusa(name))
