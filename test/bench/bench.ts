/** What every measure of podkeep on an engine starts from: a fresh private engine, an empty manifests directory, podkeep ready. */

import { mkdtempSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { startTestEngine } from '../support/engine.js'
import { EngineApi, type EngineEvent } from './engine-api.js'
import type { Ground } from './floor.js'
import { ManifestFolder, type PodWish } from './manifests.js'
import { Podkeep } from './podkeep.js'

export interface Bench extends Ground {
  readonly folder: string
  readonly manifests: ManifestFolder
  readonly podkeep: Podkeep
  /** Of dockerd and its containerd. */
  readonly enginePids: readonly number[]
  readonly engineVersion: string
  /** Again, on the same state folder and manifests. */
  startPodkeep(): Promise<Podkeep>
  /** The start event of a pod's app, from now on. */
  appStart(pod: string): Promise<EngineEvent>
  /** Renames their manifests into place; the answer is from the first rename to the last app's start event. */
  createPods(wishes: readonly PodWish[]): Promise<number>
  /** The same for as long as there is patience: the names of those that run then. */
  createPodsWithin(patienceMs: number, wishes: readonly PodWish[]): Promise<ReadonlySet<string>>
  /** Removes the manifests and waits until podkeep has removed the pods. */
  removePods(wishes: readonly PodWish[]): Promise<void>
  /** `app` pods with these names. */
  wishes(prefix: string, count: number): PodWish[]
}

/** So that what the last sample left behind in the kernel is not paid for by the next one. */
const settleMs = 150

export async function withBench<Result>(measure: (bench: Bench) => Promise<Result>): Promise<Result> {
  const engine = await startTestEngine()
  try {
    const folder = mkdtempSync(join(dirname(engine.logFile), 'bench-'))
    const manifests = new ManifestFolder(folder)
    const startPodkeep = (): Promise<Podkeep> =>
      Podkeep.start({ engineHost: engine.host, manifests: manifests.directory, folder })
    const podkeep = await startPodkeep()
    const api = await EngineApi.open(engine.socketPath)
    try {
      const ground = { api, network: 'podkeep', image: await onlyImage(api) }
      const { Version: engineVersion } = (await api.call('GET', '/version')) as { Version: string }
      const enginePids = ['dockerd.pid', 'containerd.pid'].map((file) => pidIn(join(dirname(engine.logFile), file)))
      const parts = { ...ground, folder, manifests, podkeep, enginePids, engineVersion, startPodkeep }
      return await measure({ ...parts, ...podCalls(ground, manifests) })
    } finally {
      api.close()
      await podkeep.end()
    }
  } finally {
    await engine.close()
  }
}

function podCalls(
  { api, image }: Ground,
  manifests: ManifestFolder,
): Pick<Bench, 'appStart' | 'createPods' | 'createPodsWithin' | 'removePods' | 'wishes'> {
  const appStart = (pod: string): Promise<EngineEvent> =>
    api.next((event) => event.what === 'start' && isApp(event, pod), `start of the app of ${pod}`)
  return {
    appStart,
    async createPods(wishes) {
      const arrive = manifests.prepare(wishes)
      const starts = wishes.map(({ name }) => appStart(name))
      const beganMs = arrive()
      const events = await Promise.all(starts)
      return Math.max(...events.map(({ atMs }) => atMs)) - beganMs
    },
    async createPodsWithin(patienceMs, wishes) {
      const beganMs = manifests.prepare(wishes)()
      for (;;) {
        const starts = api.seen.filter(
          ({ what, labels }) => what === 'start' && labels['io.kubernetes.container.name'] === 'app',
        )
        const running = new Set(starts.map(({ labels }) => labels['io.kubernetes.pod.name'] ?? ''))
        if (running.size >= wishes.length || performance.now() - beganMs > patienceMs) return running
        await sleep(250)
      }
    },
    async removePods(wishes) {
      manifests.remove(wishes.map(({ name }) => name))
      while (((await api.call('GET', '/containers/json?all=true')) as unknown[]).length > 0) await sleep(50)
      await sleep(settleMs)
    },
    wishes: (prefix, count) => Array.from({ length: count }, (_, index) => ({ name: `${prefix}-${index}`, image })),
  }
}

export function isApp({ labels }: EngineEvent, pod: string): boolean {
  return labels['io.kubernetes.pod.name'] === pod && labels['io.kubernetes.container.name'] === 'app'
}

/** podkeep's sandbox image, a program of a few hundred bytes that waits for SIGTERM, is the app too: nothing else is needed. */
async function onlyImage(api: EngineApi): Promise<string> {
  const images = (await api.call('GET', '/images/json')) as { RepoTags: string[] }[]
  const reference = images[0]?.RepoTags[0]
  if (reference === undefined) throw new Error('podkeep has not loaded its sandbox image')
  return reference
}

function pidIn(file: string): number {
  return Number(readFileSync(file, 'utf8'))
}

export async function settle(): Promise<void> {
  await sleep(settleMs)
}
