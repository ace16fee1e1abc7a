/**
 * A thousand probes a second: what they cost beyond what their sockets cost. The floor is the same number of connections in
 * the same rhythm, made, written to and read by hand; the servers are another process' affair.
 */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

import { systemClock } from '../../../lib/cli/clock.js'
import { containerId, podKey, type Probe, type ProbeHandler } from '../../../lib/pod/index.js'
import { ContainerProber, NetworkHandlers } from '../../../lib/probe/index.js'
import { silentLogger } from '../../support/logger.js'
import { spreadOf, type Figure } from '../figures.js'

const perSecond = 1000
const spanMs = 5_000
const warmUpMs = 2_000
const rounds = 5
const tickMs = 20
/** Percent of a core. */
const atMost = 10

/** Answers as a health endpoint does; one HTTP server is both, for a TCP probe says nothing. */
const server = `
  require('node:http').createServer((request, response) => response.end('ok'))
    .listen(0, '127.0.0.1', 4096, function () { console.log(this.address().port) })`

export async function measureProbes(): Promise<Figure[]> {
  const child = spawn(process.execPath, ['--eval', server], { stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    const [words] = (await once(child.stdout, 'data')) as [Buffer]
    const port = Number(words.toString())
    const get: ProbeHandler = { kind: 'httpGet', path: '/healthz', port, host: null, scheme: 'HTTP', headers: [] }
    return [
      await compared(
        'httpGet',
        () => probing(get),
        () => byHand(port, askedByHand),
      ),
      await compared(
        'tcpSocket',
        () => probing({ kind: 'tcpSocket', port, host: null }),
        () => byHand(port, ''),
      ),
    ]
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

interface Load {
  /** How many have been answered. */
  readonly answered: () => number
  readonly stop: () => void
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
    const base = { name: 'app', address: '127.0.0.1', isStopping: false, known: null }
    const probes = { startup: null, readiness: probe, liveness: null }
    // Older than the prober: spread over the second.
    prober.watch(podKey('bench', id), [{ ...base, id, startedAtMs: 0, probes }])
  }
  return { answered: () => answered, stop: () => prober.close() }
}

const askedByHand =
  'GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: bench\r\nAccept: */*\r\nConnection: close\r\n\r\n'

/** @param words empty: connected is enough */
function byHand(port: number, words: string): Load {
  let answered = 0
  const one = (): void => {
    const socket = connect({ host: '127.0.0.1', port })
    socket.on('connect', () => {
      if (words !== '') socket.write(words)
      else {
        answered += 1
        socket.destroy()
      }
    })
    socket.on('data', () => undefined)
    socket.on('end', () => (answered += 1))
    socket.on('error', () => undefined)
  }
  // An interval slips; what is due follows from the clock.
  const beganMs = performance.now()
  let made = 0
  const timer = setInterval(() => {
    for (const due = ((performance.now() - beganMs) * perSecond) / 1000; made < due; made += 1) one()
  }, tickMs)
  return { answered: () => answered, stop: () => clearInterval(timer) }
}
