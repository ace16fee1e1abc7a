/**
 * From SIGKILL of an app's process to its replacement's start event.
 *
 * Above the floor, which is creating and starting, are: the engine's notice of the end, podkeep's look at what has ended, and podkeep itself
 * (reading what was last said, the new file for it, three plans). The look is the longest of what podkeep adds: an engine tells of an end first
 * and cleans up then, under the container's lock, and answers no question about it until that is done. By bare calls on 20.10, in turns:
 * end, look, create, start 334 ms at the least; the same without waiting for the look 285 ms; create and start alone 182 ms.
 */

import { settle, withBench, type Bench } from '../bench.js'
import type { EngineEvent } from '../engine-api.js'
import { spreadOf, type Figure } from '../figures.js'
import { createContainer, createSandbox, joinedTo, remove, start } from '../floor.js'

const rounds = 16
const warmUps = 2

export function measureRestart(): Promise<Figure[]> {
  return withBench(async (bench) => {
    // One pod for each round: the second crash of a pod waits for its back-off.
    const pods = bench.wishes('pod', rounds + warmUps)
    for (const pod of pods) await bench.createPods([pod])
    const sandbox = await createSandbox(bench)
    await start(bench, sandbox)
    const samples: { podkeep: number; bare: number; docker: number }[] = []
    for (const { name } of pods) {
      await settle()
      const podkeep = await killApp(bench, name)
      await settle()
      const bare = await createAndStart(bench, sandbox)
      await settle()
      samples.push({ podkeep, bare, docker: await dockerRestart(bench, sandbox) })
    }
    const counted = samples.slice(warmUps)
    const podkeep = spreadOf(counted.map((sample) => sample.podkeep))
    const common = { measure: 'restart', unit: 'ms', podkeep } as const
    const bare = spreadOf(counted.map((sample) => sample.bare))
    const docker = spreadOf(counted.map((sample) => sample.docker))
    return [
      {
        ...common,
        what: 'SIGKILL -> replacement started',
        floor: { what: 'create and start a container in a running sandbox', spread: bare },
        target: { kind: 'ratio', atMost: 1.4 },
      },
      {
        ...common,
        what: 'the same, against Docker itself',
        floor: { what: 'SIGKILL under restart: always', spread: docker },
        target: null,
      },
    ]
  })
}

async function killApp(bench: Bench, pod: string): Promise<number> {
  const labels = [`io.kubernetes.pod.name=${pod}`, 'io.kubernetes.container.name=app']
  const filters = encodeURIComponent(JSON.stringify({ label: labels }))
  const [app] = (await bench.api.call('GET', `/containers/json?filters=${filters}`)) as { Id: string }[]
  if (app === undefined) throw new Error(`${pod} does not run`)
  return await killProcess(bench, app.Id, bench.appStart(pod))
}

async function killProcess(bench: Bench, id: string, restarted: Promise<EngineEvent>): Promise<number> {
  const { State } = (await bench.api.call('GET', `/containers/${id}/json`)) as { State: { Pid: number } }
  const beganMs = performance.now()
  process.kill(State.Pid, 'SIGKILL')
  return (await restarted).atMs - beganMs
}

async function createAndStart(bench: Bench, sandbox: string): Promise<number> {
  const beganMs = performance.now()
  const id = await createContainer(bench, joinedTo(sandbox))
  const tookMs = (await start(bench, id)) - beganMs
  await remove(bench, [id])
  return tookMs
}

async function dockerRestart(bench: Bench, sandbox: string): Promise<number> {
  const id = await createContainer(bench, { ...joinedTo(sandbox), RestartPolicy: { Name: 'always' } })
  await start(bench, id)
  await settle()
  const restarted = bench.api.next((event) => event.what === 'start' && event.id === id, `restart of ${id}`)
  const tookMs = await killProcess(bench, id, restarted)
  await remove(bench, [id])
  return tookMs
}
