/** What a shop has left out, said in the same words by the boot and by `doctor`. */

export const pluginEntryMissing =
  'medusa-payment-ksher-gnete is not under plugins in medusa-config, so that notifications would be answered 404 and no job would run: add { resolve: "medusa-payment-ksher-gnete", options: {} } there.'

export const migrationsPending = (count: number): string =>
  `${count === 1 ? "One migration of this plugin is" : `${count} migrations of this plugin are`} pending, and what needs it does not work: run npx medusa db:migrate.`

export const routesMissing =
  "Medusa has not loaded the routes of this plugin, so that every notification is answered 404: register medusa-payment-ksher-gnete under plugins in medusa-config, and not under modules."
