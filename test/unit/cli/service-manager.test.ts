/** On systemd's own systemd-notify, with a socket of ours where systemd's would be. */

import { spawn, spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

import t, { type Test } from 'tap'

import { serviceManager } from '../../../lib/cli/service-manager.js'
import { VirtualClock } from '../../sim/virtual-clock.js'
import { rememberingLogger, silentLogger } from '../../support/logger.js'

const receiver = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print("listening", flush=True)
while True:
    words = s.recv(4096).decode().replace("\\n", " ")
    # systemd-notify waits for its message to be read; reading drops the file that tells it so.
    if "BARRIER" not in words: print(words, flush=True)
`
const lacking = ['systemd-notify', 'python3'].filter((name) => spawnSync(name, ['--version']).error !== undefined)
const skip = lacking.length > 0 && `not on this machine: ${lacking.join(', ')}`

/** A socket, and what arrives there, one message after the other. */
async function listen(t: Test): Promise<{ path: string; next: () => Promise<string> }> {
  // A unix socket's path is short.
  const folder = await mkdtemp(join(tmpdir(), 'podkeep-notify-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const path = join(folder, 'notify')
  const child = spawn('python3', ['-c', receiver, path], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.teardown(() => child.kill('SIGKILL'))
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const next = async (): Promise<string> => String((await lines.next()).value)
  t.equal(await next(), 'listening')
  return { path, next }
}

await t.test('systemd hears of readiness, of each half of its watchdog time, and of the end', { skip }, async (t) => {
  const { path, next } = await listen(t)
  const clock = new VirtualClock()
  const watchdog = { WATCHDOG_USEC: '20000000', WATCHDOG_PID: String(process.pid) }
  const env = { PATH: process.env['PATH'], NOTIFY_SOCKET: path, ...watchdog }
  const manager = serviceManager({ env, logger: silentLogger, clock })
  manager.ready()
  const ready = await next()
  t.match(ready, /READY=1/)
  t.match(ready, /STATUS=watching manifests/)
  for (let turn = 0; turn < 2; turn += 1) {
    await clock.advance(10_000)
    t.match(await next(), /WATCHDOG=1/)
  }
  manager.stopping()
  t.match(await next(), /STOPPING=1/)
})

await t.test('without systemd nobody is told', async (t) => {
  const clock = new VirtualClock()
  const { logger, lines } = rememberingLogger()
  const manager = serviceManager({ env: {}, logger, clock })
  manager.ready()
  await clock.advance(60_000)
  manager.stopping()
  t.strictSame(lines, [])
})

await t.test('that systemd cannot be told is said once', async (t) => {
  const { logger, lines } = rememberingLogger()
  const env = { PATH: '/nowhere', NOTIFY_SOCKET: '/nowhere/notify' }
  const manager = serviceManager({ env, logger, clock: new VirtualClock() })
  manager.ready()
  while (lines.length === 0) await new Promise((resolve) => setTimeout(resolve, 10))
  manager.stopping()
  await new Promise((resolve) => setTimeout(resolve, 100))
  t.match(lines, [{ level: 'warn', phrase: 'systemd is not told: systemd-notify failed' }])
  t.equal(lines.length, 1)
})
