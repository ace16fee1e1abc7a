/** Thirty pods at once. */

import { settle, withBench, type Bench } from '../bench.js'
import { spreadOf, type Figure } from '../figures.js'
import { makePods, removeAll } from '../floor.js'

const count = 30
const rounds = 3
const widths = [4, 8] as const

export function measureMany(): Promise<Figure[]> {
  return withBench(async (bench) => {
    const podkeep: number[] = []
    const floors = new Map<number, number[]>(widths.map((width) => [width, []]))
    await bench.createPods(bench.wishes('warm-up', 1))
    await bench.removePods(bench.wishes('warm-up', 1))
    for (let round = 0; round < rounds; round += 1) {
      for (const width of widths) floors.get(width)?.push(await byCalls(bench, width))
      podkeep.push(await byPodkeep(bench, round))
    }
    return widths.map((width): Figure => {
      const spread = spreadOf(floors.get(width) ?? [])
      const others = [...floors.values()].map((samples) => spreadOf(samples).median)
      const isBest = spread.median === Math.min(...others)
      return {
        measure: 'many',
        what: `${count} pods at once -> last app started`,
        unit: 'ms',
        podkeep: spreadOf(podkeep),
        floor: { what: `${width} pods at once by bare calls`, spread },
        target: isBest ? { kind: 'ratio', atMost: 1.05 } : null,
      }
    })
  })
}

async function byPodkeep(bench: Bench, round: number): Promise<number> {
  const pods = bench.wishes(`round-${round}`, count)
  const tookMs = await bench.createPods(pods)
  await bench.removePods(pods)
  return tookMs
}

async function byCalls(bench: Bench, width: number): Promise<number> {
  const beganMs = performance.now()
  const tookMs = (await makePods(bench, count, width)) - beganMs
  await removeAll(bench)
  await settle()
  return tookMs
}
