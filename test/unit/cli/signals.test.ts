import { EventEmitter } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import t from 'tap'

import { listenForEndRequests } from '../../../lib/cli/signals.js'
import type { Logger } from '../../../lib/ports/index.js'

const quiet = (): void => undefined
const logger: Logger = { debug: quiet, info: quiet, warn: quiet, error: quiet, child: () => logger }

function listening(isOnTerminal = false) {
  const signals = new EventEmitter()
  let nowMs = 5000
  const requests = listenForEndRequests({ logger, isOnTerminal, clock: { tickMs: () => nowMs }, signals })
  const heard: string[] = []
  const hear = (what: string) => (signal: string) => heard.push(`${what} ${signal}`)
  requests.asked.then(hear('asked'), hear('failed'))
  requests.askedAgain.then(hear('asked again'), hear('failed'))
  const arrives = async (signal: NodeJS.Signals, afterMs = 0): Promise<string[]> => {
    nowMs += afterMs
    signals.emit(signal, signal)
    await setImmediate()
    return [...heard]
  }
  return { arrives, requests, signals }
}

await t.test(
  'what arrives within a second of the first signal is the same wish, and later is another one',
  async (t) => {
    const { arrives } = listening()
    t.strictSame(await arrives('SIGTERM'), ['asked SIGTERM'])
    t.strictSame(await arrives('SIGTERM', 5), ['asked SIGTERM'])
    t.strictSame(await arrives('SIGINT', 990), ['asked SIGTERM'])
    t.strictSame(await arrives('SIGINT', 5), ['asked SIGTERM', 'asked again SIGINT'])
  },
)

await t.test('SIGHUP asks once, and only where there was a terminal', async (t) => {
  const terminal = listening(true)
  t.strictSame(await terminal.arrives('SIGHUP'), ['asked SIGHUP'])
  t.strictSame(await terminal.arrives('SIGHUP', 5000), ['asked SIGHUP'])
  const service = listening()
  t.strictSame(await service.arrives('SIGHUP'), [])
  t.strictSame(await service.arrives('SIGTERM'), ['asked SIGTERM'])
})
