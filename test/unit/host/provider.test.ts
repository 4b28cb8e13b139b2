import { GatewayPayments } from "../../../src/services/host"

const pluginOn = (payments: object) =>
  new GatewayPayments({ resolve: () => payments } as unknown as ConstructorParameters<
    typeof GatewayPayments
  >[0])

it("a Medusa that does not hand out its providers is an error, and no unknown provider", () => {
  for (const payments of [{}, { paymentProviderService_: {} }])
    expect(() => pluginOn(payments).provider("pp_ksher_th")).toThrow(/version of Medusa/)
})

it("an entry that is not configured is an unknown provider", () => {
  const retrieveProvider = () => {
    throw new Error("not registered")
  }
  expect(pluginOn({ paymentProviderService_: { retrieveProvider } }).provider("pp_ksher_th")).toBeUndefined()
})
