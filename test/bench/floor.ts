/**
 * What the engine itself takes: the same containers as podkeep's, made by bare API calls in the order in which nothing waits
 * for what it does not need.
 */

import type { EngineApi } from './engine-api.js'

export interface Ground {
  readonly api: EngineApi
  /** Holds one small static program: the sandbox, and the app of every pod that is measured. */
  readonly image: string
  /** The one that podkeep's pods are on. */
  readonly network: string
}

/** As podkeep's, where it can matter to the engine. */
const logConfig = { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '5' } }

/** The id of one that is made and not started. */
export async function createContainer(
  { api, image }: Ground,
  host: Readonly<Record<string, unknown>>,
): Promise<string> {
  const body = { Image: image, HostConfig: { LogConfig: logConfig, ...host } }
  return ((await api.call('POST', '/containers/create', body)) as { Id: string }).Id
}

export function createSandbox(ground: Ground): Promise<string> {
  return createContainer(ground, { NetworkMode: ground.network, IpcMode: 'shareable', CpuShares: 2 })
}

export function joinedTo(sandbox: string): Readonly<Record<string, unknown>> {
  return { NetworkMode: `container:${sandbox}`, IpcMode: `container:${sandbox}`, CpuShares: 2, OomScoreAdj: 1000 }
}

/** @returns when its start event came */
export async function start({ api }: Ground, id: string): Promise<number> {
  const started = api.next((event) => event.what === 'start' && event.id === id, `start of ${id}`)
  await api.call('POST', `/containers/${id}/start`)
  return (await started).atMs
}

/** A sandbox and one app: creating the app goes on beside starting the sandbox. */
export async function makePod(
  ground: Ground,
): Promise<{ readonly ids: readonly string[]; readonly startedAtMs: number }> {
  const sandbox = await createSandbox(ground)
  const [, app] = await Promise.all([start(ground, sandbox), createContainer(ground, joinedTo(sandbox))])
  return { ids: [app, sandbox], startedAtMs: await start(ground, app) }
}

/** @returns when the last app's start event came */
export async function makePods(ground: Ground, count: number, atOnce: number): Promise<number> {
  let left = count
  let lastMs = 0
  const maker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1
      lastMs = Math.max(lastMs, (await makePod(ground)).startedAtMs)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, maker))
  return lastMs
}

export async function remove({ api }: Ground, ids: readonly string[]): Promise<void> {
  for (const id of ids) await api.call('DELETE', `/containers/${id}?force=true&v=true`)
}

/** Everything the engine has, whoever made it. */
export async function removeAll(ground: Ground): Promise<void> {
  const all = (await ground.api.call('GET', '/containers/json?all=true')) as { Id: string }[]
  const queue = all.values()
  const remover = async (): Promise<void> => {
    for (const { Id } of queue) await remove(ground, [Id])
  }
  await Promise.all(Array.from({ length: 4 }, remover))
}
