/** Running commands in containers of a real engine, and what is left of them afterwards: nothing. */

import { readdir, readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

import t from 'tap'

import { DockerRuntime } from '../../lib/docker/index.js'
import { podUid, type ContainerId, type ContainerIdentity } from '../../lib/pod/index.js'
import { engineMissing, startTestEngine } from '../support/engine.js'
import { importBusybox } from '../support/images.js'
import { silentLogger } from '../support/logger.js'
import { isWanted as isPodman } from '../support/podman.js'
import { anOwner } from '../support/pods.js'
import { plainContainer } from '../support/specs.js'

const image = 'podkeep-test/busybox:exec'
const resources = { cpuShares: 2, cpuQuotaMicros: 0, memoryBytes: 0 }
const identity: ContainerIdentity = {
  namespace: 'default',
  podName: 'exec',
  podUid: podUid('b4a3f5c1'),
  kind: 'container',
  name: 'app',
  attempt: 0,
  crashes: 0,
  round: 0,
  hash: '1:exec',
  podHash: '1:exec',
  sandboxId: null,
  file: 'exec.yaml',
  graceMs: 1000,
  podStartedAtMs: 0,
}

await t.test('exec on a real engine', { skip: engineMissing() }, async (t) => {
  const engine = await startTestEngine()
  t.teardown(() => engine.close())
  await importBusybox(engine.socketPath, image)
  const address = { kind: 'socket', socketPath: engine.socketPath } as const
  const runtime = new DockerRuntime({ address, owner: anOwner('exec'), logger: silentLogger })
  t.teardown(() => runtime.close())
  await runtime.connect()
  const { id } = await runtime.createContainer({
    identity,
    image,
    ...plainContainer,
    command: ['sleep', '100000'],
    resources,
    oomScoreAdj: 1000,
  })
  await runtime.start(id)
  const programs = () => runningIn(id)
  t.same(await programs(), ['sleep 100000'])

  await t.test('a command that outlives its time is killed with all it has started', async (t) => {
    const scripts = {
      'a plain one': 'sleep 1001',
      'one that hears no signals': 'trap "" TERM INT HUP QUIT; while :; do sleep 1; done',
      'one with children': 'sleep 1002 & sleep 1003 & (sleep 1004; true) & wait',
      'one whose child left for a session of its own': 'setsid sleep 1005 & (setsid sleep 1006 &) ; sleep 1007',
      'one that hides its environment': 'env -i sleep 1008 & exec env -i sleep 1009',
      'one that keeps forking': 'while :; do sleep 1010 & sleep 0.01; done',
    }
    for (const [name, script] of Object.entries(scripts)) {
      const before = Date.now()
      t.match(await runtime.exec(id, ['sh', '-c', script], 1500), { exitCode: null }, name)
      t.ok(Date.now() - before < 30_000)
      t.same(await programs(), ['sleep 100000'], `nothing is left of ${name}`)
    }
  })

  await t.test('one that ends in time keeps what it left running on purpose', async (t) => {
    t.match(await runtime.exec(id, ['sh', '-c', 'setsid sleep 1011 & exit 4'], 30_000), { exitCode: 4 })
    t.same(await programs(), ['sleep 100000', 'sleep 1011'])
    await runtime.exec(id, ['sh', '-c', 'kill -9 $(ps -o pid,args | grep "sleep 101[1]" | sed "s/ sleep.*//")'], null)
    await until(async () => (await programs()).length === 1)
  })

  await t.test('what an earlier podkeep began is ended at its deadline by the next one', async (t) => {
    const options = { address, owner: anOwner('exec'), logger: silentLogger }
    const before = new DockerRuntime(options)
    await before.connect()
    await before.list()
    const cut = (seconds: string, timeoutMs: number | null): Promise<unknown> =>
      before.exec(id, ['sh', '-c', `sleep ${seconds} & wait`], timeoutMs).catch(() => undefined)
    const begun = [cut('1020', 4000), cut('1021', null), cut('1022', 100_000)]
    await until(async () => (await programs()).length === 7)
    await before.close()
    await Promise.all(begun)
    const all = ['sleep 100000', ...['1020', '1021', '1022'].flatMap((n) => [`sh -c sleep ${n} & wait`, `sleep ${n}`])]
    t.same(await programs(), all.sort())
    const next = new DockerRuntime(options)
    t.teardown(() => next.close())
    await next.connect()
    await next.list()
    const kept = all.filter((line) => !line.includes('1020'))
    await until(async () => (await programs()).length === kept.length)
    t.same(await programs(), kept.sort(), 'and what may go on does')
    await runtime.exec(
      id,
      ['sh', '-c', 'kill -9 $(ps -o pid,args | grep "sleep 102[12]" | sed "s/^ *//; s/ .*//")'],
      null,
    )
    await until(async () => (await programs()).length === 1)
  })

  await t.test('10 KiB of what it says are kept, and saying more does not stop it', async (t) => {
    const { exitCode, output } = await runtime.exec(id, ['sh', '-c', 'yes podkeep | head -c 3000000; exit 7'], null)
    t.equal(exitCode, 7)
    t.equal(output.length, 10 * 1024)
    t.ok(output.startsWith('podkeep\npodkeep\n'))
  })

  await t.test('stdout and stderr are both heard', async (t) => {
    const { output } = await runtime.exec(id, ['sh', '-c', 'echo out; sleep 0.2; echo err >&2'], null)
    t.equal(output, 'out\nerr\n')
  })

  await t.test('thirty at once, some too slow, each get their own answer', async (t) => {
    const codes = Array.from({ length: 30 }, (_, index) => index)
    // podman starts two programs of its own for each, and thirty of them take it seconds.
    const timeoutMs = isPodman ? 20_000 : 3000
    const ended = await Promise.all(
      codes.map((code) =>
        code % 5 === 0
          ? runtime.exec(id, ['sleep', '2000'], timeoutMs)
          : runtime.exec(id, ['sh', '-c', `echo ${code}; exit ${code}`], null),
      ),
    )
    for (const code of codes) {
      t.match(ended[code], code % 5 === 0 ? { exitCode: null } : { exitCode: code, output: `${code}\n` })
    }
    t.same(await programs(), ['sleep 100000'])
  })
})

/** As the engine's machine sees them: by their groups, which name the container. */
async function runningIn(id: ContainerId): Promise<string[]> {
  const read = (pid: string, file: string): Promise<string> => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const found = await Promise.all(
    pids.map(async (pid) => ((await read(pid, 'cgroup')).includes(id) ? await read(pid, 'cmdline') : '')),
  )
  return found
    .filter((line) => line !== '')
    .map((line) => line.replaceAll('\0', ' ').trim())
    .sort()
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (const giveUpMs = Date.now() + 30_000; !(await holds());) {
    if (Date.now() > giveUpMs) throw new Error('waited in vain')
    await sleep(25)
  }
}
