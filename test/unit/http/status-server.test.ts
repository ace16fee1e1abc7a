import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { request, type IncomingHttpHeaders, type RequestOptions } from 'node:http'
import { createRequire } from 'node:module'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'

import { checkout } from '../../support/checkout.js'
import type { StatusServerOptions } from '../../../lib/http/index.js'
import { podKey, type V1PodStatus } from '../../../lib/pod/index.js'
import type { Logger, ManifestsStatus, PodStatusEntry } from '../../../lib/ports/index.js'
import { aBoard, type TestBoard } from '../../support/board.js'
import { aStatusServer } from '../../support/status-server.js'

const errors: Record<string, unknown>[] = []
const logger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: (fields) => errors.push(fields),
  child: () => logger,
}

const status: V1PodStatus = {
  phase: 'Running',
  conditions: [],
  startTime: '2026-01-02T03:04:05Z',
  qosClass: 'BestEffort',
  containerStatuses: [
    {
      name: 'app',
      state: { running: { startedAt: '2026-01-02T03:04:05Z' } },
      lastState: {},
      ready: true,
      started: true,
      restartCount: 0,
      image: 'web:1',
      imageID: 'sha256:1',
    },
  ],
}

function entry(name: string, rest: Partial<PodStatusEntry> = {}): PodStatusEntry {
  const manifest = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', labels: { app: name }, annotations: { mine: 'kept' } },
    spec: { containers: [{ name: 'app', image: 'web:1' }] },
  } as const
  return {
    key: podKey('default', name),
    manifest,
    uid: `uid-${name}`,
    status,
    desire: 'run',
    file: `${name}.yaml`,
    ...rest,
  }
}

const manifests: ManifestsStatus = {
  directory: '/etc/podkeep/manifests',
  problem: null,
  files: [
    {
      file: 'web.yaml',
      state: 'held',
      reason: null,
      pods: [podKey('default', 'web')],
      warnings: [],
      objects: [],
      problems: [
        {
          file: 'web.yaml',
          line: 12,
          column: 7,
          field: 'spec.containers[0].imge',
          message: 'unknown field',
          suggestion: 'did you mean "image"?',
          pod: podKey('default', 'web'),
          source: '      imge: nginx',
        },
      ],
    },
  ],
}

function newBoard(): TestBoard {
  return aBoard({ entries: [entry('web'), entry('db')], manifests })
}

async function started(t: Test, rest: Partial<Omit<StatusServerOptions, 'board' | 'history'>> = {}) {
  const { board, history, server } = await aStatusServer(t, { board: newBoard(), logger, ...rest })
  return {
    board,
    history,
    server,
    get: (path: string, more: RequestOptions = {}) => ask({ port: server.port, path, ...more }),
  }
}

interface Answer {
  readonly code: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

function ask(options: RequestOptions): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', agent: false, ...options }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      response.once('end', () => {
        resolve({ code: response.statusCode ?? 0, headers: response.headers, text })
      })
    })
    sent.once('error', reject)
    sent.end()
  })
}

function socketFolder(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'podkeep-http-'))
  t.teardown(() => {
    rmSync(folder, { recursive: true, force: true })
  })
  return folder
}

await t.test('health: ok while it lives, and what is awaited while it is not ready', async (t) => {
  const { board, get } = await started(t)
  for (const path of ['/healthz', '/livez', '/readyz']) t.match(await get(path), { code: 200, text: /^ok$/ }, path)
  t.equal((await get('/readyz?verbose')).text, '[+]ping ok\n[+]engine ok\nreadyz check passed\n')
  t.equal((await get('/healthz?verbose=1')).text, '[+]ping ok\n[+]log ok\n[+]syncloop ok\nhealthz check passed\n')
  const checks = [
    { name: 'engine', waitingFor: 'the Docker Engine to answer' },
    { name: 'manifests', waitingFor: null },
  ]
  board.now = { ready: false, checks }
  const waiting = '[+]ping ok\n[-]engine not yet: the Docker Engine to answer\n[+]manifests ok\nreadyz check failed\n'
  t.match(await get('/readyz'), { code: 503, text: waiting })
  t.match(await get('/readyz?verbose'), { code: 503, text: waiting })
  t.match(await get('/livez'), { code: 200 })
})

await t.test('/pods is a v1 PodList with what is known of each pod', async (t) => {
  const { board, get } = await started(t)
  board.entries.push(entry('gone', { manifest: null, desire: 'remove' }), entry('held', { desire: 'hold' }))
  const answer = await get('/pods')
  t.match(answer.headers['content-type'], /^application\/json/)
  const list = JSON.parse(answer.text) as { items: { metadata: { name: string } }[] }
  t.match(list, { kind: 'PodList', apiVersion: 'v1', metadata: {} })
  t.strictSame(
    list.items.map(({ metadata }) => metadata.name),
    ['db', 'gone', 'held', 'web'],
  )
  t.strictSame(list.items[3], {
    metadata: {
      name: 'web',
      namespace: 'default',
      labels: { app: 'web' },
      annotations: {
        mine: 'kept',
        'kubernetes.io/config.source': 'file',
        'io.podkeep.manifest': 'web.yaml',
        'io.podkeep.desire': 'run',
      },
      uid: 'uid-web',
      creationTimestamp: '2026-01-02T03:04:05Z',
    },
    spec: { containers: [{ name: 'app', image: 'web:1' }], nodeName: 'box' },
    status,
  })
  t.match(list.items[1], {
    metadata: { name: 'gone', namespace: 'default', uid: 'uid-gone', annotations: { 'io.podkeep.desire': 'remove' } },
    spec: { nodeName: 'box', containers: [{ name: 'app', image: 'web:1' }] },
  })
})

await t.test('/manifests tells each file with its problems, and / tells what is here', async (t) => {
  const { get } = await started(t)
  t.strictSame(JSON.parse((await get('/manifests')).text), manifests)
  const index = (await get('/')).text
  t.match(index, /^podkeep 1\.2\.3 on box\n/)
  const document = readFileSync(join(checkout, 'lib/http/API.md'), 'utf8')
  for (const path of [
    '/healthz',
    '/livez',
    '/readyz',
    '/pods',
    '/manifests',
    '/events',
    '/plans',
    '/revisions',
    '/openapi.json',
  ]) {
    t.ok(index.includes(`  ${path}`), `the index names ${path}`)
    t.ok(document.includes(`GET ${path}`), `API.md documents ${path}`)
    t.match(await get(path, { method: 'HEAD' }), { code: 200, text: /^$/ }, `HEAD ${path}`)
  }
})

await t.test('errors have the shape of a Kubernetes Status', async (t) => {
  const { board, get } = await started(t)
  const failed = async (answer: Promise<Answer>): Promise<unknown> => JSON.parse((await answer).text)
  const common = { kind: 'Status', apiVersion: 'v1', status: 'Failure' }
  t.match(await failed(get('/pod')), {
    ...common,
    reason: 'NotFound',
    code: 404,
    message: /there is no \/pod: there are .*\/pods/,
  })
  t.match(await failed(get('/%zz')), { ...common, reason: 'BadRequest', code: 400 })
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'PROPFIND']) {
    const answer = await get('/pods', { method, headers: { 'content-type': 'x/y', origin: 'http://localhost:1' } })
    t.match(JSON.parse(answer.text), { ...common, reason: 'MethodNotAllowed', code: 405 }, method)
    t.match(answer, { code: 405, headers: { allow: 'GET, HEAD' } })
    t.notOk('access-control-allow-origin' in answer.headers)
  }
  board.pods = () => {
    throw new Error('board is broken')
  }
  t.match(await failed(get('/pods')), { ...common, reason: 'InternalError', code: 500 })
  t.match(errors.at(-1), { err: { message: 'board is broken' }, path: '/pods' })
})

await t.test("another site's page reads nothing, whatever its browser sends", async (t) => {
  const { get } = await started(t)
  for (const origin of ['http://elsewhere', 'https://localhost.evil.example', 'null', 'file://', 'http://']) {
    const answer = await get('/pods', { headers: { origin } })
    t.match(JSON.parse(answer.text), {
      reason: 'Forbidden',
      code: 403,
      message: /^the Origin header ".*" does not name/,
    })
    t.notOk('access-control-allow-origin' in answer.headers)
  }
  for (const origin of ['http://127.0.0.1:10255', 'http://localhost', 'https://[::1]:8']) {
    t.match(await get('/pods', { headers: { origin } }), { code: 200 }, origin)
  }
})

await t.test('what is not HTTP or is too long gets a Status too', async (t) => {
  const { server } = await started(t)
  const raw = (text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      let answer = ''
      const connection = connect(server.port, '127.0.0.1')
      connection.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk))
      connection.once('close', () => {
        resolve(answer)
      })
      connection.once('error', reject)
      connection.write(text)
    })
  const statusOf = async (text: string): Promise<unknown> => {
    const [head = '', body = ''] = (await raw(text)).split('\r\n\r\n')
    t.match(head, /^HTTP\/1\.1 4\d\d .*\r\n[^]*application\/json/)
    t.match(head, new RegExp(`content-length: ${Buffer.byteLength(body)}`, 'i'))
    return JSON.parse(body)
  }
  const long = `GET /pods HTTP/1.1\r\nHost: localhost\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`
  t.match(await statusOf(long), { kind: 'Status', code: 431, reason: 'RequestEntityTooLarge', message: /headers/ })
  t.match(await statusOf('nonsense\r\n\r\n'), { kind: 'Status', code: 400, reason: 'BadRequest' })
})

await t.test('a slash at the end changes nothing', async (t) => {
  const { get } = await started(t)
  for (const path of ['/healthz/', '/livez/', '/readyz/?verbose', '/pods/', '/manifests/']) {
    t.match(await get(path), { code: 200, text: (await get(path.replace('/?', '?').replace(/\/$/, ''))).text }, path)
  }
})

await t.test('a Host header that names another machine is refused', async (t) => {
  const codes = async (rest: Partial<StatusServerOptions>, hosts: string[]): Promise<Record<string, number>> => {
    const { get } = await started(t, rest)
    const answers = hosts.map(async (host) => [host, (await get('/pods', { headers: { host } })).code] as const)
    return Object.fromEntries(await Promise.all(answers))
  }
  const ours = ['localhost', 'LOCALHOST:10255', 'localhost.:1', '127.0.0.1', '127.9.9.9:80', '[::1]', '[::1]:10255']
  const foreign = [
    'evil.example',
    'evil.example:10255',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '10.0.0.9',
    'box',
    '[::2]',
    'a b',
    'user@localhost',
  ]
  const all = (names: string[], code: number): Record<string, number> =>
    Object.fromEntries(names.map((name) => [name, code]))
  t.strictSame(await codes({}, ours), all(ours, 200))
  t.strictSame(await codes({}, foreign), all(foreign, 403))
  const everywhere = [...ours, '10.0.0.9:10255', '[fe80::1]:1', 'box:10255']
  t.strictSame(await codes({ address: '0.0.0.0' }, everywhere), all(everywhere, 200))
  t.strictSame(await codes({ address: '0.0.0.0' }, ['evil.example']), { 'evil.example': 403 })
  const { get } = await started(t)
  t.match(JSON.parse((await get('/', { headers: { host: 'evil.example' } })).text), {
    message: /"evil.example" does not name this machine/,
  })
})

await t.test('the same on a unix socket, for its owner and group, in place of a stale one', async (t) => {
  const socketPath = join(socketFolder(t), 'podkeep.sock')
  const dieListening = `require('net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`
  t.equal(spawnSync(process.execPath, ['-e', dieListening, socketPath]).signal, 'SIGKILL')
  t.ok(statSync(socketPath).isSocket(), 'a stale socket is there')
  const { server } = await started(t, { socketPath })
  t.equal(statSync(socketPath).mode & 0o777, 0o660)
  t.match(await ask({ socketPath, path: '/healthz', headers: { host: 'whatever.example' } }), { code: 200, text: 'ok' })
  await t.rejects(started(t, { socketPath }), {
    code: 'STATUS_SERVER_FAILED',
    message: /another process listens there/,
  })
  await server.close()
  t.notOk(existsSync(socketPath))
})

await t.test('a socket path that cannot be used is said so, and nothing is left behind', async (t) => {
  const folder = socketFolder(t)
  const long = join(folder, 'x'.repeat(100))
  await t.rejects(started(t, { socketPath: long }), {
    code: 'STATUS_SERVER_FAILED',
    message: /a unix socket may have 107/,
  })
  const file = join(folder, 'file')
  writeFileSync(file, 'precious')
  await t.rejects(started(t, { socketPath: file }), { code: 'STATUS_SERVER_FAILED', message: /not a socket/ })
  t.equal(readFileSync(file, 'utf8'), 'precious')
  await t.rejects(started(t, { socketPath: join(folder, 'none', 'x') }), { code: 'STATUS_SERVER_FAILED' })
})

await t.test('a port or address that cannot be had is said so', async (t) => {
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  t.teardown(() => other.close())
  const taken = other.address()
  const port = typeof taken === 'object' && taken !== null ? taken.port : 0
  const message = `cannot listen on 127.0.0.1:${port}: the port is in use`
  await t.rejects(started(t, { port }), { code: 'PORT_IN_USE', message })
  const elsewhere = started(t, { address: '192.0.2.1' })
  await t.rejects(elsewhere, { code: 'STATUS_SERVER_FAILED', message: /does not have the address/ })
})

await t.test('close does not wait for idle, unfinished or slow connections', async (t) => {
  const { board, server, get } = await started(t)
  board.entries = Array.from({ length: 20_000 }, (_none, index) => entry(`web-${index}`))
  const slow = connect(server.port, '127.0.0.1')
  t.teardown(() => slow.destroy())
  slow.on('error', () => undefined)
  slow.write('GET /pods HTTP/1.1\r\nHost: localhost\r\n\r\n')
  await new Promise((resolve) => slow.once('readable', resolve))
  const kept = connect(server.port, '127.0.0.1')
  const ended = new Promise((resolve) => kept.once('close', resolve))
  kept.on('error', () => undefined)
  kept.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n')
  await new Promise((resolve) => kept.once('data', resolve))
  kept.write('GET /pods HTTP/1.1\r\nHost: loc')
  await server.close()
  await ended
  await t.rejects(get('/healthz'), { code: 'ECONNREFUSED' })
})

await t.test('neither ajv nor fast-json-stringify is loaded', (t) => {
  const loaded = Object.keys(createRequire(import.meta.url).cache)
  t.strictSame(
    loaded.filter((path) => /node_modules\/(ajv\/|fast-json-stringify\/index|@fastify\/ajv-compiler\/)/.test(path)),
    [],
  )
  t.ok(loaded.some((path) => path.includes('/node_modules/fastify/')))
  t.end()
})
