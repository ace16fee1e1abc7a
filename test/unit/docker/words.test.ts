/** What podkeep says to Docker and what it understands of the answers: no connection is needed to tell. */

import t from 'tap'

import { parseDockerHost } from '../../../lib/docker/address.js'
import { containerBody, sandboxBody, updateBody, type Surroundings } from '../../../lib/docker/body.js'
import { withSeenMounts } from '../../../lib/docker/create.js'
import { requireMountable } from '../../../lib/docker/mount-body.js'
import { diedWithEngine } from '../../../lib/docker/died-with-engine.js'
import type { Dockerode } from '../../../lib/docker/dockerode.js'
import { engineError, type Call } from '../../../lib/docker/errors.js'
import { factsOf } from '../../../lib/docker/facts.js'
import { parseImageName } from '../../../lib/docker/image-name.js'
import { EngineAnswer, NoAnswer } from '../../../lib/docker/modem.js'
import { containerName } from '../../../lib/docker/names.js'
import { sandboxImage } from '../../../lib/docker/sandbox-image/image.js'
import { sandboxProgram } from '../../../lib/docker/sandbox-image/program.js'
import {
  containerId,
  PodkeepError,
  encodeLabels,
  podUid,
  type ContainerIdentity,
  type ContainerSpec,
  type SecuritySpec,
} from '../../../lib/pod/index.js'
import { anOwner, noSecurity } from '../../support/pods.js'
import { plainContainer, plainSandbox } from '../../support/specs.js'

const sandboxId = containerId('c'.repeat(64))
const identity: ContainerIdentity = {
  namespace: 'default',
  podName: 'shop',
  podUid: podUid('12345678-abcd'),
  kind: 'container',
  name: 'web',
  attempt: 3,
  crashes: 1,
  round: 0,
  hash: '1:h',
  podHash: '1:p',
  sandboxId,
  file: 'shop.yaml',
  graceMs: 30_000,
  podStartedAtMs: 1_700_000_000_000,
}
const spec: ContainerSpec = {
  identity,
  image: 'shop:1',
  ...plainContainer,
  env: ['A=1'],
}
const around: Surroundings = {
  owner: anOwner(),
  network: 'podkeep',
  sandboxImage: 'podkeep/sandbox:x',
  logConfig: null,
  isPodman: false,
}

t.test('DOCKER_HOST is read as Docker’s own client reads it', (t) => {
  const socket = (socketPath: string) => ({ address: { kind: 'socket', socketPath } })
  const tcp = (host: string, port: number, tls: object | null = null) => ({ address: { kind: 'tcp', host, port, tls } })
  t.same(parseDockerHost(''), socket('/var/run/docker.sock'))
  t.same(parseDockerHost('unix://'), socket('/var/run/docker.sock'))
  t.same(parseDockerHost(' unix:///run/user/1000/docker.sock '), socket('/run/user/1000/docker.sock'))
  t.same(parseDockerHost('tcp://box:1234'), tcp('box', 1234))
  t.same(parseDockerHost('box:1234'), tcp('box', 1234))
  t.same(parseDockerHost('tcp://box'), tcp('box', 2375))
  t.same(parseDockerHost('http://box/'), tcp('box', 2375))
  t.same(parseDockerHost('tcp://[::1]:2375'), tcp('::1', 2375))
  t.same(parseDockerHost('https://box'), tcp('box', 2376, { certPath: null, verify: true }))
  t.same(parseDockerHost('tcp://box:2376'), tcp('box', 2376, { certPath: null, verify: false }))
  t.same(
    parseDockerHost('tcp://box', { certPath: '/certs', verify: '1' }),
    tcp('box', 2376, { certPath: '/certs', verify: true }),
  )
  t.match(parseDockerHost('ssh://me@box'), { problem: /ssh/, hint: /unix:\/\// })
  t.match(parseDockerHost('unix://relative/docker.sock'), { hint: /unix:\/\/\/relative/ })
  for (const wrong of [
    'npipe:////./pipe/docker',
    'fd://',
    'tcp://',
    'tcp://box:99999',
    'tcp://box:port',
    'tcp://a b',
  ]) {
    t.match(parseDockerHost(wrong), { problem: /DOCKER_HOST/, hint: /./ }, wrong)
  }
  t.end()
})

t.test('the engine’s words become codes', (t) => {
  const cases: [Call, number, string, string][] = [
    ['start', 404, 'No such container: abc', 'CONTAINER_GONE'],
    ['start', 409, 'container is marked for removal and cannot be started', 'CONTAINER_GONE'],
    ['start', 409, 'cannot join network of a non running container: abc', 'SANDBOX_NOT_RUNNING'],
    ['start', 404, 'joining network namespace of container: No such container: abc', 'SANDBOX_NOT_RUNNING'],
    ['create', 404, 'No such container: abc', 'SANDBOX_NOT_RUNNING'],
    ['change', 404, 'Not Found', 'ENGINE_REFUSED'],
    ['change', 404, 'page not found', 'ENGINE_REFUSED'],
    ['create', 404, 'No such image: a:1', 'IMAGE_ABSENT'],
    ['create', 400, 'invalid reference format', 'IMAGE_NAME_INVALID'],
    ['create', 400, 'No command specified', 'COMMAND_CANNOT_RUN'],
    ['create', 400, "the working directory 'rel' is invalid, it needs to be an absolute path", 'COMMAND_CANNOT_RUN'],
    ['create', 500, 'Cannot mkdir: /bin/x is not a directory', 'COMMAND_CANNOT_RUN'],
    ['create', 400, 'invalid mount config for type "bind": bind source path does not exist: /x', 'MOUNT_FAILED'],
    ['create', 400, 'Minimum memory limit allowed is 6MB', 'ENGINE_REFUSED'],
    ['start', 500, 'unable to apply caps: operation not permitted: unknown', 'ENGINE_REFUSED'],
    ['create', 500, 'write /var/lib/docker/x: no space left on device', 'DISK_FULL'],
    [
      'start',
      500,
      'driver failed programming external connectivity on endpoint a (0a): Bind for 0.0.0.0:80 failed: port is already allocated',
      'PORT_IN_USE',
    ],
    [
      'start',
      500,
      'Error starting userland proxy: listen tcp4 0.0.0.0:80: bind: address already in use',
      'PORT_IN_USE',
    ],
    [
      'start',
      400,
      'failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "x": executable file not found in $PATH: unknown',
      'COMMAND_CANNOT_RUN',
    ],
    [
      'start',
      400,
      'failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: exec: "/x": stat /x: no such file or directory: unknown',
      'COMMAND_CANNOT_RUN',
    ],
    ['start', 500, 'exec /x: exec format error', 'COMMAND_CANNOT_RUN'],
    [
      'start',
      400,
      'OCI runtime create failed: runc create failed: unable to start container process: error during container init: error mounting "/a" to rootfs at "/b": not a directory',
      'MOUNT_FAILED',
    ],
    [
      'change',
      409,
      'You cannot remove a running container abc. Stop the container before attempting removal or force remove',
      'CONTAINER_RUNNING',
    ],
    ['change', 404, 'No such container: abc', 'CONTAINER_GONE'],
    ['look', 403, 'authorization denied by plugin', 'ENGINE_REFUSED'],
    ['look', 500, 'something broke', 'ENGINE_FAULT'],
    ['pull', 404, 'manifest for a:1 not found: manifest unknown: manifest unknown', 'IMAGE_NOT_FOUND'],
    ['pull', 500, 'Head "http://r.io/v2/a/manifests/1": no basic auth credentials', 'IMAGE_FORBIDDEN'],
    ['pull', 500, 'received unexpected HTTP status: 503 Service Unavailable', 'REGISTRY_UNAVAILABLE'],
    ['pull', 200, 'filesystem layer verification failed for digest sha256:ab', 'IMAGE_DAMAGED'],
    ['pull', 200, 'manifest verification failed for digest sha256:ab', 'IMAGE_DAMAGED'],
    ['pull', 200, 'unexpected commit digest sha256:ab, expected sha256:cd: failed precondition', 'IMAGE_DAMAGED'],
    ['pull', 500, 'error parsing HTTP 403 response body: invalid character', 'IMAGE_FORBIDDEN'],
    ['pull', 500, 'server message: insufficient_scope: authorization failed', 'IMAGE_FORBIDDEN'],
    ['pull', 500, 'unexpected status from HEAD request to https://r.io/v2/a: 403 Forbidden', 'IMAGE_FORBIDDEN'],
    [
      'pull',
      500,
      'unexpected status from GET request to https://r.io/v2/a: 429 Too Many Requests',
      'REGISTRY_THROTTLED',
    ],
    ['pull', 500, 'unexpected status from GET request to https://r.io/v2/a: 502 Bad Gateway', 'REGISTRY_UNAVAILABLE'],
    ['pull', 500, 'Source image rejected: A signature was required, but no signature exists', 'IMAGE_REJECTED'],
    [
      'pull',
      404,
      "pull access denied for a, repository does not exist or may require 'docker login'",
      'IMAGE_FORBIDDEN',
    ],
    ['pull', 500, 'Head "https://r/v2/a/manifests/1": unauthorized: authentication required', 'IMAGE_FORBIDDEN'],
    ['pull', 500, 'toomanyrequests: You have reached your pull rate limit', 'REGISTRY_THROTTLED'],
    ['pull', 500, 'Get "https://r/v2/": dial tcp: lookup r: no such host', 'REGISTRY_UNAVAILABLE'],
    [
      'pull',
      500,
      'Get "http://127.0.0.1:1/v2/": dial tcp 127.0.0.1:1: connect: connection refused',
      'REGISTRY_UNAVAILABLE',
    ],
    ['pull', 500, 'Get "https://r/v2/": net/http: TLS handshake timeout', 'REGISTRY_UNAVAILABLE'],
    ['pull', 500, 'Get "https://r/v2/": x509: certificate signed by unknown authority', 'REGISTRY_UNAVAILABLE'],
    ['pull', 500, 'Get "https://r/v2/": http: server gave HTTP response to HTTPS client', 'REGISTRY_UNAVAILABLE'],
    ['pull', 404, 'no matching manifest for linux/arm64/v8 in the manifest list entries', 'IMAGE_NOT_FOUND'],
    ['pull', 200, 'failed to register layer: write /x: no space left on device', 'DISK_FULL'],
  ]
  for (const [call, status, words, code] of cases) {
    t.equal(engineError(call, 'do it', new EngineAnswer(status, words)).code, code, `${call} ${status} ${words}`)
  }
  t.equal(engineError('look', 'do it', new NoAnswer('EACCES', 'connect EACCES')).code, 'ENGINE_FORBIDDEN')
  t.equal(engineError('look', 'do it', new NoAnswer('ENOENT', 'connect ENOENT')).code, 'ENGINE_UNREACHABLE')
  t.equal(engineError('look', 'do it', new TypeError('a bug of a library')).code, 'ENGINE_FAULT')
  t.end()
})

t.test('a message says what podkeep did and the engine’s words without their layers', (t) => {
  const words =
    'failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "x": executable file not found in $PATH: unknown'
  const error = engineError('start', 'start container web', new EngineAnswer(400, words))
  t.equal(error.message, 'start container web: exec: "x": executable file not found in $PATH')
  t.ok(error.cause instanceof EngineAnswer)
  t.end()
})

t.test('a container’s name follows from its identity, and no two identities share one', (t) => {
  t.equal(containerName('n1', identity), 'podkeep_web_shop_default_n1_12345678_3')
  t.equal(containerName('n_1/x', { ...identity, kind: 'sandbox' }), 'podkeep_POD_shop_default_n-1-x_12345678_3')
  const long = { ...identity, podName: 'p'.repeat(253), name: 'c'.repeat(63), namespace: 'n'.repeat(63) }
  const names = [long, { ...long, attempt: 4 }, { ...long, namespace: `${'n'.repeat(62)}m` }].map((one) =>
    containerName('n1', one),
  )
  t.equal(new Set(names).size, 3)
  for (const name of names) t.match(name, /^[a-zA-Z0-9][a-zA-Z0-9_.-]{1,239}$/)
  t.end()
})

t.test('image names are read as the engine reads them', (t) => {
  const digest = `sha256:${'0'.repeat(64)}`
  t.same(parseImageName('nginx'), { repository: 'nginx', tagOrDigest: 'latest' })
  t.same(parseImageName('localhost:5000/a/b__c-d:V1'), { repository: 'localhost:5000/a/b__c-d', tagOrDigest: 'V1' })
  t.same(parseImageName('Registry.example/a'), { repository: 'Registry.example/a', tagOrDigest: 'latest' })
  t.same(parseImageName('[::1]:5000/a:1'), { repository: '[::1]:5000/a', tagOrDigest: '1' })
  t.same(parseImageName(`a:1@${digest}`), { repository: 'a', tagOrDigest: digest })
  for (const wrong of [
    '',
    'A',
    'a:',
    ':a',
    'a b',
    'a//b',
    '/a',
    'a/',
    'a@sha256:1',
    '../a',
    'a?b',
    'a#b',
    'a%2fb',
    'ä',
    'f'.repeat(64),
    'a'.repeat(1_000_000),
  ]) {
    t.equal(parseImageName(wrong), null, wrong.slice(0, 20))
  }
  t.end()
})

t.test('command and args are Kubernetes’ in Docker’s terms', (t) => {
  const body = (command: string[] | null, args: string[] | null) => {
    const { Entrypoint, Cmd } = containerBody({ ...spec, command, args }, around, 0)
    return { Entrypoint, Cmd }
  }
  t.same(body(null, null), { Entrypoint: undefined, Cmd: undefined }, 'the image decides')
  t.same(body(['a'], null), { Entrypoint: ['a'], Cmd: undefined }, 'the engine then drops the image’s CMD')
  t.same(body(null, ['b']), { Entrypoint: undefined, Cmd: ['b'] })
  t.same(body(['a'], ['b']), { Entrypoint: ['a'], Cmd: ['b'] })
  t.same(body([], []), { Entrypoint: undefined, Cmd: undefined }, 'empty is not given')
  t.end()
})

t.test('a container joins its sandbox; one without a sandbox uses the host’s network', (t) => {
  const joined = containerBody(spec, around, 0).HostConfig
  t.match(joined, {
    NetworkMode: `container:${sandboxId}`,
    IpcMode: `container:${sandboxId}`,
    RestartPolicy: { Name: 'no' },
  })
  const alone = containerBody({ ...spec, identity: { ...identity, sandboxId: null } }, around, 0).HostConfig
  t.match(alone, { NetworkMode: 'host', IpcMode: undefined, Init: false })
  t.notOk('UTSMode' in (joined ?? {}), 'Docker refuses it beside a network that is joined')
  t.match(containerBody(spec, { ...around, isPodman: true }, 0).HostConfig, {
    UTSMode: `container:${sandboxId}`,
  })
  t.same(containerBody(spec, around, 0).Healthcheck, { Test: ['NONE'] })
  t.end()
})

t.test('limits give no swap, and no limit is no field', (t) => {
  const resources = { cpuShares: 512, cpuQuotaMicros: 50_000, memoryBytes: 1 << 26 }
  const host = containerBody({ ...spec, resources }, around, -997).HostConfig
  t.match(host, { CpuShares: 512, CpuPeriod: 100_000, CpuQuota: 50_000, Memory: 1 << 26, MemorySwap: 1 << 26 })
  t.equal(host?.OomScoreAdj, -997)
  t.notOk('Memory' in (containerBody(spec, around, 0).HostConfig ?? {}))
  t.match(updateBody({ ...resources, cpuQuotaMicros: 0 }), { CpuQuota: -1, Memory: 1 << 26 }, 'a cpu limit is lifted')
  t.end()
})

t.test('a terminal, an open stdin and a stop signal are asked for only when they are wanted', (t) => {
  const body = (fields: Partial<ContainerSpec>) => containerBody({ ...spec, ...fields }, around, 0)
  const asked = ({ Tty, OpenStdin, StdinOnce, StopSignal }: ReturnType<typeof body>) => [
    ...[Tty, OpenStdin, StdinOnce, StopSignal],
  ]
  t.same(asked(body({})), [undefined, undefined, undefined, undefined])
  t.same(asked(body({ tty: true })), [true, undefined, undefined, undefined])
  t.same(asked(body({ stdin: true, stopSignal: 'SIGUSR1' })), [undefined, true, false, 'SIGUSR1'])
  t.same(asked(body({ stdin: true, stdinOnce: true })), [undefined, true, true, undefined])
  t.end()
})

t.test('a file the engine does not see is done without, if the container can', async (t) => {
  const file = {
    hostPath: '/pods/a/0',
    mountPath: '/dev/termination-log',
    readOnly: false,
    isDispensable: true,
  } as const
  const data = { hostPath: '/data', mountPath: '/data', readOnly: false }
  const attempts = async (complaint: PodkeepError, mounts: ContainerSpec['mounts']) => {
    const tried: string[][] = []
    const made = { kind: 'created', id: containerId('1') } as const
    const make = async (one: ContainerSpec) => {
      tried.push(one.mounts.map((mount) => ('hostPath' in mount ? mount.hostPath : 'another kind')))
      if (tried.length === 1) throw complaint
      return made
    }
    const told: string[] = []
    const all = { ...spec, mounts }
    try {
      const answer = await withSeenMounts(all, make, () => told.push('told'))
      return { tried, told: told.length, answer: answer === made ? 'made' : answer }
    } catch (error) {
      return { tried, told: told.length, answer: error === complaint ? complaint.code : error }
    }
  }
  const unseen = (path: string) =>
    new PodkeepError('MOUNT_FAILED', `create container x: bind source path does not exist: ${path}`)
  t.same(await attempts(unseen('/pods/a/0'), [data, file]), {
    tried: [['/data', '/pods/a/0'], ['/data']],
    told: 1,
    answer: 'made',
  })
  const first = [['/data', '/pods/a/0']]
  t.same(await attempts(unseen('/data'), [data, file]), { tried: first, told: 0, answer: 'MOUNT_FAILED' })
  const other = new PodkeepError('ENGINE_FAULT', 'create container x: /pods/a/0')
  t.same(await attempts(other, [data, file]), { tried: first, told: 0, answer: 'ENGINE_FAULT' })
})

t.test('a mount never makes its source, and stays private', (t) => {
  const mounts = [{ hostPath: '/a', mountPath: '/b', readOnly: true }]
  t.same(containerBody({ ...spec, mounts }, around, 0).HostConfig?.Mounts, [
    { Type: 'bind', Source: '/a', Target: '/b', ReadOnly: true, BindOptions: { Propagation: 'rprivate' } },
  ])
  t.end()
})

t.test(
  'a mount is shared with the machine only as far as it asks, and read-only all the way down where it insists',
  (t) => {
    const bind = { hostPath: '/a', mountPath: '/b', readOnly: true }
    const options = (how: object): unknown =>
      containerBody({ ...spec, mounts: [{ ...bind, ...how }] }, around, 0).HostConfig?.Mounts?.[0]?.BindOptions
    t.same(options({ propagation: 'HostToContainer' }), { Propagation: 'rslave' })
    t.same(options({ propagation: 'Bidirectional' }), { Propagation: 'rshared' })
    t.same(options({ recursiveReadOnly: 'IfPossible' }), { Propagation: 'rprivate' })
    t.same(options({ recursiveReadOnly: 'Enabled' }), { Propagation: 'rprivate', ReadOnlyForceRecursive: true })
    const wish = { ...spec, mounts: [{ ...bind, recursiveReadOnly: 'Enabled' as const }] }
    t.doesNotThrow(() => requireMountable(wish, '1.44', false))
    t.throws(() => requireMountable(wish, '1.43', false), {
      code: 'MOUNT_FAILED',
      message:
        'mount at /b: "recursiveReadOnly: Enabled" needs an engine with API 1.44 (version 25), this one has 1.43; "IfPossible" takes what it can do',
    })
    t.doesNotThrow(() =>
      requireMountable({ ...spec, mounts: [{ ...bind, recursiveReadOnly: 'IfPossible' }] }, '1.41', false),
    )
    t.end()
  },
)

t.test('a sandbox publishes ports and is known by name; on the host’s network neither', (t) => {
  const ports = [
    { containerPort: 80, protocol: 'TCP', hostPort: 8080, hostIP: null },
    { containerPort: 80, protocol: 'TCP', hostPort: 8081, hostIP: '127.0.0.1' },
    { containerPort: 53, protocol: 'UDP', hostPort: 53, hostIP: null },
  ]
  const aliases = ['shop.default', 'shop.default.svc.cluster.local']
  const named = { hostname: 'shop', domain: 'front.default.svc.cluster.local', aliases }
  const sandbox = {
    ...plainSandbox,
    identity: { ...identity, kind: 'sandbox', sandboxId: null } as const,
    ...named,
    ports,
  }
  const bridged = sandboxBody({ ...sandbox, hostNetwork: false }, around)
  t.same(bridged.HostConfig?.PortBindings, {
    '80/tcp': [
      { HostIp: '', HostPort: '8080' },
      { HostIp: '127.0.0.1', HostPort: '8081' },
    ],
    '53/udp': [{ HostIp: '', HostPort: '53' }],
  })
  t.same(bridged.NetworkingConfig?.EndpointsConfig, { podkeep: { Aliases: aliases } })
  t.match(bridged, {
    Hostname: 'shop',
    Domainname: 'front.default.svc.cluster.local',
    HostConfig: { NetworkMode: 'podkeep', IpcMode: 'shareable' },
  })
  const onHost = sandboxBody({ ...sandbox, hostNetwork: true }, around)
  t.match(onHost, { Hostname: undefined, NetworkingConfig: undefined, HostConfig: { NetworkMode: 'host' } })
  t.end()
})

t.test('the engine’s states are podkeep’s three', (t) => {
  const facts = (state: object, config: object = {}, node = 'n1') =>
    factsOf(inspected(state, config), {
      owner: anOwner(node),
      engineStartedAtMs: Date.parse('2026-01-01T02:00:00Z'),
    })
  for (const status of ['running', 'paused', 'restarting']) t.equal(facts({ Status: status })?.state, 'running', status)
  for (const status of ['exited', 'dead', 'removing']) t.equal(facts({ Status: status })?.state, 'exited', status)
  t.match(facts({ Status: 'created' }), { state: 'created', finishedAtMs: null, exitCode: null })
  const failed = facts({ Status: 'created', ExitCode: 127, Error: 'OCI runtime create failed: exec: "x": no: unknown' })
  t.match(failed, { state: 'exited', exitCode: 127, startedAtMs: null, error: 'exec: "x": no', diedWithEngine: false })
  t.equal(failed?.finishedAtMs, failed?.createdAtMs)
  const brief = facts({ Status: 'exited', StartedAt: '2026-01-01T01:00:01.5Z', FinishedAt: '2026-01-01T01:00:01.4Z' })
  t.equal(brief?.finishedAtMs, brief?.startedAtMs, 'no end before the start')
  t.equal(facts({ Status: 'running' }, { StopSignal: 'SIGQUIT' })?.stopSignal, 'SIGQUIT')
  t.equal(facts({ Status: 'running' })?.stopSignal, 'SIGTERM')
  t.equal(facts({ Status: 'running' }, { StopSignal: '3' })?.stopSignal, 'SIGQUIT', 'podman tells the number')
  t.equal(facts({ Status: 'running' }, { StopSignal: 10 })?.stopSignal, 'SIGUSR1', 'or a number')
  t.equal(facts({ Status: 'running' }, {}, 'n2'), null, 'another node’s')
  t.equal(facts({ Status: 'running' }, { Labels: {} }), null, 'nobody’s')
  t.end()
})

t.test('an end shortly before the engine’s start was the engine’s doing', (t) => {
  const startedMs = 10_000_000
  t.equal(diedWithEngine(startedMs - 1, startedMs), true)
  t.equal(diedWithEngine(startedMs - 60_000, startedMs), true)
  t.equal(diedWithEngine(startedMs - 3_600_000, startedMs), false, 'an hour before: it crashed by itself')
  t.equal(diedWithEngine(startedMs + 1, startedMs), false)
  t.equal(diedWithEngine(null, startedMs), false)
  t.equal(diedWithEngine(startedMs - 1, null), false, 'without a default bridge nobody knows')
  t.end()
})

t.test('the sandbox image has the same bytes on every machine', (t) => {
  t.equal(sandboxProgram('amd64').length, 286)
  t.equal(sandboxProgram('arm64').length, 292)
  for (const [architecture, elfNumber] of [
    ['amd64', 62],
    ['arm64', 183],
  ] as const) {
    const program = sandboxProgram(architecture)
    t.equal(program.subarray(0, 4).toString('latin1'), '\x7fELF')
    t.equal(program.readUInt16LE(18), elfNumber)
    const { reference, archive } = sandboxImage(architecture)
    t.same(sandboxImage(architecture).archive, archive)
    t.equal(archive.length % 512, 0)
    t.ok(archive.includes(program) && archive.includes(reference))
  }
  // A different reference is a different image to every engine that has the old one: change it only with the program.
  t.equal(sandboxImage('amd64').reference, 'podkeep/sandbox:37d175562f5e')
  t.equal(sandboxImage('arm64').reference, 'podkeep/sandbox:6cac773daf40')
  t.end()
})

function inspected(state: object, config: object): Dockerode.ContainerInspectInfo {
  const running = {
    ExitCode: 0,
    Error: '',
    OOMKilled: false,
    StartedAt: '0001-01-01T00:00:00Z',
    FinishedAt: '0001-01-01T00:00:00Z',
  }
  const answer = {
    Id: sandboxId,
    Created: '2026-01-01T01:00:00.123456789Z',
    Image: 'sha256:1',
    State: { ...running, ...state },
    Config: { Image: 'shop:1', Labels: encodeLabels(anOwner(), identity), ...config },
    HostConfig: { CpuShares: 2 },
    NetworkSettings: { Networks: {} },
  }
  return answer as object as Dockerode.ContainerInspectInfo
}

t.test('what a container may do reaches the engine in its words, and nothing is said of what is usual', (t) => {
  const fields =
    'GroupAdd Privileged CapAdd CapDrop ReadonlyRootfs SecurityOpt Sysctls MaskedPaths ReadonlyPaths'.split(' ')
  const bodyOf = (security: Partial<SecuritySpec>, sysctls = {}): object => {
    const wanted = { ...spec, security: { ...noSecurity, ...security }, sysctls }
    const { HostConfig, User } = containerBody(wanted, around, 0)
    const said = Object.entries({ ...HostConfig }).filter(([name]) => fields.includes(name))
    return { ...(User !== undefined && { User }), ...Object.fromEntries(said) }
  }
  t.same(bodyOf({}), {})
  t.same(
    bodyOf(
      {
        ...{ user: '7:8', supplementalGroups: [5, 7], addCapabilities: ['NET_ADMIN'], dropCapabilities: ['ALL'] },
        ...{ readOnlyRootFilesystem: true, noNewPrivileges: true, seccomp: '{"a":1}', appArmor: 'mine' },
        seLinux: { user: 'u', role: 'r', type: 't', level: 's0:c1' },
      },
      { 'kernel.sem': '1' },
    ),
    {
      ...{ User: '7:8', GroupAdd: ['5', '7'], CapAdd: ['NET_ADMIN'], CapDrop: ['ALL'], ReadonlyRootfs: true },
      SecurityOpt: [
        ...['no-new-privileges', 'seccomp={"a":1}', 'apparmor=mine'],
        ...['label=user:u', 'label=role:r', 'label=type:t', 'label=level:s0:c1'],
      ],
      Sysctls: { 'kernel.sem': '1' },
    },
  )
  t.same(bodyOf({ privileged: true, unmaskedProc: true, seccomp: 'unconfined', appArmor: 'unconfined' }), {
    ...{ Privileged: true, SecurityOpt: ['seccomp=unconfined', 'apparmor=unconfined'] },
    ...{ MaskedPaths: [], ReadonlyPaths: [] },
  })
  t.end()
})

t.test('a sandbox may do nothing, and carries the pod’s sysctls and label', (t) => {
  const sandbox = { ...plainSandbox, identity: { ...identity, kind: 'sandbox', sandboxId: null } as const }
  const bodyOf = (sysctls: Record<string, string>, level: string | null): object | undefined =>
    sandboxBody(
      {
        ...{ ...sandbox, hostNetwork: true, sysctls },
        seLinux: level === null ? null : { user: null, role: null, type: null, level },
      },
      around,
    ).HostConfig
  t.match(bodyOf({}, null), { CapDrop: ['ALL'], SecurityOpt: ['no-new-privileges'], Sysctls: undefined })
  t.match(bodyOf({ 'net.a': '1' }, 's0'), {
    SecurityOpt: ['no-new-privileges', 'label=level:s0'],
    Sysctls: { 'net.a': '1' },
  })
  t.end()
})
