// Medusa's plugin loader and the package's exports name this folder. The plugin's work is done by its use cases.
export {}
