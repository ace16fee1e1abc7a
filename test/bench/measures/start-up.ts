/** podkeep starts while a hundred pods run, and leaves them alone. */

import { spawnSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'

import { withBench, type Bench } from '../bench.js'
import { spreadOf, type Figure } from '../figures.js'

const pods = 100
const rounds = 5
/** Long enough for whatever a start might do to a container. */
const watchMs = 700

export function measureStartUp(): Promise<Figure[]> {
  return withBench(async (bench) => {
    await bench.createPods(bench.wishes('pod', pods))
    await bench.podkeep.end()
    const before = await containers(bench)
    const ready: number[] = []
    const node: number[] = []
    const eventsBefore = bench.api.seen.length
    for (let round = 0; round < rounds; round += 1) {
      const podkeep = await bench.startPodkeep()
      ready.push(podkeep.readyAfterMs)
      await sleep(watchMs)
      await podkeep.end(round % 2 === 0 ? 'SIGTERM' : 'SIGKILL')
      node.push(bareNodeMs())
    }
    const after = await containers(bench)
    const touched = [...after].filter(([id, startedAt]) => before.get(id) !== startedAt).length
    const events = bench.api.seen.slice(eventsBefore).length
    const missing = [...before.keys()].filter((id) => !after.has(id)).length
    return [
      {
        measure: 'start-up',
        what: `${pods} pods run: process began -> /readyz 200`,
        unit: 'ms',
        podkeep: spreadOf(ready),
        floor: { what: 'Node starts and ends', spread: spreadOf(node) },
        target: { kind: 'value', atMost: 1_000 },
      },
      {
        measure: 'start-up',
        what: `of ${before.size} containers touched by ${rounds} starts`,
        unit: 'containers',
        podkeep: spreadOf([touched + missing + events]),
        floor: null,
        target: { kind: 'value', atMost: 0 },
      },
    ]
  })
}

async function containers(bench: Bench): Promise<Map<string, string>> {
  const all = (await bench.api.call('GET', '/containers/json?all=true')) as { Id: string }[]
  const found = new Map<string, string>()
  for (const { Id } of all) {
    const { State } = (await bench.api.call('GET', `/containers/${Id}/json`)) as { State: { StartedAt: string } }
    found.set(Id, State.StartedAt)
  }
  return found
}

function bareNodeMs(): number {
  const beganMs = performance.now()
  spawnSync(process.execPath, ['--eval', '0'])
  return performance.now() - beganMs
}
