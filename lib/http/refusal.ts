/** A request that cannot be answered as it was asked, for the one who asked. */

import type { FailureReason } from './status-object.js'

export class Refusal extends Error {
  readonly code: number
  readonly reason: FailureReason

  constructor(code: number, reason: FailureReason, message: string) {
    super(message)
    this.code = code
    this.reason = reason
  }
}

export function badRequest(message: string): Refusal {
  return new Refusal(400, 'BadRequest', message)
}
