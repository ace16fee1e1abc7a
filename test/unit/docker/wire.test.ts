/** The way to the engine under every fault that a connection can have: a scripted server stands for the engine. */

import { writeFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { mock } from 'node:test'

import t, { type Test } from 'tap'

import { defaultDeadlines, type Deadlines } from '../../../lib/docker/modem.js'
import { jsonLines } from '../../../lib/docker/lines.js'
import { DockerRuntime } from '../../../lib/docker/index.js'
import { containerId, encodeLabels, podUid, type ContainerSpec } from '../../../lib/pod/index.js'
import { rememberingLogger, silentLogger } from '../../support/logger.js'
import { json, startScriptedEngine, type Script } from '../../support/scripted-engine.js'
import { anOwner } from '../../support/pods.js'
import { plainContainer } from '../../support/specs.js'

const id = containerId('a'.repeat(64))
const forEver = 3_600_000
const shortMs = 50

async function drained(runtime: DockerRuntime): Promise<void> {
  for await (const event of runtime.events(new AbortController().signal, () => {})) throw new Error(event.kind)
}

async function scripted(t: Test, script: Script, deadlines: Partial<Deadlines> = {}) {
  const engine = await startScriptedEngine(script)
  const runtime = new DockerRuntime({
    address: { kind: 'socket', socketPath: engine.socketPath },
    owner: anOwner(),
    logger: silentLogger,
    deadlines,
  })
  t.teardown(async () => {
    await runtime.close()
    await engine.close()
  })
  return { engine, runtime }
}

t.test('a call settles by its deadline, however the engine fails', async (t) => {
  const faults: Record<string, { script: Script; code: string }> = {
    'never answers': { script: () => {}, code: 'ENGINE_TIMEOUT' },
    'stops after the headers': {
      script: (_call, response) => response.writeHead(200, { 'Content-Type': 'application/json' }).flushHeaders(),
      code: 'ENGINE_TIMEOUT',
    },
    'stops within the body': {
      script: (_call, response) => void response.writeHead(200, { 'Content-Length': 100 }).write('[{'),
      code: 'ENGINE_TIMEOUT',
    },
    'sends a body byte by byte for ever': {
      script: (_call, response) => {
        const timer = setInterval(() => response.write(' '), 5)
        response.on('close', () => clearInterval(timer))
      },
      code: 'ENGINE_TIMEOUT',
    },
    'closes the connection at once': { script: (_call, response) => response.destroy(), code: 'ENGINE_UNREACHABLE' },
    'is cut off after the headers': {
      script: (_call, response) => {
        response.writeHead(200, { 'Content-Length': 100 }).flushHeaders()
        setImmediate(() => response.destroy())
      },
      code: 'ENGINE_UNREACHABLE',
    },
    'is cut off within the body': {
      script: (_call, response) => {
        response.writeHead(200, { 'Content-Length': 100 }).write('[{', () => response.destroy())
      },
      code: 'ENGINE_UNREACHABLE',
    },
    'answers with what is not JSON': {
      script: (_call, response) => response.writeHead(200, { 'Content-Type': 'application/json' }).end('{"a":'),
      code: 'ENGINE_FAULT',
    },
    'answers with what is not HTTP': {
      script: (_call, response) => response.socket?.end('SSH-2.0-OpenSSH\r\n\r\n'),
      code: 'ENGINE_FAULT',
    },
    'answers with more than fits': {
      script: (_call, response) => {
        const chunk = Buffer.alloc(8 * 1024 * 1024, 0x20)
        const more = (): unknown => response.writable && response.write(chunk, more)
        more()
      },
      code: 'ENGINE_FAULT',
    },
    'answers with a page of a proxy': {
      script: (_call, response) => response.writeHead(502, { 'Content-Type': 'text/html' }).end('<h1>Bad gateway</h1>'),
      code: 'ENGINE_FAULT',
    },
  }
  for (const [what, { script, code }] of Object.entries(faults)) {
    const isSlow = code === 'ENGINE_TIMEOUT'
    const { runtime } = await scripted(t, script, { readMs: isSlow ? shortMs : forEver })
    await t.rejects(runtime.list(), { name: 'PodkeepError', code, message: /^list the containers: ./ }, what)
  }
})

t.test('an engine that is not there, and one that may not be used, are told apart', async (t) => {
  const { engine } = await scripted(t, () => {})
  const at = (socketPath: string) =>
    new DockerRuntime({ address: { kind: 'socket', socketPath }, owner: anOwner(), logger: silentLogger })
  const noSocket = join(engine.socketPath, '..', 'absent.sock')
  await t.rejects(at(noSocket).connect(), { code: 'ENGINE_UNREACHABLE' })
  writeFileSync(noSocket, '')
  await t.rejects(at(noSocket).connect(), { code: 'ENGINE_UNREACHABLE' }, 'a file that nobody listens on')
  const closedPort = new DockerRuntime({
    address: { kind: 'tcp', host: '127.0.0.1', port: 1, tls: null },
    owner: anOwner(),
    logger: silentLogger,
  })
  await t.rejects(closedPort.connect(), { code: 'ENGINE_UNREACHABLE' })
})

t.test('an idle connection that the engine closed is not an error of the next call', async (t) => {
  const { engine, runtime } = await scripted(t, (_call, response) => json(response, 200, []))
  t.same(await runtime.list(), [])
  let isFirst = true
  engine.script((_call, response) => {
    if (isFirst) response.socket?.destroy()
    else json(response, 200, [])
    isFirst = false
  })
  t.same(await runtime.list(), [])
  t.equal(engine.calls.length, 3)
})

t.test('close settles what is under way, once', async (t) => {
  const { engine, runtime } = await scripted(t, () => {}, { readMs: forEver })
  const calls = Array.from({ length: 40 }, () => runtime.list())
  const settled = Promise.allSettled(calls)
  while (engine.calls.length < 8) await new Promise((resolve) => setImmediate(resolve))
  await runtime.close()
  t.same(new Set((await settled).map((one) => one.status)), new Set(['rejected']))
  await t.rejects(runtime.list(), { code: 'ENGINE_UNREACHABLE' })
})

t.test('events are read whole, wherever the stream is cut, and others’ are left out', async (t) => {
  const labels = {
    'io.podkeep.node': 'n1',
    'io.podkeep.kind': 'container',
    'io.podkeep.attempt': '0',
    'io.kubernetes.pod.name': 'shop',
    'io.kubernetes.pod.namespace': 'default',
    'io.kubernetes.pod.uid': 'u',
    'io.kubernetes.container.name': 'wéb',
  }
  const event = (action: string, attributes: object) =>
    JSON.stringify({ Type: 'container', Action: action, Actor: { ID: id, Attributes: attributes } })
  const lines = [
    event('start', labels),
    '',
    event('die', { ...labels, 'io.podkeep.node': 'n2' }),
    event('die', { ...labels, 'io.podkeep.kind': 'surprise' }),
    event('die', labels),
    event('destroy', labels),
  ].join('\r\n')
  const bytes = Buffer.from(`${lines}\n`)
  const { engine, runtime } = await scripted(t, (_call, response) => {
    response.writeHead(200, { 'Content-Type': 'application/json' })
    let at = 0
    const next = (): unknown => (at < bytes.length ? response.write(bytes.subarray(at, ++at), next) : response.end())
    next()
  })
  const heard: string[] = []
  let opened = 0
  for await (const one of runtime.events(new AbortController().signal, () => opened++)) {
    heard.push(`${one.kind} ${one.identity.name} ${one.kind === 'changed' ? one.what : ''}`)
  }
  t.same(heard, ['changed wéb start', 'changed wéb die', 'removed wéb '])
  t.equal(opened, 1)
  const query = new URLSearchParams(engine.calls[0]?.path.split('?')[1])
  t.match(JSON.parse(query.get('filters') ?? ''), { type: ['container'], label: ['io.podkeep.node=n1'] })
})

t.test('events fail when a quiet engine does not answer a ping, and go on while it does', async (t) => {
  let pings = 0
  const { runtime } = await scripted(
    t,
    (call, response) => {
      if (!call.path.endsWith('/_ping')) response.writeHead(200).flushHeaders()
      else if (++pings < 3) response.end('OK')
    },
    { eventsQuietMs: 10, readMs: shortMs },
  )
  await t.rejects(drained(runtime), { code: 'ENGINE_TIMEOUT', message: /alive: no answer within/ })
  t.equal(pings, 3, 'the first ping without an answer is enough')
})

t.test('an engine that hangs is noticed within 40 s of its last event', async (t) => {
  const { eventsQuietMs, readMs } = defaultDeadlines
  t.ok(eventsQuietMs + readMs <= 40_000)
  let say = (): void => {}
  let pinged = (): void => {}
  const ping = new Promise<void>((resolve) => (pinged = resolve))
  const { engine, runtime } = await scripted(t, (call, response) => {
    if (call.path.endsWith('/_ping')) {
      pinged()
      return
    }
    response.writeHead(200).flushHeaders()
    const attributes = encodeLabels(anOwner(), containerSpec().identity)
    say = () => response.write(`${JSON.stringify({ Action: 'start', Actor: { ID: id, Attributes: attributes } })}\n`)
  })
  mock.timers.enable({ apis: ['setTimeout'] })
  t.teardown(() => mock.timers.reset())
  const events = runtime.events(new AbortController().signal, () => {
    mock.timers.tick(eventsQuietMs - 1)
    say()
  })
  t.equal((await events.next()).done, false)
  const end = t.rejects(events.next(), { code: 'ENGINE_TIMEOUT' })
  mock.timers.tick(eventsQuietMs - 1)
  t.equal(engine.calls.length, 1, 'an event is as good as an answer')
  mock.timers.tick(1)
  await ping
  mock.timers.tick(readMs)
  await end
})

t.test('events end without throwing when what comes is not JSON, and when the engine refuses', async (t) => {
  const scripts: Script[] = [
    (_call, response) => response.writeHead(200).end('nonsense\n'),
    (_call, response) => json(response, 500, { message: 'no' }),
    (_call, response) => {
      response.writeHead(200).write('{"Action":', () => response.destroy())
    },
  ]
  for (const script of scripts) {
    const { runtime } = await scripted(t, script)
    for await (const event of runtime.events(new AbortController().signal, () => {})) t.fail(event.kind)
  }
  t.pass('ended')
})

t.test('lines of JSON: a line that never ends is refused, a silent stream is given up', async (t) => {
  const endless = new PassThrough()
  const read = async (stream: PassThrough, idleMs: number | null): Promise<unknown[]> => {
    const values: unknown[] = []
    for await (const value of jsonLines(stream, idleMs)) values.push(value)
    return values
  }
  const reading = read(endless, null)
  for (let at = 0; at < 5; at++) endless.write(Buffer.alloc(1024 * 1024, 0x31))
  await t.rejects(reading, { name: 'NoAnswer', code: 'UNREADABLE' })
  await t.rejects(read(new PassThrough(), shortMs), { name: 'NoAnswer', code: 'DEADLINE' })
  const last = new PassThrough()
  last.end('{"a":1}\n[2]')
  t.same(await read(last, null), [{ a: 1 }, [2]], 'the last line needs no newline')
})

t.test('a pull ends with the error behind the 200, with progress on the way, and when nothing moves', async (t) => {
  const layer = (status: string, current: number, total: number) =>
    `${JSON.stringify({ id: 'l1', status, progressDetail: { current, total } })}\n`
  const answer: Script = (call, response) => {
    if (!call.path.includes('/images/create')) {
      json(response, 200, { Id: 'sha256:1', Config: { StopSignal: 'SIGINT' } })
      return
    }
    if (call.path.includes('mute')) return
    response.writeHead(200, { 'Content-Type': 'application/json' })
    if (call.path.includes('silent')) response.write(layer('Downloading', 1, 10))
    else if (call.path.includes('wrong')) response.end('{"error":"toomanyrequests: slow down"}\n')
    else response.end(layer('Downloading', 4, 10) + layer('Downloading', 4, 10) + layer('Pull complete', 0, 0))
  }
  const { engine, runtime } = await scripted(t, answer)
  const { runtime: hasty } = await scripted(t, answer, { pullIdleMs: shortMs })
  const progress: string[] = []
  const pulled = await runtime.pullImage('reg:5000/team/app:v1@sha256:' + 'b'.repeat(64), (step) =>
    progress.push(`${step.doneBytes}/${step.totalBytes}`),
  )
  t.same(pulled, { id: 'sha256:1', user: '' })
  t.same(progress, ['4/10', '10/10'], 'told only what changed')
  const query = new URLSearchParams(engine.calls[0]?.path.split('?')[1])
  t.equal(query.get('fromImage'), 'reg:5000/team/app')
  t.equal(query.get('tag'), `sha256:${'b'.repeat(64)}`, 'the digest decides')
  t.equal(engine.calls[0]?.headers['x-registry-auth'], 'e30=', 'no login is sent')
  const ignore = (): void => {}
  await t.rejects(runtime.pullImage('wrong', ignore), { code: 'REGISTRY_THROTTLED' })
  await t.rejects(hasty.pullImage('silent', ignore), {
    code: 'PULL_STALLED',
    message: /no (progress for|answer within) 0.05 s/,
  })
  await t.rejects(hasty.pullImage('mute', ignore), { code: 'PULL_STALLED', message: /no answer within 0.05 s/ })
})

t.test('a network that someone else is making just now is waited for, and two engines share no bridge', async (t) => {
  const bridges: string[] = []
  for (const DockerRootDir of ['/a', '/b']) {
    const network = { Name: 'podkeep', Labels: { 'io.podkeep.node': 'n1' } }
    const before = complete({ networks: [], info: { DockerRootDir } })
    const { engine, runtime } = await scripted(t, (call, response) => {
      const isMade = engine.calls.filter(({ path }) => path.endsWith('/networks/podkeep')).length > 2
      if (isMade && call.path.endsWith('/networks/podkeep')) json(response, 200, network)
      else if (!call.path.includes('/networks/create')) before(call, response)
      else {
        const { Options } = JSON.parse(call.body) as { Options: Record<string, string> }
        bridges.push(Options['com.docker.network.bridge.name'] ?? '')
        // Docker 20.10.24's words.
        json(response, 403, {
          message: 'cannot create network 55: conflicts with network 97: networks have same bridge name',
        })
      }
    })
    await runtime.connect()
    t.equal(engine.calls.filter(({ path }) => path.includes('/networks/create')).length, 2)
  }
  t.ok(
    bridges.every((name) => /^pk-[0-9a-f]{12}$/.test(name)),
    'Linux takes 15 characters',
  )
  t.equal(bridges.length, 4)
  t.equal(new Set(bridges).size, 2)
})

const version = { ApiVersion: '1.41', MinAPIVersion: '1.12', Version: '20.10', Arch: 'amd64', Os: 'linux' }
const info = { Name: 'host', MemTotal: 1024, NCPU: 2, LoggingDriver: 'json-file' }

/** An engine on which everything is there already. */
function complete(changes: { version?: object; info?: object; networks?: object[]; network?: object } = {}): Script {
  return (call, response) => {
    const path = call.path.replace(/^\/v[\d.]+/, '').split('?')[0] ?? ''
    if (path === '/version') json(response, 200, { ...version, ...changes.version })
    else if (path === '/info') json(response, 200, { ...info, ...changes.info })
    else if (path === '/networks') json(response, 200, changes.networks ?? [{ Name: 'podkeep' }])
    else if (path === '/networks/bridge') json(response, 404, { message: 'network bridge not found' })
    else if (path === '/networks/podkeep' && changes.network !== undefined) json(response, 200, changes.network)
    else if (path.startsWith('/networks/create')) json(response, 201, { Id: 'n' })
    else if (path.startsWith('/networks/')) json(response, 404, { message: `network ${path} not found` })
    else if (path.startsWith('/images/')) json(response, 200, { Id: 'sha256:1', Config: {} })
    else if (path === '/containers/json') json(response, 200, [])
    else if (path === '/containers/create') json(response, 201, { Id: 'b'.repeat(64) })
    else json(response, 500, { message: `not scripted: ${path}` })
  }
}

t.test('connect agrees on an API version that both sides know', async (t) => {
  const agreed = async (engine: { ApiVersion: string; MinAPIVersion?: string }) => {
    const { runtime } = await scripted(t, complete({ version: engine }))
    return (await runtime.connect()).apiVersion
  }
  t.equal(await agreed({ ApiVersion: '1.41' }), '1.41')
  t.equal(await agreed({ ApiVersion: '1.44', MinAPIVersion: '1.24' }), '1.44')
  t.equal(await agreed({ ApiVersion: '1.99', MinAPIVersion: '1.44' }), '1.51', 'no newer than podkeep knows')
  t.equal(await agreed({ ApiVersion: '1.99', MinAPIVersion: '1.60' }), '1.60', 'but what the engine insists on')
  await t.rejects(agreed({ ApiVersion: '1.40' }), { code: 'ENGINE_TOO_OLD', message: /1\.40.*1\.41/ })
  const { engine, runtime } = await scripted(t, complete())
  await runtime.connect()
  t.equal(engine.calls[0]?.path, '/version', 'asked without a version')
  t.ok(engine.calls.slice(1).every((call) => call.path.startsWith('/v1.41/')))
})

t.test('connect makes the network once, and keeps away from one that is somebody else’s', async (t) => {
  const created = async (changes: Parameters<typeof complete>[0]) => {
    const { engine, runtime } = await scripted(t, complete(changes))
    await runtime.connect()
    const call = engine.calls.find(({ path }) => path.includes('/networks/create'))
    return call === undefined ? null : (JSON.parse(call.body) as { Name: string; Labels: object })
  }
  t.equal(await created({}), null)
  t.match(await created({ networks: [] }), { Name: 'podkeep', Labels: { 'io.podkeep.node': 'n1' } })
  const ofAnother = { Name: 'podkeep', Labels: { 'io.podkeep.node': 'n2' } }
  t.match(await created({ networks: [], network: ofAnother }), { Name: 'podkeep-n1' })
  const foreign = { Name: 'podkeep', Labels: null }
  await t.rejects(created({ networks: [], network: foreign }), { code: 'ENGINE_REFUSED', message: /network podkeep / })
})

t.test('connect says which flag helps on a machine without a built-in sandbox image', async (t) => {
  const { runtime } = await scripted(t, complete({ version: { Arch: 'riscv64' } }))
  await t.rejects(runtime.connect(), { code: 'ENGINE_REFUSED', message: /riscv64.*--sandbox-image/ })
})

t.test('a log is limited where the engine writes files, and left alone where it does not', async (t) => {
  for (const [driver, expected] of [
    ['json-file', { Type: 'json-file', Config: { 'max-size': '10485760', 'max-file': '5' } }],
    ['local', { Type: 'local', Config: { 'max-size': '10485760', 'max-file': '5' } }],
    ['journald', undefined],
  ] as const) {
    const { engine, runtime } = await scripted(t, complete({ info: { LoggingDriver: driver } }))
    await runtime.connect()
    await runtime.createContainer(containerSpec())
    const call = engine.calls.find(({ path }) => path.includes('/containers/create'))
    const body = JSON.parse(call?.body ?? '{}') as { HostConfig: { LogConfig?: object } }
    t.same(body.HostConfig.LogConfig, expected)
    t.match(call?.path, /\?name=podkeep_app_shop_default_n1_12345678_0$/, 'and the query carries the name only')
  }
})

t.test('whether the host takes a negative OOM score is asked once, when the first one is wanted', async (t) => {
  for (const isAllowed of [true, false]) {
    const { logger, lines } = rememberingLogger()
    const everything = complete()
    const made: { OomScoreAdj: number; isProbe: boolean }[] = []
    const engine = await startScriptedEngine((call, response) => {
      if (call.path.includes('/containers/create')) {
        const body = JSON.parse(call.body) as { HostConfig: { OomScoreAdj: number }; Labels: object }
        made.push({ OomScoreAdj: body.HostConfig.OomScoreAdj, isProbe: 'io.podkeep.probe' in body.Labels })
      }
      if (!call.path.endsWith('/start')) everything(call, response)
      else if (isAllowed || made.at(-1)?.OomScoreAdj === 0) response.writeHead(204).end()
      else json(response, 500, { message: "can't get final child's PID from pipe: EOF: unknown" })
    })
    const address = { kind: 'socket', socketPath: engine.socketPath } as const
    const runtime = new DockerRuntime({ address, owner: anOwner(), logger })
    t.teardown(async () => {
      await runtime.close()
      await engine.close()
    })
    await runtime.connect()
    await runtime.createContainer(containerSpec(500))
    t.equal(made.filter((one) => one.isProbe).length, 0)
    await Promise.all([runtime.createContainer(containerSpec(-997)), runtime.createContainer(containerSpec(-5))])
    const scores = made.filter((one) => !one.isProbe).map((one) => one.OomScoreAdj)
    t.same(scores.sort(), isAllowed ? [-5, -997, 500].sort() : [0, 0, 500])
    t.equal(made.filter((one) => one.isProbe).length, isAllowed ? 1 : 2)
    t.equal(lines.filter((line) => line.level === 'warn').length, isAllowed ? 0 : 1)
  }
})

t.test('an end before the engine’s start is told from a crash, also without the default bridge', async (t) => {
  const at = (secondsAgo: number): string => new Date(Date.now() - secondsAgo * 1000).toISOString()
  const died = { Status: 'exited', ExitCode: 137, OOMKilled: false, Error: '', StartedAt: at(500), FinishedAt: at(20) }
  const everything = complete()
  let bridge: object | null = { Name: 'bridge', Created: at(10) }
  const { runtime } = await scripted(t, (call, response) => {
    if (call.path.endsWith('/networks/bridge') && bridge !== null) json(response, 200, bridge)
    else if (call.path.includes('/events?')) response.writeHead(200).end()
    else if (call.path.endsWith(`/${id}/json`)) {
      const Labels = encodeLabels(anOwner(), containerSpec().identity)
      const rest = { HostConfig: {}, NetworkSettings: { Networks: {} }, Config: { Labels, Image: 'app:1' } }
      json(response, 200, { Id: id, Created: at(600), Image: 'sha256:1', State: died, ...rest })
    } else everything(call, response)
  })
  const diedWithEngine = async () => {
    await runtime.connect()
    return (await runtime.inspect(id))?.diedWithEngine
  }
  t.equal(await diedWithEngine(), true)
  bridge = { Name: 'bridge', Created: at(30) }
  t.equal(await diedWithEngine(), false, 'the engine started before it ended')
  bridge = null
  t.equal(await diedWithEngine(), false, 'nothing is known that was not before')
  for await (const event of runtime.events(new AbortController().signal, () => {})) t.fail(event.kind)
  t.equal(await diedWithEngine(), true, 'the engine was lost and came back just now')
})

t.test(
  'an end after which the engine takes a new connection, in the same session, is known not to be its own',
  async (t) => {
    const everything = complete()
    const sockets = { look: new Set<unknown>(), ping: new Set<unknown>() }
    let answerPing: (response: ServerResponse) => unknown = (response) => response.end('OK')
    let events: ServerResponse | null = null
    const { runtime } = await scripted(t, (call, response) => {
      if (call.path.includes('/events?')) (events = response).writeHead(200).flushHeaders()
      else if (call.path === '/_ping') {
        sockets.ping.add(response.socket)
        answerPing(response)
      } else if (call.path.endsWith(`/${id}/json`)) {
        sockets.look.add(response.socket)
        const Labels = encodeLabels(anOwner(), containerSpec().identity)
        const State = {
          Status: 'exited',
          ExitCode: 3,
          OOMKilled: false,
          Error: '',
          FinishedAt: new Date().toISOString(),
        }
        const rest = { HostConfig: {}, NetworkSettings: { Networks: {} }, Config: { Labels, Image: 'app:1' } }
        json(response, 200, { Id: id, Created: State.FinishedAt, Image: 'sha256:1', State, ...rest })
      } else everything(call, response)
    })
    const endedAlone = async () => (await runtime.inspect(id))?.endedAlone === true
    await runtime.connect()
    t.equal(await endedAlone(), false, 'nobody hears when the engine goes')
    t.equal(sockets.ping.size, 0)
    let opened = (): void => {}
    const open = new Promise<void>((resolve) => (opened = resolve))
    const ended = (async () => {
      for await (const event of runtime.events(new AbortController().signal, opened)) t.fail(event.kind)
    })()
    await open
    t.equal(await endedAlone(), true)
    t.notOk(
      [...sockets.ping].some((socket) => sockets.look.has(socket)),
      'an old connection would do until the end',
    )
    answerPing = (response) => response.socket?.destroy()
    t.equal(await endedAlone(), false, 'it takes none')
    answerPing = async (response) => {
      events?.end()
      await ended
      response.end('OK')
    }
    t.equal(await endedAlone(), false, 'it may be the next engine that answers')
  },
)

function containerSpec(oomScoreAdj = 0): ContainerSpec {
  return {
    identity: {
      namespace: 'default',
      podName: 'shop',
      podUid: podUid('12345678-1'),
      kind: 'container',
      name: 'app',
      attempt: 0,
      crashes: 0,
      round: 0,
      hash: 'h',
      podHash: 'p',
      sandboxId: id,
      file: 'f.yaml',
      graceMs: 1,
      podStartedAtMs: 1,
    },
    image: 'app:1',
    ...plainContainer,
    oomScoreAdj,
  }
}
