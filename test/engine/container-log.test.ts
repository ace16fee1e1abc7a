/** What a container wrote and uses, as DockerReader has it from a real engine. */

import t, { type Test } from 'tap'

import { engineCall } from '../../bin/engine-call.mjs'
import { DockerReader } from '../../lib/docker/index.js'
import { LocalMachine } from '../../lib/node/index.js'
import { containerId, type ContainerId } from '../../lib/pod/index.js'
import type { LogQuery } from '../../lib/ports/index.js'
import { engineMissing, startTestEngine } from '../support/engine.js'
import { eventually } from '../support/eventually.js'
import { importBusybox } from '../support/images.js'
import { isWanted as isPodman } from '../support/podman.js'

const image = 'podkeep-test/busybox:log'
const query: LogQuery = { follow: false, tailLines: null, sinceMs: null, timestamps: false, streams: 'all' }

await t.test('logs of a real engine', { skip: engineMissing() }, async (t) => {
  const engine = await startTestEngine()
  t.teardown(() => engine.close())
  await importBusybox(engine.socketPath, image)
  const host = `unix://${engine.socketPath}`
  const run = async (t: Test, script: string, more: object = {}): Promise<ContainerId> => {
    const body = JSON.stringify({
      Image: image,
      Cmd: ['sh', '-c', script],
      HostConfig: { NetworkMode: 'none' },
      ...more,
    })
    const headers = { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) }
    const made = await engineCall(host, 'POST', '/containers/create', { body, headers })
    const { Id } = JSON.parse(made.text) as { Id: string }
    await engineCall(host, 'POST', `/containers/${Id}/start`)
    t.teardown(() => engineCall(host, 'DELETE', `/containers/${Id}?force=true`))
    return containerId(Id)
  }
  const ended = (id: ContainerId): Promise<unknown> => engineCall(host, 'POST', `/containers/${id}/wait`)
  const reader = new DockerReader({ kind: 'socket', socketPath: engine.socketPath }, 'box')
  t.teardown(() => reader.close())
  const read = async (id: ContainerId, more: Partial<LogQuery> = {}): Promise<string> => {
    const chunks: Uint8Array[] = []
    for await (const chunk of await reader.log(id, { ...query, ...more }, new AbortController().signal))
      chunks.push(chunk)
    return Buffer.concat(chunks).toString()
  }

  await t.test('both streams or one, the last lines, since a moment, with times', async (t) => {
    const id = await run(t, 'echo one; sleep 1; echo two >&2; sleep 1; echo three')
    await ended(id)
    t.equal(await read(id), 'one\ntwo\nthree\n')
    t.equal(await read(id, { streams: 'stdout' }), 'one\nthree\n')
    t.equal(await read(id, { streams: 'stderr' }), 'two\n')
    t.equal(await read(id, { tailLines: 2 }), 'two\nthree\n')
    t.equal(await read(id, { tailLines: 0 }), '')
    const timed = await read(id, { timestamps: true })
    t.match(timed, /^\d{4}-\d\d-\d\dT[\d:.]+Z one\n/)
    const secondAt = Date.parse(timed.split('\n')[1]!.split(' ')[0]!)
    // podman counts whole seconds.
    const sinceMs = isPodman ? Math.floor(secondAt / 1000) * 1000 : secondAt - 500
    t.equal(await read(id, { sinceMs }), 'two\nthree\n')
  })

  await t.test('what is followed comes as it is written, and ends with the container or with its reader', async (t) => {
    const id = await run(t, 'while [ ! -e /go ]; do echo tick; sleep 1; done; echo end')
    const leaving = new AbortController()
    let seen = ''
    const first = (async () => {
      for await (const chunk of await reader.log(id, { ...query, follow: true }, leaving.signal))
        seen += Buffer.from(chunk).toString()
    })()
    await eventually(() => seen.startsWith('tick\ntick\n'))
    leaving.abort()
    await first.catch(() => undefined)
    const whole = read(id, { follow: true })
    await engineCall(host, 'POST', `/containers/${id}/kill?signal=KILL`)
    t.match(await whole, /^(tick\n)+$/)
  })

  await t.test('a terminal, a large log, one that is gone', async (t) => {
    const terminal = await run(t, 'echo hello', { Tty: true })
    await ended(terminal)
    t.equal(await read(terminal), 'hello\r\n')
    const large = await run(
      t,
      'i=0; while [ $i -lt 20000 ]; do echo "line $i of many that are written here"; i=$((i+1)); done',
    )
    await ended(large)
    const lines = (await read(large)).split('\n')
    t.equal(lines.length, 20_001)
    t.equal(lines[19_999], 'line 19999 of many that are written here')
    await t.rejects(read(containerId('0'.repeat(64))), { code: 'CONTAINER_GONE' })
  })

  await t.test('the engine says of a container what the kernel says, and where its files are', async (t) => {
    const id = await run(
      t,
      'dd if=/dev/zero of=/written bs=1024 count=2048 2>/dev/null; echo done; while :; do :; done',
    )
    const machine = new LocalMachine({ directory: '/' })
    await eventually(async () => (await read(id)) === 'done\n')
    const [said, seen] = [await reader.use(id), machine.container(id)]
    t.ok(said!.cpuNanos > 0 && said!.cpuNanos <= seen!.cpuNanos)
    t.ok(said!.memory.usageBytes > 0 && said!.processCount === 1)
    t.equal(said!.memory.limitBytes, null)
    const { logFile, writableFolder } = (await reader.places(id))!
    await eventually(() => machine.folder(writableFolder!) !== null && machine.folder(logFile!) !== null)
    t.ok(machine.folder(writableFolder!)!.usedBytes >= 2 * 2 ** 20)
    t.ok(machine.folder(logFile!)!.usedBytes > 0)
    await engineCall(host, 'POST', `/containers/${id}/kill?signal=KILL`)
    await eventually(async () => (await reader.use(id)) === null)
    const absent = containerId('0'.repeat(64))
    t.equal(await reader.use(absent), null)
    t.equal(await reader.places(absent), null)
  })

  await t.test('the kernel tells what a container uses, and of which network', async (t) => {
    const id = await run(t, 'while :; do :; done')
    const machine = new LocalMachine({ directory: '/' })
    await eventually(() => (machine.container(id)?.cpuNanos ?? 0) > 10_000_000)
    // The engine's own program, which starts it, may be in its group a moment longer.
    await eventually(() => machine.container(id)?.processCount === 1)
    const use = machine.container(id)!
    t.ok(use.memory.usageBytes > 0 && use.pid !== null)
    t.strictSame(
      machine.interfaces(use.pid!)?.filter(({ name }) => name === 'eth0'),
      [],
      'it has no network',
    )
    await engineCall(host, 'POST', `/containers/${id}/kill?signal=KILL`)
    await eventually(() => machine.container(id) === null)
  })
})
