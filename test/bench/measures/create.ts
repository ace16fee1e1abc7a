/** From a manifest's rename to its app's start event. */

import { settle, withBench, type Bench } from '../bench.js'
import { spreadOf, type Figure } from '../figures.js'
import { createContainer, makePod, remove, start } from '../floor.js'
import type { PodWish } from '../manifests.js'

const rounds = 16
/** The first ones warm up dockerd's and podkeep's code. */
const warmUps = 2

export function measureCreate(): Promise<Figure[]> {
  return withBench(async (bench) => {
    const { podkeep, floor } = await inTurns(bench, { hostNetwork: false }, async () => {
      const beganMs = performance.now()
      const { ids, startedAtMs } = await makePod(bench)
      return { ids, tookMs: startedAtMs - beganMs }
    })
    const what = 'rename -> app started'
    const floorWhat = 'create sandbox; start it while creating the app; start the app'
    return [figure('create', what, podkeep, { what: floorWhat, samples: floor })]
  })
}

export function measureHostNetwork(): Promise<Figure[]> {
  return withBench(async (bench) => {
    const { podkeep, floor } = await inTurns(bench, { hostNetwork: true }, async () => {
      const beganMs = performance.now()
      const id = await createContainer(bench, { NetworkMode: 'host', CpuShares: 2, OomScoreAdj: 1000 })
      return { ids: [id], tookMs: (await start(bench, id)) - beganMs }
    })
    const what = 'rename -> app started, hostNetwork'
    return [figure('host-network', what, podkeep, { what: 'create and start one container', samples: floor })]
  })
}

async function inTurns(
  bench: Bench,
  wish: Pick<PodWish, 'hostNetwork'>,
  make: () => Promise<{ ids: readonly string[]; tookMs: number }>,
): Promise<{ podkeep: number[]; floor: number[] }> {
  const podkeep: number[] = []
  const floor: number[] = []
  for (let round = 0; round < rounds + warmUps; round += 1) {
    const pod: PodWish = { name: `pod-${round}`, image: bench.image, ...wish }
    const tookMs = await bench.createPods([pod])
    await bench.removePods([pod])
    const made = await make()
    await remove(bench, made.ids)
    await settle()
    if (round < warmUps) continue
    podkeep.push(tookMs)
    floor.push(made.tookMs)
  }
  return { podkeep, floor }
}

function figure(measure: string, what: string, podkeep: number[], floor: { what: string; samples: number[] }): Figure {
  return {
    measure,
    what,
    unit: 'ms',
    podkeep: spreadOf(podkeep),
    floor: { what: floor.what, spread: spreadOf(floor.samples) },
    target: { kind: 'ratio', atMost: 1.1 },
  }
}
