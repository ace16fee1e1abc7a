/**
 * Editing one manifest among 5 and among 500. Each of the others is a pod that finished (restartPolicy Never): podkeep knows and
 * plans it like any other, and it needs no container, so that the machine is not what is measured. That they finished is in
 * the state folder, as after `docker container prune`: one pod really runs to its end, the records of the others are made
 * after its.
 */

import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { isApp, withBench, type Bench } from '../bench.js'
import { spreadOf, type Figure } from '../figures.js'
import { podText, type PodWish } from '../manifests.js'
import type { Podkeep } from '../podkeep.js'
import { cpuMs } from '../process-use.js'

const few = 5
const many = 500
const edits = 30
const warmUps = 5
const turns = 3
/** An edit's work is over by then. */
const pauseMs = 60

interface Cost {
  readonly latencyMs: number[]
  /** Per edit. */
  readonly cpuMs: number[]
}

export function measureEdit(): Promise<Figure[]> {
  return withBench(async (bench) => {
    const edited: PodWish = { name: 'edited', image: bench.image, hostNetwork: true, cpuMillis: 100 }
    await bench.createPods([edited])
    const model = await finishOne(bench)
    await bench.podkeep.end()
    const cost = new Map<number, Cost>([few, many].map((pods) => [pods, { latencyMs: [], cpuMs: [] }]))
    for (let turn = 0; turn < turns; turn += 1) {
      for (const [pods, { latencyMs, cpuMs: cpu }] of cost) {
        setFinished(bench, model, pods - 1)
        const podkeep = await bench.startPodkeep()
        await sleep(500)
        for (let warmUp = 0; warmUp < warmUps; warmUp += 1) await editOnce(bench, podkeep, edited, warmUp)
        for (let edit = 0; edit < edits; edit += 1) {
          const one = await editOnce(bench, podkeep, edited, warmUps + edit)
          latencyMs.push(one.latencyMs)
          cpu.push(one.cpuMs)
        }
        await podkeep.end()
      }
    }
    return [figure('rename -> limits changed', 'latencyMs', cost), figure('CPU of podkeep', 'cpuMs', cost)]
  })
}

function figure(what: string, which: keyof Cost, cost: ReadonlyMap<number, Cost>): Figure {
  const spread = (pods: number) => spreadOf(cost.get(pods)?.[which] ?? [])
  return {
    measure: 'edit',
    what: `one edit among ${many}: ${what}`,
    unit: 'ms',
    podkeep: spread(many),
    floor: { what: `podkeep itself, one edit among ${few}; all but the edited pod have finished`, spread: spread(few) },
    target: { kind: 'ratio', atMost: 1.1 },
  }
}

async function editOnce(
  bench: Bench,
  podkeep: Podkeep,
  wish: PodWish,
  edit: number,
): Promise<Record<keyof Cost, number>> {
  const arrive = bench.manifests.prepare([{ ...wish, cpuMillis: 200 + (edit % 100) }])
  const isUpdate = (event: Parameters<typeof isApp>[0]): boolean => event.what === 'update' && isApp(event, wish.name)
  const updated = bench.api.next(isUpdate, 'update of the limits')
  const usedBefore = cpuMs(podkeep.pid)
  const beganMs = arrive()
  const { atMs } = await updated
  await sleep(pauseMs)
  return { latencyMs: atMs - beganMs, cpuMs: cpuMs(podkeep.pid) - usedBefore }
}

interface Model {
  readonly name: string
  readonly image: string
  readonly record: string
}

/** Its app ends with 0 at the SIGTERM it gets. */
async function finishOne(bench: Bench): Promise<Model> {
  // No word of the record's own: it is put into it for the others.
  const name = 'done-once'
  const { image } = bench
  await bench.createPods([{ name, image, hostNetwork: true, restartPolicy: 'Never' }])
  const labels = encodeURIComponent(JSON.stringify({ label: [`io.kubernetes.pod.name=${name}`] }))
  const [app] = (await bench.api.call('GET', `/containers/json?filters=${labels}`)) as { Id: string }[]
  await bench.api.call('POST', `/containers/${app?.Id ?? ''}/kill?signal=SIGTERM`)
  const folder = join(bench.folder, 'state', 'records')
  for (let look = 0; look < 200; look += 1) {
    await sleep(50)
    const file = readdirSync(folder).find((each) => each.includes(name))
    const record = file === undefined ? '' : readFileSync(join(folder, file), 'utf8')
    if (record.includes('"exited"')) {
      await bench.api.call('DELETE', `/containers/${app?.Id ?? ''}`)
      return { name, image, record }
    }
  }
  throw new Error('the model of a finished pod has not finished')
}

function setFinished({ folder, manifests }: Bench, { name, image, record }: Model, count: number): void {
  const records = join(folder, 'state', 'records')
  for (const directory of [records, manifests.directory]) {
    for (const file of readdirSync(directory)) if (file.includes(name)) rmSync(join(directory, file))
    mkdirSync(directory, { recursive: true })
  }
  const { uid } = (JSON.parse(record) as { record: { uid: string } }).record
  for (let index = 0; index < count; index += 1) {
    const own = `${name}-${index}`
    const text = record.replaceAll(name, own).replaceAll(uid, randomUUID())
    writeFileSync(join(records, `default_${own}.json`), text)
    writeFileSync(
      join(manifests.directory, `${own}.yaml`),
      podText({ name: own, image, hostNetwork: true, restartPolicy: 'Never' }),
    )
  }
}
