/** @type {import("next").NextConfig} */
const config = {
  turbopack: { root: import.meta.dirname },
  devIndicators: false,
}

export default config
