/** A running pod is sacred: what podkeep's own end and start may not do to it. */

import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'

import type { V1ContainerStatus } from '../../lib/pod/index.js'
import { appOf, containersOf, type Container } from './engine-view.js'
import { engineWithImage } from './engine-with-image.js'
import { podYaml } from './manifests.js'
import { get, Node, podkeep, type PodkeepProcess } from './podkeep-process.js'
import { until } from './until.js'

const { host, socketPath } = await engineWithImage()

const running = (all: readonly Container[]): Container[] => all.filter((one) => one.isRunning)

await t.test('podkeep is killed and started again: no container is touched', async (t) => {
  const node = new Node(t, 'killed')
  for (const name of ['a', 'b', 'c']) node.put(`${name}.yaml`, podYaml({ name }))
  const first = await node.start(host)
  for (const name of ['a', 'b', 'c']) await first.running(name)
  const before = await containersOf(socketPath, node.name)
  t.equal(before.length, 6)
  const uids = (await first.pods()).map((pod) => pod.metadata.uid)
  t.equal(await first.kill('SIGKILL'), 'SIGKILL')
  const second = await node.start(host, '--stop-pods')
  await second.ready()
  for (const name of ['a', 'b', 'c']) await second.running(name)
  t.strictSame(
    (await second.pods()).map((pod) => pod.metadata.uid),
    uids,
  )
  t.strictSame(await containersOf(socketPath, node.name), before)
  t.notOk(
    second.log.find((line) => 'action' in line),
    'nothing was done',
  )
  t.equal(await second.kill('SIGTERM'), 0)
})

await t.test('what a container wrote as its last words is told, also by the next podkeep', async (t) => {
  const node = new Node(t, 'words')
  const script = 'echo "no database" > /dev/termination-log; exit 3'
  node.put('job.yaml', podYaml({ name: 'job', script, restartPolicy: 'Never' }))
  node.put(
    'web.yaml',
    podYaml({
      name: 'web',
      script: `[ -e /shared/up ] || { touch /shared/up; ${script}; }; sleep 1000`,
      shared: node.shared,
    }),
  )
  const end = { exitCode: 3, reason: 'Error', message: 'no database\n' }
  const told = async (supervisor: PodkeepProcess): Promise<void> => {
    const job = await supervisor.container('job', ({ state }) => state.terminated?.message !== undefined)
    t.match(job.state.terminated, end)
    const isBack = ({ state, lastState }: V1ContainerStatus): boolean =>
      state.running !== undefined && lastState.terminated?.message !== undefined
    t.match((await supervisor.container('web', isBack)).lastState.terminated, end)
  }
  const first = await node.start(host)
  await told(first)
  await first.kill('SIGKILL')
  const second = await node.start(host, '--stop-pods')
  await told(second)
  t.equal(await second.kill('SIGTERM'), 0)
})

await t.test(
  'a manifest removed while podkeep was away is obeyed at its start, with the grace it asked for',
  async (t) => {
    const node = new Node(t, 'away')
    const script = 'trap "sleep 1; echo done > /shared/ended; exit 0" TERM; while :; do sleep 0.1; done'
    node.put('slow.yaml', podYaml({ name: 'slow', script, shared: node.shared, graceSeconds: 30 }))
    node.put('stays.yaml', podYaml({ name: 'stays' }))
    const first = await node.start(host)
    await first.running('slow')
    await first.running('stays')
    const stays = await appOf(socketPath, node.name, 'stays')
    await first.kill('SIGKILL')
    node.drop('slow.yaml')
    const second = await node.start(host, '--stop-pods')
    await second.ready()
    await second.gone('slow')
    t.ok(existsSync(join(node.shared, 'ended')), 'it could end by itself')
    t.strictSame(
      (await containersOf(socketPath, node.name)).filter((one) => one.pod === 'slow'),
      [],
    )
    t.strictSame(await appOf(socketPath, node.name, 'stays'), stays)
    t.equal(await second.kill('SIGTERM'), 0)
  },
)

await t.test('a pod that is being removed has one grace period, however often podkeep is killed', async (t) => {
  const node = new Node(t, 'one-grace')
  const script = 'trap "echo TERM >> /shared/heard" TERM; while :; do sleep 0.1; done'
  const graceSeconds = 20
  const yaml = podYaml({ name: 'deaf', script, shared: node.shared, graceSeconds })
  const hook = '\n      lifecycle: {preStop: {exec: {command: [sh, -c, "echo bye >> /shared/heard"]}}}'
  node.put('deaf.yaml', yaml.replace('\n      command:', `${hook}\n      command:`))
  const first = await node.start(host)
  await first.running('deaf')
  const heard = (): string[] => {
    const path = join(node.shared, 'heard')
    return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : []
  }
  node.drop('deaf.yaml')
  await until('it heard the signal', () => (heard().includes('TERM') ? true : undefined))
  const toldMs = performance.now()
  let podkeep = first
  for (const restart of [1, 2]) {
    await until(`${restart * 5} s of its grace are over`, () =>
      performance.now() - toldMs > restart * 5000 ? true : undefined,
    )
    await podkeep.kill('SIGKILL')
    podkeep = await node.start(host)
    await podkeep.ready()
  }
  await podkeep.gone('deaf')
  const tookMs = performance.now() - toldMs
  t.ok(tookMs > (graceSeconds - 2) * 1000, `not killed before its time: ${tookMs}`)
  t.ok(tookMs < (graceSeconds + 9) * 1000, `nor given another: ${tookMs}`)
  t.strictSame(heard(), ['bye', 'TERM'], 'and heard of it once')
  t.equal(await podkeep.kill('SIGTERM'), 0)
})

await t.test(
  'a postStart hook that was running when podkeep was killed runs again, and one that has ended does not',
  async (t) => {
    const node = new Node(t, 'hooked')
    const yaml = podYaml({ name: 'hooked', shared: node.shared })
    const script = 'echo begun >> /shared/hook; until [ -e /shared/go ]; do sleep 0.1; done; echo ended >> /shared/hook'
    const hook = `\n      lifecycle: {postStart: {exec: {command: [sh, -c, ${JSON.stringify(script)}]}}}`
    node.put('hooked.yaml', yaml.replace('\n      command:', `${hook}\n      command:`))
    const path = join(node.shared, 'hook')
    const wrote = (count: number): Promise<string[]> =>
      until(`${count} lines`, () => {
        const lines = existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : []
        return lines.length >= count ? lines : undefined
      })
    const first = await node.start(host)
    await wrote(1)
    await first.running('hooked')
    const before = await containersOf(socketPath, node.name)
    const record = join(node.root, 'records', 'default_hooked.json')
    await until('it is written down', () => (existsSync(record) ? true : undefined))
    await first.kill('SIGKILL')
    const second = await node.start(host)
    t.strictSame(await wrote(2), ['begun', 'begun'])
    t.equal((await second.running('hooked')).started, false)
    writeFileSync(join(node.shared, 'go'), '')
    await second.container('hooked', ({ started }) => started)
    const isUnderWay = (): boolean =>
      'postStart' in (JSON.parse(readFileSync(record, 'utf8')) as { record: object }).record
    await until('that is written down', () => (isUnderWay() ? undefined : true))
    const lines = await wrote(4)
    await second.kill('SIGKILL')
    const third = await node.start(host, '--stop-pods')
    await third.container('hooked', ({ started }) => started)
    t.strictSame(await wrote(4), lines)
    t.strictSame(await containersOf(socketPath, node.name), before, 'the container is the same all along')
    t.equal(await third.kill('SIGTERM'), 0)
  },
)

await t.test(
  'SIGTERM leaves the pods running, --stop-pods stops them, and the next start has them again',
  async (t) => {
    const node = new Node(t, 'signal')
    node.put('web.yaml', podYaml({ name: 'web' }))
    const first = await node.start(host)
    await first.running('web')
    const before = await containersOf(socketPath, node.name)
    t.equal(await first.kill('SIGTERM'), 0)
    t.match(first.log.at(-2), { msg: /^pods keep running/, signal: 'SIGTERM' })
    t.match(first.log.at(-1), { msg: 'podkeep ends' })
    t.strictSame(await containersOf(socketPath, node.name), before)
    t.notOk(existsSync(join(node.root, 'podkeep.sock')), 'its socket is gone')
    const second = await node.start(host, '--stop-pods')
    await second.running('web')
    t.strictSame(await containersOf(socketPath, node.name), before)
    t.equal(await second.kill('SIGINT'), 0)
    t.strictSame(running(await containersOf(socketPath, node.name)), [])
    const third = await node.start(host, '--stop-pods')
    await third.container('web', ({ state }) => state.running !== undefined)
    t.equal(await third.kill('SIGTERM'), 0)
  },
)

await t.test(
  'a second podkeep of the same node name ends before it touches anything, and may start once the first is gone',
  async (t) => {
    const first = new Node(t, 'twins')
    const second = new Node(t, 'twin')
    for (const node of [first, second]) node.put('web.yaml', podYaml({ name: 'web' }))
    const twins = ['--node-name', first.name]
    const podkeepA = await first.start(host)
    await podkeepA.running('web')
    const before = await containersOf(socketPath, first.name)
    const refused = new RegExp(
      `another podkeep \\(pid ${podkeepA.pid}, started .*, state folder ${first.root}\\) keeps the pods of node "${first.name}" on this engine\\n  hint: .*--node-name`,
    )
    const podkeepB = await second.start(host, ...twins, '--stop-pods')
    t.equal(await podkeepB.ended(), 69)
    t.match(podkeepB.stderr, refused)
    t.notOk(
      podkeepB.log.find((line) => 'action' in line),
      'nothing was done',
    )
    t.notOk(
      podkeepB.log.find(({ msg }) => msg.includes('engine is away')),
      'the engine is there',
    )

    const late = join(second.directory, 'late.sock')
    const podkeepC = await second.start(`unix://${late}`, ...twins)
    await until('it waits for its engine', async () =>
      (await get({ port: podkeepC.port }, '/readyz')).body.includes('late.sock') ? true : undefined,
    )
    symlinkSync(socketPath, late)
    t.equal(await podkeepC.ended(), 69, 'also when the engine comes later')
    t.match(podkeepC.stderr, refused)
    t.strictSame(await containersOf(socketPath, first.name), before)

    await podkeepA.kill('SIGKILL')
    const podkeepD = await second.start(host, ...twins, '--stop-pods')
    await podkeepD.running('web')
    t.strictSame(await containersOf(socketPath, first.name), before, 'it takes them over as they run')
    t.equal(await podkeepD.kill('SIGTERM'), 0)
  },
)

await t.test('a second signal gives up waiting for pods that take their time', async (t) => {
  const node = new Node(t, 'impatient')
  node.put(
    'deaf.yaml',
    podYaml({ name: 'deaf', script: 'trap "" TERM; while :; do sleep 0.1; done', graceSeconds: 600 }),
  )
  const supervisor = await node.start(host, '--stop-pods')
  await supervisor.running('deaf')
  supervisor.signal('SIGTERM')
  await supervisor.said('stopping the pods')
  // Within moments of the first it is the same wish: asked until it is heard.
  const asking = setInterval(() => supervisor.signal('SIGTERM'), 100)
  t.equal(await supervisor.kill('SIGTERM'), 1)
  clearInterval(asking)
  t.match(supervisor.log.slice(-2), [{ msg: 'not waited for all pods to stop' }, { msg: 'podkeep ends' }])
  node.put('deaf.yaml', podYaml({ name: 'deaf', graceSeconds: 0 }))
  const last = await node.start(host, '--stop-pods')
  // Until it has read the directory the pod's grace is what it was.
  await last.ready()
  t.equal(await last.kill('SIGTERM'), 0)
})

await t.test('a second podkeep on the same state folder refuses to start and names the first', async (t) => {
  const node = new Node(t, 'two')
  const first = await node.start(host)
  const second = await podkeep(['run', '--manifests', node.manifests, '--root-dir', node.root, '--port', '0'])
  t.equal(second.code, 69)
  t.match(second.err, new RegExp(`another podkeep \\(pid \\d+, .*\\) holds ${node.root}`))
  const taken = ['--root-dir', `${node.root}2`, '--port', String(first.port)]
  t.match(await podkeep(['run', '--manifests', node.manifests, ...taken]), { code: 69, err: /port is in use/ })
  t.equal(await first.kill('SIGTERM'), 0)
})
