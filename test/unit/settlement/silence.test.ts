import { notSent, refused, succeeded, unanswered, unknown } from "../../../src/core"
import { Silence } from "../../../src/services/settlement"

const lost = unanswered("timeout", "No answer.")
const answers = [
  succeeded({}),
  refused("absent", "NONE", "There is none."),
  unknown("bad_signature", "It answered all the same."),
]

it.each(answers)("the first answer after a silence wakes what waited for it, once: %j", (answer) => {
  const silence = new Silence()
  for (const id of ["a", "b", "c"]) expect(silence.hear(id, lost)).toEqual([])
  expect(silence.hear("d", answer)).toEqual(["a", "b", "c"])
  expect(silence.hear("e", answer)).toEqual([])
})

it("what could not be sent was not answered either", () => {
  const silence = new Silence()
  for (const id of ["a", "b", "c"]) silence.hear(id, notSent("ECONNREFUSED", "Nobody is there."))
  expect(silence.hear("d", succeeded({}))).toEqual(["a", "b", "c"])
})

it("the payment that is answered has been looked at, and waits no more", () => {
  const silence = new Silence()
  for (const id of ["a", "b", "c", "a"]) silence.hear(id, lost)
  expect(silence.hear("b", succeeded({}))).toEqual(["a", "c"])
})

it("an answer that is lost now and then is no silence: nobody is asked again for it", () => {
  const silence = new Silence()
  for (let round = 0; round < 50; round++) {
    for (const id of ["x", "y"]) expect(silence.hear(id, lost)).toEqual([])
    expect(silence.hear("z", succeeded({}))).toEqual([])
  }
})

it("remembers a bounded number", () => {
  const silence = new Silence()
  for (let n = 0; n < 10_050; n++) silence.hear(String(n), lost)
  expect(silence.hear("x", succeeded({}))).toHaveLength(10_000)
})
