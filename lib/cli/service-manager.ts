/**
 * Tells systemd (Type=notify) that podkeep is ready, that it still turns (WatchdogSec), and that it ends. Node has no datagram
 * sockets of the unix family, so systemd's own `systemd-notify` carries the words: the unit needs NotifyAccess=all.
 *
 * Ready is what podkeep itself answers for: it holds its lock, its status server listens and the directory was read. The engine may
 * still be away; what waits for that asks /readyz.
 */

import { execFile } from 'node:child_process'

import type { Clock, Logger } from '../ports/index.js'

export interface ServiceManager {
  ready(): void
  stopping(): void
}

const nobody: ServiceManager = { ready: () => undefined, stopping: () => undefined }
const patienceMs = 10_000

export function serviceManager({
  env,
  logger,
  clock,
}: {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly logger: Logger
  readonly clock: Clock
}): ServiceManager {
  if ((env['NOTIFY_SOCKET'] ?? '') === '') return nobody
  let hasFailed = false
  const tell = (...words: readonly string[]): void => {
    // By podkeep's own id: systemd hears of no other process of the unit that something is its main one.
    execFile(
      'systemd-notify',
      [`--pid=${process.pid}`, ...words],
      { env: { ...env }, timeout: patienceMs },
      (error) => {
        if (error === null || hasFailed) return
        hasFailed = true
        logger.warn({ err: error }, 'systemd is not told: systemd-notify failed')
      },
    )
  }
  const everyMs = watchdogMs(env) / 2
  let isStopping = false
  let cancel: () => void = () => undefined
  const turn = (): void => {
    tell('WATCHDOG=1')
    cancel = clock.timer(everyMs, turn)
  }
  return {
    ready: () => {
      if (isStopping) return
      tell('--ready', '--status=watching manifests')
      if (everyMs > 0) cancel = clock.timer(everyMs, turn)
    },
    stopping: () => {
      isStopping = true
      cancel()
      tell('STOPPING=1')
    },
  }
}

/** 0: no watchdog, or one that waits for another process. */
function watchdogMs(env: Readonly<Record<string, string | undefined>>): number {
  const isOurs = env['WATCHDOG_PID'] === undefined || env['WATCHDOG_PID'] === String(process.pid)
  const micros = Number(env['WATCHDOG_USEC'] ?? 0)
  return isOurs && Number.isFinite(micros) ? micros / 1000 : 0
}
