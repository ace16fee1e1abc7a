/** Why a command ends early: for a person, with the exit code and what to do about it. */

import { exitCode, type ExitCode } from './exit-code.js'

export class CommandError extends Error {
  override readonly name = 'CommandError'
  readonly exitCode: ExitCode
  readonly hint: string | null

  constructor(code: ExitCode, message: string, hint: string | null = null) {
    super(message)
    this.exitCode = code
    this.hint = hint
  }
}

export function usageError(message: string, hint: string | null = null): CommandError {
  return new CommandError(exitCode.usage, message, hint)
}

export function unavailable(message: string, hint: string | null = null): CommandError {
  return new CommandError(exitCode.unavailable, message, hint)
}
