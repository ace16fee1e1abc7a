/** Nothing happens: what does podkeep cost then, and what does it make the engine do? */

import { setTimeout as sleep } from 'node:timers/promises'

import { withBench, type Bench } from '../bench.js'
import { spreadOf, type Figure } from '../figures.js'
import { cpuMs, memoryMB } from '../process-use.js'

const pods = 30
const spanMs = 20_000
/** Without podkeep; what dockerd does then needs no longer look. */
const aloneMs = 10_000
/** With podkeep, without, with ...: 60 s with it in all. */
const rounds = 3
/** What follows the creation of the pods (the slow look at everything, garbage) is over by then. */
const calmMs = 2_000

export function measureIdle(): Promise<Figure[]> {
  return withBench(async (bench) => {
    await bench.createPods(bench.wishes('pod', pods))
    await sleep(calmMs)
    const podkeep: number[] = []
    const engineWith: number[] = []
    const engineAlone: number[] = []
    for (let round = 0; round < rounds; round += 1) {
      const [own, engine] = await used(bench, spanMs)
      podkeep.push(own)
      engineWith.push(engine)
      bench.podkeep.freeze()
      engineAlone.push((await used(bench, aloneMs))[1])
      bench.podkeep.thaw()
      await sleep(calmMs / 2)
    }
    const { rss, pss } = memoryMB(bench.podkeep.pid)
    return [...cpuFigures(podkeep, engineWith, engineAlone), ...memoryFigures(rss, pss)]
  })
}

function cpuFigures(podkeep: number[], engineWith: number[], engineAlone: number[]): Figure[] {
  const alone = spreadOf(engineAlone)
  return [
    {
      measure: 'idle',
      what: `${pods} pods, ${(rounds * spanMs) / 1000} s: podkeep's share of a core`,
      unit: '%',
      podkeep: spreadOf(podkeep),
      floor: null,
      target: { kind: 'value', atMost: 0.2 },
    },
    {
      measure: 'idle',
      what: "dockerd's and containerd's share of a core",
      unit: '%',
      podkeep: spreadOf(engineWith),
      floor: { what: 'podkeep frozen by SIGSTOP', spread: alone },
      // Nothing measurable: no more than its own spread, or a twentieth of a percent.
      target: { kind: 'value', atMost: alone.median + Math.max(0.05, alone.max - alone.min) },
    },
  ]
}

function memoryFigures(rss: number, pss: number): Figure[] {
  const common = { measure: 'memory', unit: 'MB', floor: null } as const
  return [
    {
      ...common,
      what: `${pods} pods: resident`,
      podkeep: spreadOf([rss]),
      target: { kind: 'value', atMost: 74 },
    },
    { ...common, what: 'of it proportional (PSS)', podkeep: spreadOf([pss]), target: null },
  ]
}

/** Percent of a core during one span: podkeep, engine. */
async function used({ podkeep, enginePids }: Bench, forMs: number): Promise<[number, number]> {
  const now = (): [number, number] => [cpuMs(podkeep.pid), enginePids.reduce((sum, pid) => sum + cpuMs(pid), 0)]
  const beganMs = performance.now()
  const before = now()
  await sleep(forMs)
  const after = now()
  const tookMs = performance.now() - beganMs
  return [((after[0] - before[0]) / tookMs) * 100, ((after[1] - before[1]) / tookMs) * 100]
}
