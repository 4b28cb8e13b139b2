// A Medusa takes ten seconds and more to boot, and these suites share a small machine.
jest.setTimeout(180_000)
