/** What podman is told in other words than a Docker Engine, and what its own words mean. Seen with podman 4.3. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import t, { type Test } from 'tap'

import { containerBody, limitedLog, sandboxBody, type Surroundings } from '../../../lib/docker/body.js'
import { engineError } from '../../../lib/docker/errors.js'
import { DockerRuntime } from '../../../lib/docker/index.js'
import { EngineAnswer } from '../../../lib/docker/modem.js'
import { dependentsIn, makeOnPodman, ociLimits } from '../../../lib/docker/podman.js'
import { isPaused } from '../../../lib/docker/refusals.js'
import {
  containerId,
  encodeLabels,
  podUid,
  type ContainerIdentity,
  type ContainerSpec,
} from '../../../lib/pod/index.js'
import { silentLogger } from '../../support/logger.js'
import { anOwner, noSecurity } from '../../support/pods.js'
import { json, startScriptedEngine, type Call } from '../../support/scripted-engine.js'
import { plainContainer, plainSandbox } from '../../support/specs.js'

const [sandboxId, memberId] = [containerId('a'.repeat(64)), containerId('b'.repeat(64))]
const identity: ContainerIdentity = {
  ...{ namespace: 'default', podName: 'shop', podUid: podUid('12345678-aaaa'), kind: 'container', name: 'app' },
  ...{ attempt: 0, crashes: 0, round: 0, hash: '1:h', podHash: '1:p', sandboxId, file: 'shop.yaml' },
  ...{ graceMs: 1000, podStartedAtMs: 1 },
}
const spec: ContainerSpec = { identity, image: 'shop:1', ...plainContainer }
const around: Surroundings = {
  ...{ owner: anOwner(), network: 'podkeep', sandboxImage: 'podkeep/sandbox:x', logConfig: null },
  isPodman: true,
}

t.test('where nothing limits the number of processes, podman’s own limit is lifted', (t) => {
  t.equal(containerBody(spec, around, 0).HostConfig?.PidsLimit, -1)
  const limited = { ...spec, resources: { ...spec.resources, pidsLimit: 7 } }
  t.equal(containerBody(limited, around, 0).HostConfig?.PidsLimit, 7)
  const sandbox = { ...plainSandbox, identity: { ...identity, kind: 'sandbox', name: 'POD', sandboxId: null } } as const
  t.equal(sandboxBody(sandbox, around).HostConfig?.PidsLimit, -1)
  t.notOk('PidsLimit' in (containerBody(spec, { ...around, isPodman: false }, 0).HostConfig ?? {}))
  t.end()
})

t.test('a claim is not filled from the image, which podman hears in its older form only', (t) => {
  const claim = { namespace: 'default', name: 'db' }
  const mounts = [
    { claim, mountPath: '/data', readOnly: false },
    { claim, mountPath: '/old', readOnly: true },
    { hostPath: '/srv', mountPath: '/srv', readOnly: true },
  ]
  const host = containerBody({ ...spec, mounts }, around, 0).HostConfig
  t.same(host?.Binds, ['podkeep_db_default_n1:/data:nocopy', 'podkeep_db_default_n1:/old:nocopy,ro'])
  t.match(host?.Mounts, [{ Type: 'bind', Source: '/srv' }])
  t.equal(host?.Mounts?.length, 1)
  t.notOk('Binds' in (containerBody({ ...spec, mounts }, { ...around, isPodman: false }, 0).HostConfig ?? {}))
  t.end()
})

t.test('a bare /proc, and the size of a log whose driver is not told', (t) => {
  const bare = { ...spec, security: { ...noSecurity, unmaskedProc: true } }
  t.same(containerBody(bare, around, 0).HostConfig?.SecurityOpt, ['unmask=ALL'])
  t.same(limitedLog('', { maxBytes: 1000, maxFiles: 5 }, true), { Type: '', Config: { 'max-size': '1000' } })
  t.end()
})

t.test('a mount whose source is missing is refused, for podman would make a folder there', async (t) => {
  const missing = join(t.testdir({}), 'missing')
  const wanting = { ...spec, mounts: [{ hostPath: missing, mountPath: '/data', readOnly: false }] }
  const make = (): Promise<string> => Promise.resolve('made')
  await t.rejects(makeOnPodman(wanting, true, make), {
    code: 'MOUNT_FAILED',
    message: `create container app: bind source path does not exist: ${missing}`,
  })
  t.equal(await makeOnPodman(wanting, false, make), 'made', 'of another machine nothing is known')
})

t.test('a seccomp profile is a file for as long as the container is being made', async (t) => {
  const profile = '{"defaultAction":"SCMP_ACT_ALLOW"}'
  const told = async (seccomp: string | null): Promise<string | null> =>
    makeOnPodman({ ...spec, security: { ...noSecurity, seccomp } }, true, ({ security }) => {
      if (security.seccomp?.startsWith('/') === true) t.equal(readFileSync(security.seccomp, 'utf8'), profile)
      return Promise.resolve(security.seccomp)
    })
  t.equal(await told('unconfined'), 'unconfined')
  t.equal(await told(null), null)
  const file = (await told(profile)) ?? ''
  t.match(file, /^\/.*profile\.json$/)
  t.throws(() => readFileSync(file), { code: 'ENOENT' })
})

t.test('limits in the words of OCI: none of cpu and processes is -1, none of memory is left out', (t) => {
  t.same(ociLimits({ cpuShares: 512, cpuQuotaMicros: 50_000, memoryBytes: 1024, pidsLimit: 9 }), {
    cpu: { shares: 512, period: 100_000, quota: 50_000 },
    memory: { limit: 1024, swap: 1024 },
    pids: { limit: 9 },
  })
  t.same(ociLimits({ cpuShares: 2, cpuQuotaMicros: 0, memoryBytes: 0 }), {
    cpu: { shares: 2, period: 100_000, quota: -1 },
    pids: { limit: -1 },
  })
  t.end()
})

t.test('what podman’s refusals mean', (t) => {
  const code = (call: 'start' | 'create', words: string): string =>
    engineError(call, 'x', new EngineAnswer(500, words)).code
  t.equal(
    code('start', `workdir "/bin/sh" exists on container ${memberId}, but is not a directory`),
    'COMMAND_CANNOT_RUN',
  )
  t.equal(
    code(
      'start',
      'error setting cgroup config: unable to set memory limit to 1024 (current usage: 2, peak usage: 3): OCI runtime error',
    ),
    'ENGINE_REFUSED',
  )
  t.ok(
    isPaused(
      new Error(`container ${memberId} must be in Created or Stopped state to be started: container state improper`),
    ),
  )
  t.same(dependentsIn(new Error('container is running')), [])
  t.end()
})

const refusal = `container ${sandboxId} has dependent containers which must be removed before it: ${memberId}: container already exists`

t.test('a sandbox is ended and counts as gone while something dead is joined to it, and goes after that', async (t) => {
  const { runtime, calls } = await onPodman(t, 'exited', encodeLabels(anOwner(), identity))
  await runtime.connect()
  await runtime.remove(sandboxId, true)
  t.ok(calls.some(({ path }) => path.endsWith(`/containers/${sandboxId}/kill?signal=SIGKILL`)))
  t.equal(await runtime.inspect(sandboxId), null)
  t.match(await runtime.inspect(memberId), { state: 'exited' }, 'its log is kept')
  await runtime.remove(memberId, false)
  t.match(calls.at(-1), { method: 'DELETE', path: new RegExp(`/containers/${sandboxId}\\?`) })
})

t.test('what runs, or is not podkeep’s, keeps the sandbox; what goes at the same time does not', async (t) => {
  const removed = async (state: string, labels: Readonly<Record<string, string>>): Promise<string[]> => {
    const { runtime, calls } = await onPodman(t, state, labels)
    await runtime.connect()
    await runtime.remove(sandboxId, true).catch((error: unknown) => {
      t.match(error, { message: /has dependent containers/ })
    })
    return calls
      .filter(({ method }) => method === 'DELETE')
      .map(({ path }) => path.replace(/^.*containers\/(.).*$/, '$1'))
  }
  const ours = encodeLabels(anOwner(), identity)
  t.same(await removed('running', ours), ['a'])
  t.same(await removed('going', ours), ['a', 'a'], 'and what goes at the same time is no end of the sandbox')
  t.same(await removed('exited', {}), ['a'])
})

t.test('limits go podman’s own way, and are told as they were set', async (t) => {
  const { runtime, calls } = await onPodman(t, 'running', encodeLabels(anOwner(), identity))
  await runtime.connect()
  const wanted = { cpuShares: 512, cpuQuotaMicros: 0, memoryBytes: 64 }
  t.not((await runtime.inspect(memberId))?.resources.memoryBytes, 64)
  await runtime.updateResources(memberId, wanted)
  t.same((await runtime.inspect(memberId))?.resources, wanted, 'though podman goes on telling the old ones')
  t.match(
    calls.find(({ path }) => path.endsWith('/update')),
    {
      path: `/v1.41/libpod/containers/${memberId}/update`,
      body: /"memory":\{"limit":64,"swap":64\}/,
    },
  )
})

/** Where the sandbox goes once the container that is joined to it is gone. */
async function onPodman(t: Test, state: string, labels: Readonly<Record<string, string>>) {
  const gone = new Set<string>()
  const of = (id: string): object => ({
    ...{ Id: id, Name: '', Image: 'i', Created: '2026-01-01T00:00:00Z', Mounts: [], HostConfig: {} },
    Config: { Image: 'shop:1', Labels: id === memberId ? labels : encodeLabels(anOwner(), sandbox) },
    State: { Status: id === memberId ? state : 'running', ExitCode: 0, Error: '', StartedAt: '', FinishedAt: '' },
    NetworkSettings: { Networks: {} },
  })
  const sandbox: ContainerIdentity = { ...identity, kind: 'sandbox', name: 'POD', sandboxId: null }
  const engine = await startScriptedEngine(({ method, path }: Call, response) => {
    const [plain = ''] = path.replace(/^\/v[\d.]+/, '').split('?')
    const id = /[ab]{64}/.exec(plain)?.[0] ?? ''
    if (plain === '/version')
      json(response, 200, {
        ApiVersion: '1.41',
        Version: '4.3',
        Arch: 'amd64',
        Components: [{ Name: 'Podman Engine' }],
      })
    else if (plain === '/info') json(response, 200, { Name: 'host', MemTotal: 1024, NCPU: 2, LoggingDriver: '' })
    else if (plain === '/networks') json(response, 200, [{ Name: 'podkeep' }])
    else if (plain === '/containers/json') json(response, 200, [])
    else if (plain.startsWith('/images/')) json(response, 200, { Id: 'sha256:1', Config: {} })
    else if (plain.endsWith('/update')) json(response, 201, id)
    else if (id === memberId && state === 'going')
      json(response, 500, { message: `container ${id} does not exist in database: no such container` })
    else if (id === '' || gone.has(id)) json(response, 404, { message: 'no such container' })
    else if (method === 'GET') json(response, 200, of(id))
    else if (plain.endsWith('/kill')) response.writeHead(204).end()
    else if (id === sandboxId && !gone.has(memberId)) {
      if (state === 'going') gone.add(memberId)
      json(response, 500, { message: refusal })
    } else {
      gone.add(id)
      response.writeHead(204).end()
    }
  })
  const address = { kind: 'socket', socketPath: engine.socketPath } as const
  const runtime = new DockerRuntime({ address, owner: anOwner(), logger: silentLogger })
  t.teardown(async () => {
    await runtime.close()
    await engine.close()
  })
  return { runtime, calls: engine.calls }
}
