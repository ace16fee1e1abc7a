/** What it takes to be told of a hundred pods: their list, and what they use. */

import { setTimeout as sleep } from 'node:timers/promises'

import { withBench } from '../bench.js'
import { spreadOf, type Figure } from '../figures.js'

const pods = 100
const rounds = 10
/** Longer than an answer is shared, so that each is made anew. */
const betweenMs = 2_100

export function measureReads(): Promise<Figure[]> {
  return withBench(async (bench) => {
    await bench.createPods(bench.wishes('pod', pods))
    const asked = async (path: string, pauseMs: number): Promise<number[]> => {
      await bench.podkeep.ask(path)
      const took: number[] = []
      for (let round = 0; round < rounds; round += 1) {
        await sleep(pauseMs)
        const { text, tookMs } = await bench.podkeep.ask(path)
        if (!text.includes('pod-')) throw new Error(`${path} tells of no pod`)
        took.push(tookMs)
      }
      return took
    }
    const figure = (path: string, took: readonly number[], atMost: number): Figure => ({
      measure: 'reads',
      what: `${pods} pods run: GET ${path}`,
      unit: 'ms',
      podkeep: spreadOf(took),
      floor: null,
      target: { kind: 'value', atMost },
    })
    return [
      figure('/pods', await asked('/pods', 100), 10),
      figure('/stats/summary', await asked('/stats/summary', betweenMs), 100),
    ]
  })
}
