/** Clients that mean harm, or are broken: random paths and headers, half requests, readers that do not read. Seeded and bounded. */

import { connect, type Socket } from 'node:net'
import t from 'tap'

import { podKey } from '../../../lib/pod/index.js'
import { Random } from '../../sim/random.js'
import { eventually } from '../../support/eventually.js'
import { aStatusServer } from '../../support/status-server.js'

const paths = [
  '/',
  '/pods',
  '/events',
  '/plans',
  '/revisions',
  '/stream',
  '/stats/summary',
  '/metrics',
  '/containerLogs/a/b/c',
  '/healthz/syncloop',
  '/openapi.json',
  '/node',
]
const pieces = [
  '..',
  '%2e%2e',
  '%00',
  '%ff',
  '\u00e9',
  '//',
  ';',
  '?',
  '&',
  '=',
  '#',
  '*',
  '\\',
  'a'.repeat(300),
  '%zz',
  '[]',
  '{}',
  '"',
  '<x>',
  ' ',
  '\t',
  '%0d%0aX: y',
]
const headers = [
  'Host',
  'Origin',
  'Authorization',
  'Last-Event-ID',
  'Range',
  'Content-Length',
  'Transfer-Encoding',
  'Expect',
  'Upgrade',
  'Connection',
  'X-Forwarded-For',
  'Cookie',
]
const values = [
  '',
  '127.0.0.1',
  'localhost:1',
  'evil.example',
  'null',
  'chunked',
  '-1',
  '99999999999',
  '100-continue',
  'websocket',
  'close',
  'bytes=0-',
  'x'.repeat(9000),
  '\u0000',
  'Bearer x',
]

await t.test('whatever is sent, the answer is a refusal or harmless, and nothing is kept of it', async (t) => {
  const { server, board, history } = await aStatusServer(t)
  const secret = 'the-value-of-a-secret'
  board.entries = [
    {
      key: podKey('default', 'web'),
      manifest: null,
      uid: 'u',
      status: { phase: 'Running', conditions: [], qosClass: 'BestEffort', containerStatuses: [] },
      desire: 'run',
      file: 'a.yaml',
    },
  ]
  const chance = new Random(7)
  const next = (): number => chance.next()
  const pick = <Item>(items: readonly Item[]): Item => chance.pick(items)
  const codes = new Map<string, number>()
  const before = await memory()
  for (let round = 0; round < 60; round += 1) {
    const answers = await Promise.all(Array.from({ length: 20 }, () => exchange(server.port, request())))
    for (const answer of answers) {
      const code = /^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 'none'
      codes.set(code, (codes.get(code) ?? 0) + 1)
      if (code.startsWith('5')) t.fail(answer.slice(0, 300))
      if (answer.includes(secret)) t.fail('it told what it must not')
    }
  }
  const after = await memory()
  t.ok(codes.size >= 4, `codes: ${JSON.stringify([...codes])}`)
  t.ok(after - before < 30 * 2 ** 20, `memory grew by ${Math.round((after - before) / 1024)} KiB`)
  t.equal((await fetch(`http://127.0.0.1:${server.port}/healthz`)).status, 200, 'it still answers')
  t.strictSame(history.recorded, [])

  function request(): string {
    const method = pick(['GET', 'GET', 'GET', 'HEAD', 'POST', 'DELETE', 'OPTIONS', 'TRACE', 'BREW'])
    const path = `${pick(paths)}${next() < 0.5 ? `${pick(['/', '?', ''])}${pick(pieces)}${pick(pieces)}` : ''}`
    const more = Array.from({ length: Math.floor(next() * 4) }, () => `${pick(headers)}: ${pick(values)}\r\n`).join('')
    const host = next() < 0.8 ? 'Host: localhost\r\n' : ''
    const end = next() < 0.9 ? '\r\n' : ''
    const text = `${method} ${path} HTTP/1.1\r\n${host}${more}${end}`
    return next() < 0.1 ? text.slice(0, Math.floor(next() * text.length)) : text
  }
})

await t.test('half-open connections and readers that do not read take no more than their share', async (t) => {
  const { server } = await aStatusServer(t)
  const sockets: Socket[] = []
  const open = (first: string): Socket => {
    const socket = connect({ host: '127.0.0.1', port: server.port, allowHalfOpen: true })
    socket.on('error', () => undefined).pause()
    socket.write(first)
    sockets.push(socket)
    return socket
  }
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
  })
  for (let i = 0; i < 40; i += 1) open('GET /po')
  for (let i = 0; i < 40; i += 1) open('GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(16))
  for (let i = 0; i < 40; i += 1) open('').end()
  const late = open('GET /pods HTTP/1.1\r\nHost: localhost\r\nX: ')
  late.resume()
  let isLetGo = false
  late.on('close', () => (isLetGo = true)).on('end', () => (isLetGo = true))
  t.equal((await fetch(`http://127.0.0.1:${server.port}/pods`)).status, 200, 'others are served meanwhile')
  await eventually(() => isLetGo)
  t.pass('a request that does not come to its end is given up')
  for (let i = 0; i < 400; i += 1) open('')
  await eventually(async () => {
    for (const socket of sockets.splice(0)) socket.destroy()
    return fetch(`http://127.0.0.1:${server.port}/healthz`).then(
      ({ status }) => status === 200,
      () => false,
    )
  })
  t.pass('and when they are gone there is room')
})

await t.test(
  'who asks without end before the first answer gets no more than a few, and others are served',
  async (t) => {
    const { server } = await aStatusServer(t)
    const flood = 'GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(3000)
    const answer = await new Promise<string>((resolve) => {
      let text = ''
      const socket = connect({ host: '127.0.0.1', port: server.port })
      socket.on('error', () => undefined).on('data', (chunk: Buffer) => (text += chunk.toString('latin1')))
      socket.on('close', () => resolve(text)).write(flood)
    })
    const answers = answer.split('HTTP/1.1 200').length - 1
    t.ok(answers <= 16, `${answers} answers`)
    t.equal((await fetch(`http://127.0.0.1:${server.port}/healthz`)).status, 200)
    const patient = await exchange(server.port, 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(10))
    t.equal(patient.split('HTTP/1.1 200').length - 1, 10, 'a few at once are answered')
  },
)

/** Sends it, and takes what comes until the end or for a moment. */
function exchange(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = ''
    const socket = connect({ host: '127.0.0.1', port })
    const end = setTimeout(() => socket.destroy(), 400)
    socket.on('error', () => undefined)
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      answer += chunk
      if (answer.length > 100_000) socket.destroy()
    })
    socket.on('close', () => {
      clearTimeout(end)
      resolve(answer)
    })
    socket.write(Buffer.from(text, 'latin1'))
  })
}

async function memory(): Promise<number> {
  globalThis.gc?.()
  await new Promise((resolve) => setTimeout(resolve, 50))
  return process.memoryUsage().heapUsed
}
