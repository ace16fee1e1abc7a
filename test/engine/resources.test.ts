/** What the process inside really sees and may use, for everything that limits containers and pods on a real engine. */

import { randomUUID } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'

import t from 'tap'

import { engineCall } from '../../bin/engine-call.mjs'
import { DockerRuntime } from '../../lib/docker/index.js'
import { LocalPodCgroups } from '../../lib/node/index.js'
import { podUid, type ContainerId, type ContainerSpec, type PodCgroup, type PodUid } from '../../lib/pod/index.js'
import { engineMissing, startTestEngine } from '../support/engine.js'
import { eventually } from '../support/eventually.js'
import { importBusybox } from '../support/images.js'
import { silentLogger } from '../support/logger.js'
import { isWanted as isPodman } from '../support/podman.js'
import { anOwner } from '../support/pods.js'
import { plainContainer, plainSandbox } from '../support/specs.js'

const image = 'podkeep-test/busybox:resources'
const mebibyte = 2 ** 20
const root = '/sys/fs/cgroup'
const isV2 = existsSync(join(root, 'cgroup.controllers'))

await t.test('resources on a real engine', { skip: engineMissing() }, async (t) => {
  const engine = await startTestEngine()
  t.teardown(() => engine.close())
  await importBusybox(engine.socketPath, image)
  const address = { kind: 'socket', socketPath: engine.socketPath } as const
  const stateFolderId = `folder-${process.pid}`
  const owner = anOwner('resources', stateFolderId)
  const logLimits = { maxBytes: 20_000, maxFiles: 2 }
  const runtime = new DockerRuntime({ address, owner, logLimits, logger: silentLogger })
  t.teardown(() => runtime.close())
  await runtime.connect()

  const made = async (spec: Partial<ContainerSpec>, uid = podUid(randomUUID())): Promise<ContainerId> => {
    const identity = {
      ...{ namespace: 'default', podName: `pod-${uid.slice(0, 8)}`, podUid: uid, attempt: 0, crashes: 0, round: 0 },
      ...{ hash: '1:s', podHash: '1:s', file: 'pod.yaml', graceMs: 1000, podStartedAtMs: 1 },
    }
    const podCgroup = spec.podCgroup === undefined ? {} : { podCgroup: spec.podCgroup }
    const sandbox = await runtime.createSandbox({
      identity: { ...identity, kind: 'sandbox', name: 'POD', sandboxId: null },
      ...plainSandbox,
      ...podCgroup,
    })
    await runtime.start(sandbox.id)
    const { id } = await runtime.createContainer({
      identity: { ...identity, kind: 'container', name: 'app', hash: '1:c', sandboxId: sandbox.id },
      ...{ ...plainContainer, image, command: ['sleep', '100000'] },
      ...spec,
    })
    return id
  }
  const started = async (spec: Partial<ContainerSpec>, uid?: PodUid): Promise<ContainerId> => {
    const id = await made(spec, uid)
    await runtime.start(id)
    return id
  }
  const inside = async (id: ContainerId, script: string): Promise<string> => {
    const { output, exitCode } = await runtime.exec(id, ['sh', '-c', script], 60_000)
    return exitCode === 0 ? output.trim() : `${output.trim()} (${String(exitCode)})`
  }
  interface Inspected {
    readonly LogPath: string
    readonly State: { readonly Pid: number }
  }
  const inspected = async (id: ContainerId): Promise<Inspected> =>
    JSON.parse((await engineCall(engine.host, 'GET', `/containers/${id}/json`)).text) as Inspected
  /** The container's own group, or one above it, as the kernel tells of its process. */
  const groupOf = async (id: ContainerId, controller: string): Promise<string> => {
    const lines = readFileSync(`/proc/${(await inspected(id)).State.Pid}/cgroup`, 'utf8').split('\n')
    const own = lines.find((line) =>
      line
        .split(':')[1]
        ?.split(',')
        .includes(isV2 ? '' : controller),
    )
    return own?.split(':')[2] ?? ''
  }
  const readIn = (group: string, controller: string, file: string): string =>
    readFileSync(join(root, isV2 ? '' : controller, group, file), 'utf8').trim()
  const pidsMax = async (id: ContainerId): Promise<string> => readIn(await groupOf(id, 'pids'), 'pids', 'pids.max')

  await t.test('a log is kept to its limit', async (t) => {
    const id = await started({
      command: ['sh', '-c', 'yes 0123456789012345678901234567890123456789 | head -c 200000; sleep 100000'],
    })
    const folder = dirname((await inspected(id)).LogPath)
    // podman keeps one file, and begins it anew when it is full; it looks once for each 8 KiB that come.
    const slack = isPodman ? 20_000 : 200
    const logs = (): string[] => readdirSync(folder).filter((name) => name.includes(isPodman ? 'ctr.log' : '-json.log'))
    await eventually(() => logs().length === (isPodman ? 1 : 2))
    for (const name of logs()) t.ok(statSync(join(folder, name)).size <= logLimits.maxBytes + slack, name)
  })

  await t.test('a fork bomb ends at the limit of processes, and its siblings go on', async (t) => {
    const id = await started({ resources: { ...plainContainer.resources, pidsLimit: 20 } })
    t.equal(await pidsMax(id), '20')
    const bomb = 'i=0; while [ $i -lt 40 ]; do sleep 30 & i=$((i+1)); done 2>&1; true'
    t.match(await inside(id, bomb), /can.t fork|Resource temporarily unavailable/)
    const seen = await runtime.inspect(id)
    t.match(seen, { state: 'running', resources: { pidsLimit: 20 } })
    await runtime.updateResources(id, { ...plainContainer.resources, pidsLimit: 30 })
    t.equal(await pidsMax(id), '30', 'changed as it runs')
    await runtime.updateResources(id, plainContainer.resources)
    t.equal(await pidsMax(id), 'max', 'lifted as it runs')
    t.equal((await runtime.inspect(id))?.resources.pidsLimit, undefined)
  })

  await t.test('a device of the machine is in the container, with the permissions that were given', async (t) => {
    // One that the engine gives nobody by itself.
    const hostPath = ['/dev/fuse', '/dev/loop-control', '/dev/tty0'].find((path) => existsSync(path)) ?? '/dev/kmsg'
    const id = await started({ devices: [{ kind: 'path', hostPath, path: '/dev/mine', permissions: 'r' }] })
    t.equal(await inside(id, 'test -c /dev/mine && : < /dev/mine && echo open'), 'open')
    t.match(await inside(id, ': > /dev/mine'), /not permitted|denied/)
    t.match(await inside(await started({}), 'cat /dev/mine'), /No such file/)
  })

  await t.test('what the engine cannot give is said in plain words', async (t) => {
    const { apiVersion } = await runtime.connect()
    const knowsCdi = Number(apiVersion.split('.')[1]) >= 44
    await t.rejects(started({ devices: [{ kind: 'cdi', name: 'vendor.com/gpu=0' }] }), {
      code: 'DEVICE_UNAVAILABLE',
      message: knowsCdi
        ? /vendor\.com\/gpu=0/
        : /device vendor\.com\/gpu=0 needs a Docker Engine with API 1\.44 \(version 25\)/,
    })
    if (isPodman) {
      await t.rejects(made({ devices: [{ kind: 'gpu', count: 1 }] }), {
        code: 'DEVICE_UNAVAILABLE',
        message: /podman’s Docker-compatible socket hands out no GPU/,
      })
      return
    }
    const id = await made({ devices: [{ kind: 'gpu', count: 1 }] })
    await t.rejects(runtime.start(id), { code: 'DEVICE_UNAVAILABLE', message: /no driver for nvidia\.com\/gpu/ })
    t.match(await runtime.inspect(id), { state: 'exited', error: /NVIDIA Container Toolkit/ })
  })

  await t.test('what a pod is given as a whole is all that its containers get together', async (t) => {
    const groups = new LocalPodCgroups({ stateFolderId, isEngineHere: true })
    const uid = podUid(randomUUID())
    const limits: PodCgroup = { cpuShares: 512, cpuQuotaMicros: 50_000, memoryBytes: 64 * mebibyte, hugepageBytes: {} }
    await groups.set(uid, limits)
    t.teardown(() => groups.remove(uid))
    t.strictSame(await groups.list(), [uid])
    const id = await started({ podCgroup: uid }, uid)
    const group = dirname(await groupOf(id, 'memory'))
    t.match(group, new RegExp(`podkeep\\.${stateFolderId}\\.${uid}$`), 'it is made below the pod’s group')
    const above = (controller: string, v1File: string, v2File: string): string =>
      readIn(group, controller, isV2 ? v2File : v1File)
    t.equal(above('memory', 'memory.limit_in_bytes', 'memory.max'), String(64 * mebibyte))
    t.equal(above('cpu', 'cpu.cfs_quota_us', 'cpu.max'), isV2 ? '50000 100000' : '50000')
    t.equal(above('cpu', 'cpu.shares', 'cpu.weight'), isV2 ? '20' : '512')
    // The container itself has no limit of memory.
    const fill = 'dd if=/dev/zero of=/dev/null bs=100M count=1 2>/dev/null && echo filled'
    t.match(await inside(id, fill), /\(137\)$/, 'who wants more is killed')
    await groups.set(uid, { ...limits, memoryBytes: 128 * mebibyte, cpuQuotaMicros: 0 })
    t.equal(above('memory', 'memory.limit_in_bytes', 'memory.max'), String(128 * mebibyte), 'changed as it runs')
    t.equal(await inside(id, fill), 'filled')
    t.equal(above('cpu', 'cpu.cfs_quota_us', 'cpu.max'), isV2 ? 'max 100000' : '-1')
    await t.rejects(groups.remove(uid), { code: 'CGROUP_FAILED' }, 'not while something runs in it')
    for (const facts of await runtime.list()) if (facts.podUid === uid) await runtime.remove(facts.id, true)
    await groups.remove(uid)
    t.strictSame(await groups.list(), [])
    await groups.remove(uid)
  })
})
