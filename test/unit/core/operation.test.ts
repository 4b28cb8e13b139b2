import {
  holdsMoney,
  isUnclear,
  notSent,
  operationStates,
  pending,
  refused,
  succeeded,
  unknown,
} from "../../../src/core"
import type { OperationState } from "../../../src/core"

it("an operation in doubt holds its money", () => {
  const doubtful = operationStates.filter(isUnclear)
  expect(doubtful).toEqual(["sent", "unknown"])
  expect(doubtful.every(holdsMoney)).toBe(true)
})

it("only a refusal, or a request that never left, gives the money free again", () => {
  const free = operationStates.filter((state) => !holdsMoney(state))
  expect(free).toEqual(["refused", "not_sent"])
})

it("every outcome of an attempt has its state, and no outcome is called sent", () => {
  const outcomes = [
    succeeded({}),
    refused("declined", "3", "No."),
    pending("Accepted."),
    unknown("timeout", "No answer."),
    notSent("ECONNREFUSED", "Nobody there."),
  ]
  const reached: OperationState[] = outcomes.map((outcome) => outcome.kind)
  expect(reached).toEqual(["succeeded", "refused", "pending", "unknown", "not_sent"])
  expect(operationStates.filter((state) => !reached.includes(state))).toEqual(["sent"])
})
