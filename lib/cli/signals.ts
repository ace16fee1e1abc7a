/**
 * When to end. SIGTERM and SIGINT ask for it; asked a second time, podkeep waits for nothing more. What arrives within moments of
 * the first is the same wish: npm and the process group pass one Ctrl-C on, so that it arrives twice or more. SIGHUP asks for it when
 * the terminal podkeep ran on has gone; otherwise there is nothing to reload, for the manifests are watched.
 *
 * They are listened to until the process is gone: one that came while its last words are written would else decide its exit code.
 */

import type { Clock, Logger } from '../ports/index.js'

export interface EndRequests {
  /** The first request: the signal's name. */
  readonly asked: Promise<string>
  /** The second one. */
  readonly askedAgain: Promise<string>
}

const sameWishMs = 1000

export interface EndRequestOptions {
  readonly logger: Logger
  readonly isOnTerminal: boolean
  readonly clock: Pick<Clock, 'tickMs'>
  /** What the signals arrive at: the process. */
  readonly signals: Pick<NodeJS.EventEmitter, 'on'>
}

export function listenForEndRequests({ logger, isOnTerminal, clock, signals }: EndRequestOptions): EndRequests {
  let firstMs: number | null = null
  const { promise: asked, resolve: ask } = withResolver()
  const { promise: askedAgain, resolve: askAgain } = withResolver()
  const onEnd = (signal: NodeJS.Signals): void => {
    if (firstMs === null) {
      firstMs = clock.tickMs()
      ask(signal)
    } else if (clock.tickMs() - firstMs >= sameWishMs) askAgain(signal)
  }
  const onHangUp = (signal: NodeJS.Signals): void => {
    // A terminal that goes tells twice, by itself and through what started podkeep: that is no impatience.
    if (isOnTerminal && firstMs === null) onEnd(signal)
    else if (!isOnTerminal) logger.info({ signal }, 'nothing to reload: manifests are watched')
  }
  signals.on('SIGTERM', onEnd)
  signals.on('SIGINT', onEnd)
  signals.on('SIGHUP', onHangUp)
  return { asked, askedAgain }
}

function withResolver(): { promise: Promise<string>; resolve: (signal: string) => void } {
  let resolve: (signal: string) => void = () => undefined
  const promise = new Promise<string>((settle) => (resolve = settle))
  return { promise, resolve }
}
