/**
 * When to end. SIGTERM and SIGINT ask for it; asked a second time, podkeep waits for nothing more. SIGHUP asks for it when
 * the terminal podkeep ran on has gone; otherwise there is nothing to reload, for the manifests are watched.
 */

import type { Logger } from '../ports/index.js'

export interface EndRequests {
  /** The first request: the signal's name. */
  readonly asked: Promise<string>
  /** The second one. */
  readonly askedAgain: Promise<string>
  release(): void
}

export function listenForEndRequests(logger: Logger, isOnTerminal: boolean): EndRequests {
  const signals: NodeJS.Signals[] = []
  const waiting: ((signal: string) => void)[] = []
  const asked = new Promise<string>((resolve) => waiting.push(resolve))
  const askedAgain = new Promise<string>((resolve) => waiting.push(resolve))
  const onEnd = (signal: NodeJS.Signals): void => {
    waiting[signals.length]?.(signal)
    signals.push(signal)
  }
  const onHangUp = (signal: NodeJS.Signals): void => {
    // A terminal that goes tells twice, by itself and through what started podkeep: that is no impatience.
    if (isOnTerminal && signals.length === 0) onEnd(signal)
    else if (!isOnTerminal) logger.info({ signal }, 'nothing to reload: manifests are watched')
  }
  process.on('SIGTERM', onEnd)
  process.on('SIGINT', onEnd)
  process.on('SIGHUP', onHangUp)
  const release = (): void => {
    process.off('SIGTERM', onEnd)
    process.off('SIGINT', onEnd)
    process.off('SIGHUP', onHangUp)
  }
  return { asked, askedAgain, release }
}
