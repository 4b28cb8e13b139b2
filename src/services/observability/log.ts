/** How every line of this plugin begins, for whoever filters a log. */
const prefix = "[gateway-payments]"

/**
 * A line with a stable code and fields: `[gateway-payments] call_unknown gateway=ksher verb=order_refund code=timeout`.
 * A field that is undefined is left out. Values are cut and kept to one word each, whatever a gateway sent.
 */
export function logLine(
  code: string,
  fields: Readonly<Record<string, string | number | undefined>>,
  sentence?: string,
): string {
  const words = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${oneWord(value)}`],
  )
  return [prefix, code, ...words].join(" ") + (sentence === undefined ? "" : `: ${sentence}`)
}

const oneWord = (value: string | number): string =>
  String(value)
    .slice(0, 64)
    .replace(/[^\w.:/-]/g, "_")
