/** A real nginx that is told of its changed ConfigMap by a signal, under load on a loopback port. */

import { Agent, request } from 'node:http'
import t from 'tap'

import { freePort } from '../support/free-port.js'
import { imageOf, importProgram } from '../support/real-programs.js'
import { engineWithImage } from './engine-with-image.js'
import { appOf } from './engine-view.js'
import { Node } from './podkeep-process.js'
import { until } from './until.js'

const { host, socketPath } = await engineWithImage()
const noNginx = await importProgram(socketPath, 'nginx')

/**
 * `deferred`: a worker that makes way for one with the new configuration closes what it has accepted and what has not asked anything
 * yet. On the host's network for the same reason: the engine's proxy of a published port connects before it has anything to ask.
 */
const conf = (port: number, answer: string): string => `apiVersion: v1
kind: ConfigMap
metadata: {name: site}
data:
  nginx.conf: |
    user www-data;
    worker_processes 1;
    error_log /dev/stderr;
    events {}
    http { access_log off; server { listen 127.0.0.1:${port} deferred; location / { ${answer} } } }
`
const version = (port: number, number: number): string => conf(port, `return 200 "version ${number}";`)

const pod = (port: number): string => `apiVersion: v1
kind: Pod
metadata:
  name: web
  annotations: {podkeep.io/on-config-change: SIGHUP}
spec:
  hostNetwork: true
  containers:
    - name: nginx
      image: ${imageOf('nginx')}
      args: [nginx, -g, "daemon off;", -c, /etc/site/nginx.conf]
      readinessProbe: {httpGet: {path: /, host: 127.0.0.1, port: ${port}}, periodSeconds: 1}
      volumeMounts: [{name: site, mountPath: /etc/site}]
  volumes: [{name: site, configMap: {name: site}}]
`

interface Tally {
  answers: number
  readonly failures: string[]
  readonly seen: Set<string>
}

/** Linux hands an accepted connection on after a second, also when nothing was asked on it (tcp(7), TCP_DEFER_ACCEPT, as nginx sets it). */
const lateMs = 500

/**
 * A server may close a connection that waits for its next request, or for its first when this process had no turn for so long that it
 * counts as waiting; then the request goes to a new one, as any client does.
 */
async function ask(port: number, agent: Agent | false): Promise<string> {
  for (;;) {
    const { text, error, wasIdle } = await once(port, agent)
    if (error === null) return text
    if (!wasIdle) throw error
  }
}

function once(port: number, agent: Agent | false): Promise<{ text: string; error: Error | null; wasIdle: boolean }> {
  return new Promise((resolve) => {
    const startedMs = performance.now()
    let isLate = false
    const question = request({ port, host: '127.0.0.1', path: '/', agent, timeout: 30_000 }, (answer) => {
      let text = ''
      answer.on('data', (chunk: Buffer) => (text += chunk.toString()))
      // What breaks off in the middle of an answer is no closing between two requests.
      answer.on('error', (error) => resolve({ text, error, wasIdle: false }))
      answer.on('end', () => {
        const error = answer.statusCode === 200 ? null : new Error(`status ${String(answer.statusCode)}`)
        resolve({ text, error, wasIdle: false })
      })
    })
    question.on('timeout', () => question.destroy(new Error('no answer')))
    question.on('socket', (socket) => {
      if (socket.connecting) socket.once('connect', () => (isLate = performance.now() - startedMs > lateMs))
    })
    question.on('error', (error) => {
      const hasWaited = isLate || performance.now() - startedMs > lateMs
      resolve({ text: '', error, wasIdle: question.reusedSocket || hasWaited })
    })
    question.end()
  })
}

/** Asks one after the other until it is told to end, at most so often. */
async function visit(port: number, agent: Agent | false, tally: Tally, isOver: () => boolean): Promise<void> {
  for (let count = 0; count < 200_000 && !isOver(); count += 1) {
    try {
      tally.seen.add(await ask(port, agent))
      tally.answers += 1
    } catch (error) {
      tally.failures.push(String(error))
    }
  }
}

await t.test('nginx reads its new ConfigMap under load, and not one request fails', { skip: noNginx }, async (t) => {
  const node = new Node(t, 'reload')
  const port = await freePort()
  node.put('site.yaml', version(port, 1))
  node.put('web.yaml', pod(port))
  const podkeep = await node.start(host)
  await podkeep.running('web')
  const says = (text: string): Promise<true> =>
    until(`nginx says ${text}`, async () => ((await ask(port, false).catch(() => '')) === text ? true : undefined))
  await says('version 1')
  const before = await appOf(socketPath, node.name, 'web')

  const tally: Tally = { answers: 0, failures: [], seen: new Set() }
  let isOver = false
  const keepAlive = new Agent({ keepAlive: true, maxSockets: 4 })
  const visitors = [keepAlive, keepAlive, keepAlive, keepAlive, false, false] as const
  const visits = visitors.map((agent) => visit(port, agent, tally, () => isOver))
  for (const number of [2, 3, 4, 5, 6]) {
    node.put('site.yaml', version(port, number))
    await says(`version ${String(number)}`)
  }
  node.put('site.yaml', conf(port, 'nonsense;'))
  await until('the signal for what nginx refuses', async () => {
    const sent = podkeep.log.filter((line) => JSON.stringify(line).includes('container told of changed configuration'))
    return sent.length >= 6 ? true : undefined
  })
  node.put('site.yaml', version(port, 7))
  await says('version 7')
  isOver = true
  await Promise.all(visits)
  keepAlive.destroy()

  t.strictSame(tally.failures, [])
  t.ok(tally.answers > 100, `${String(tally.answers)} answers`)
  t.strictSame(
    [...tally.seen].sort(),
    [1, 2, 3, 4, 5, 6, 7].map((number) => `version ${String(number)}`),
  )
  t.strictSame(await appOf(socketPath, node.name, 'web'), before, 'the container runs on')

  await podkeep.kill('SIGKILL')
  node.put('site.yaml', version(port, 8))
  const again = await node.start(host)
  await says('version 8')
  t.strictSame(await appOf(socketPath, node.name, 'web'), before, 'also what changed while podkeep was away')
  node.drop('web.yaml')
  await again.gone('web')
})
