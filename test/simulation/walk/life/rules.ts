import type { Outcome, Standing } from "../../../../src/core"
import type { GatewayPayment } from "../../../../src/services/ledger"
import {
  decideAbandonment,
  reasonToAbandon,
} from "../../../../src/services/settlement/settling/decide-abandonment"
import type {
  AbandonmentPicture,
  AbandonmentStep,
} from "../../../../src/services/settlement/settling/decide-abandonment"
import { decideAtGateway } from "../../../../src/services/settlement/settling/decide-at-gateway"
import type {
  GatewayPicture,
  GatewayStep,
} from "../../../../src/services/settlement/settling/decide-at-gateway"
import { decideCapture } from "../../../../src/services/settlement/settling/decide-capture"
import type { CapturePicture, CaptureStep } from "../../../../src/services/settlement/settling/decide-capture"
import { decideClosed, decideStanding } from "../../../../src/services/settlement/settling/decide-standing"
import type { ClosedStep, StandingStep } from "../../../../src/services/settlement/settling/decide-standing"
import { decideNotified } from "../../../../src/services/settlement/notify"
import { nextCheck } from "../../../../src/services/settlement/settling/next-check"
import { decideOwed } from "../../../../src/services/settlement/settling/decide-owed"

/** The decisions that this walk proves. A test puts a wrong one in their place, and the walk must notice. */
export interface LifeRules {
  decideAbandonment: (picture: AbandonmentPicture) => AbandonmentStep
  decideAtGateway: (picture: GatewayPicture) => GatewayStep
  decideStanding: (payment: GatewayPayment, standing: Standing, now: Date) => StandingStep
  decideClosed: (outcome: Outcome<unknown>) => ClosedStep
  decideCapture: (picture: CapturePicture) => CaptureStep
  decideNotified: typeof decideNotified
  reasonToAbandon: typeof reasonToAbandon
  decideOwed: typeof decideOwed
  nextCheck: typeof nextCheck
}

export const lifeRules: LifeRules = {
  ...{ decideAbandonment, decideAtGateway, decideStanding, decideClosed, decideCapture },
  ...{ decideNotified, reasonToAbandon, decideOwed, nextCheck },
}
