// A Medusa takes ten seconds and more to boot, keys take seconds to make, and suites share a small machine: nothing that
// is proven here depends on how long it takes.
jest.setTimeout(180_000)
