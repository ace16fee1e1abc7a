/** What it takes to be told of a hundred pods: their list, and what they use. */

import { setTimeout as sleep } from 'node:timers/promises'

import { withBench } from '../bench.js'
import { spreadOf, type Figure, type Target } from '../figures.js'
import { cpuMs } from '../process-use.js'

const pods = 100
const rounds = 9
/** Longer than an answer is shared, so that each is made anew. */
const betweenMs = 2_100
/** For podkeep and the engine to come to rest. */
const settleMs = 3_000
/** A busy machine makes fewer pods in it, and the figures say of how many they are. */
const patienceMs = 40_000

export function measureReads(): Promise<Figure[]> {
  return withBench(async (bench) => {
    const wishes = bench.wishes('pod', pods)
    const running = await bench.createPodsWithin(patienceMs, wishes)
    bench.manifests.remove(wishes.map(({ name }) => name).filter((name) => !running.has(name)))
    await sleep(settleMs)
    const measured = async (path: string, pauseMs: number, atMost: number): Promise<Figure[]> => {
      await bench.podkeep.ask(path)
      const [took, used]: [number[], number[]] = [[], []]
      for (let round = 0; round < rounds; round += 1) {
        await sleep(pauseMs)
        const before = cpuMs(bench.podkeep.pid)
        const { text, tookMs } = await bench.podkeep.ask(path)
        used.push(cpuMs(bench.podkeep.pid) - before)
        took.push(tookMs)
        if (!text.includes('pod-')) throw new Error(`${path} tells of no pod`)
      }
      const figure = (what: string, samples: readonly number[], target: Target | null): Figure => ({
        measure: 'reads',
        what: `${running.size} pods run: ${what}`,
        unit: 'ms',
        podkeep: spreadOf(samples),
        floor: null,
        target,
      })
      return [figure(`GET ${path}`, took, { kind: 'value', atMost }), figure('CPU of podkeep for it', used, null)]
    }
    return [...(await measured('/pods', 100, 10)), ...(await measured('/stats/summary', betweenMs, 100))]
  })
}
