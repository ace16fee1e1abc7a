/**
 * A thousand probes a second: what they cost beyond what their sockets cost. The floor is the same number of connections in
 * the same rhythm, made, written to and read by hand; the servers are another process' affair.
 */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'

import { systemClock } from '../../../lib/cli/clock.js'
import { containerId, podKey, podUid, type Probe, type ProbeHandler } from '../../../lib/pod/index.js'
import { ContainerProber, NetworkHandlers } from '../../../lib/probe/index.js'
import { silentLogger } from '../../support/logger.js'
import { spreadOf, type Figure } from '../figures.js'
import { callByHand, getByHand, inRhythm, openByHand, type Load } from './probe-floors.js'

const perSecond = 1000
const spanMs = 5_000
const warmUpMs = 2_000
const rounds = 5
/** Percent of a core. */
const atMost = 10

/** Answers as a health endpoint does; one HTTP server is both, for a TCP probe says nothing. */
const httpServer = `
  require('node:http').createServer((request, response) => response.end('ok'))
    .listen(0, '127.0.0.1', 4096, function () { console.log(this.address().port) })`

/** Says SERVING to every call of the health service. */
const grpcServer = `
  const server = require('node:http2').createServer()
  server.on('stream', (stream) => {
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
    stream.on('error', () => undefined)
    stream.end(Buffer.from([0, 0, 0, 0, 2, 8, 1]))
  })
  server.listen(0, '127.0.0.1', 4096, function () { console.log(this.address().port) })`

export async function measureProbes(): Promise<Figure[]> {
  const overHttp = await withServer(httpServer, async (port) => {
    const get: ProbeHandler = { kind: 'httpGet', path: '/healthz', port, host: null, scheme: 'HTTP', headers: [] }
    return [
      await compared(
        'httpGet',
        () => probing(get),
        () => inRhythm(perSecond, getByHand(port)),
      ),
      await compared(
        'tcpSocket',
        () => probing({ kind: 'tcpSocket', port, host: null }),
        () => inRhythm(perSecond, openByHand(port)),
      ),
    ]
  })
  const overGrpc = await withServer(grpcServer, async (port) => [
    await compared(
      'grpc',
      () => probing({ kind: 'grpc', port, service: '' }),
      () => inRhythm(perSecond, callByHand(port)),
    ),
  ])
  return [...overHttp, ...overGrpc]
}

async function withServer(source: string, measure: (port: number) => Promise<Figure[]>): Promise<Figure[]> {
  const child = spawn(process.execPath, ['--eval', source], { stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    const [words] = (await once(child.stdout, 'data')) as [Buffer]
    return await measure(Number(words.toString()))
  } finally {
    child.kill('SIGKILL')
  }
}

async function compared(what: string, podkeep: () => Load, floor: () => Load): Promise<Figure> {
  const with_: number[] = []
  const without: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    with_.push(await share(podkeep()))
    without.push(await share(floor()))
  }
  const alone = spreadOf(without)
  return {
    measure: 'probes',
    what: `${perSecond} ${what} a second: share of a core`,
    unit: '%',
    podkeep: spreadOf(with_),
    floor: { what: 'the same connections, made and read by hand', spread: alone },
    target: { kind: 'value', atMost: alone.median + atMost },
  }
}

/** Percent of a core while the load runs, for a full thousand a second. */
async function share(load: Load): Promise<number> {
  await sleep(warmUpMs)
  const [beganMs, before, answered] = [performance.now(), process.cpuUsage(), load.answered()]
  await sleep(spanMs)
  const used = process.cpuUsage(before)
  const tookMs = performance.now() - beganMs
  const rate = ((load.answered() - answered) / tookMs) * 1000
  load.stop()
  if (rate < perSecond * 0.9) throw new Error(`only ${Math.round(rate)} of ${perSecond} probes a second were answered`)
  return (((used.user + used.system) / 1000 / tookMs) * 100 * perSecond) / rate
}

function probing(handler: ProbeHandler): Load {
  const network = new NetworkHandlers({ exec: () => Promise.reject(new Error('no exec here')) })
  let answered = 0
  const prober = new ContainerProber({
    runner: {
      ask: (asked, place, timeoutMs, done) =>
        network.ask(asked, place, timeoutMs, (answer) => {
          if (answer.result === 'success') answered += 1
          done(answer)
        }),
      runHook: network.runHook.bind(network),
    },
    clock: systemClock,
    logger: silentLogger,
    random: Math.random,
    onVerdict: () => undefined,
  })
  const probe: Probe = {
    handler,
    initialDelayMs: 0,
    periodMs: 1000,
    timeoutMs: 1000,
    successThreshold: 1,
    failureThreshold: 3,
    graceMs: null,
  }
  for (let index = 0; index < perSecond; index += 1) {
    const id = containerId(String(index))
    const base = { name: 'app', podUid: podUid('bench'), address: '127.0.0.1', isStopping: false, known: null }
    const probes = { startup: null, readiness: probe, liveness: null }
    // Older than the prober: spread over the second.
    prober.watch(podKey('bench', id), [{ ...base, id, startedAtMs: 0, probes }])
  }
  return { answered: () => answered, stop: () => prober.close() }
}
