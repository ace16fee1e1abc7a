/** An error as plain data: what a log line shows of it. */

import { inspect } from 'node:util'

import { PodkeepError } from '../pod/index.js'

export interface ErrorDescription {
  readonly message: string
  /** Of the catalogue, or the operating system's. */
  readonly code?: string
  /** What an operator may do. */
  readonly hint?: string
  /** Only of what is nobody's plan: a bug, or a package's error. */
  readonly stack?: string
  readonly cause?: ErrorDescription
}

const deepestCause = 8

export function describeError(error: unknown, depth = 0): ErrorDescription {
  if (!(error instanceof Error)) return { message: typeof error === 'string' ? error : inspect(error) }
  const isPlanned = error instanceof PodkeepError
  const code: unknown = 'code' in error ? error.code : undefined
  const hasCause = error.cause !== undefined && depth < deepestCause
  return {
    message: error.message === '' ? error.name : error.message,
    ...(typeof code === 'string' && { code }),
    ...(isPlanned && { hint: error.hint }),
    ...(!isPlanned && depth === 0 && error.stack !== undefined && { stack: error.stack }),
    ...(hasCause && { cause: describeError(error.cause, depth + 1) }),
  }
}
