/**
 * Where logs are read: at the engine, which podkeep need not run for, or at the podkeep that was named with a URL. Who may not ask
 * the engine still may ask a podkeep that runs.
 */

import { ContainerDoor } from '../../docker/index.js'
import { PodkeepError } from '../../pod/index.js'
import type { LogQuery } from '../../ports/index.js'
import { unavailable } from '../command-error.js'
import { engineInUse } from '../engine-address.js'
import type { ListedPod } from '../pod-summary.js'
import { nodeMeant } from '../last-run.js'
import type { Flags } from '../run-options.js'
import { serverAddresses } from '../server/address.js'
import { open } from '../server/ask.js'
import type { Surroundings } from '../surroundings.js'
import { askPods, askPodsIfRunning } from './listed-pods.js'
import { loggedInstance, lookAtWorld, type PodContainers, type World } from './pod-containers.js'

export interface LogSource {
  readonly world: World
  hasRun(pod: PodContainers, container: string): boolean
  logged(pod: PodContainers, container: string, isPrevious: boolean): LoggedContainer
}

export interface LoggedContainer {
  readonly pod: PodContainers
  readonly container: string
  readonly pieces: (request: LogQuery) => AsyncIterable<LogPiece>
}

/** A server does not tell which stream it was. */
interface LogPiece {
  readonly from: 'stdout' | 'stderr'
  readonly bytes: Buffer
}

export async function withLogSource<Result>(
  flags: Flags,
  surroundings: Surroundings,
  use: (source: LogSource) => Promise<Result>,
): Promise<Result> {
  const [named] = serverAddresses(flags, surroundings)
  if (named?.kind === 'url') {
    return use(serverSource((await askPods(flags, surroundings)).items, flags, surroundings))
  }
  const listed = (await askPodsIfRunning(flags, surroundings))?.items ?? null
  const door = await openDoor(listed !== null, flags, surroundings)
  if (door === null) return use(serverSource(listed ?? [], flags, surroundings))
  try {
    const node = nodeMeant(flags, surroundings)
    return await use(engineSource(door, await lookAtWorld(door, listed, node)))
  } finally {
    door.close()
  }
}

/** null: only podkeep may ask its engine. */
async function openDoor(isRunning: boolean, flags: Flags, surroundings: Surroundings): Promise<ContainerDoor | null> {
  try {
    return await ContainerDoor.open(await engineInUse(flags, surroundings))
  } catch (error) {
    if (isRunning && error instanceof PodkeepError) return null
    throw error
  }
}

function engineSource(door: ContainerDoor, world: World): LogSource {
  return {
    world,
    hasRun: (pod, container) =>
      pod.instances.some(({ identity, state }) => identity.name === container && state !== 'created'),
    logged: (pod, container, isPrevious) => {
      const { id } = loggedInstance(pod, container, isPrevious)
      return { pod, container, pieces: (request) => door.logs(id, request) }
    },
  }
}

function serverSource(pods: readonly ListedPod[], flags: Flags, surroundings: Surroundings): LogSource {
  const find = ({ name, namespace }: PodContainers): ListedPod | undefined =>
    pods.find(({ metadata }) => metadata.name === name && metadata.namespace === namespace)
  return {
    world: { pods, containers: [], node: '' },
    hasRun: (pod, container) => {
      const status = find(pod)?.status
      const all = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])]
      const known = all.find(({ name }) => name === container)
      return known !== undefined && (known.state.waiting === undefined || known.lastState.terminated !== undefined)
    },
    logged: (pod, container, isPrevious) => {
      const path = `/containerLogs/${[pod.namespace, pod.name, container].map(encodeURIComponent).join('/')}`
      const pieces = async function* (request: LogQuery): AsyncGenerator<LogPiece> {
        const { response } = await open(`${path}?${queryOf(request, isPrevious)}`, flags, surroundings)
        yield* lines(response as AsyncIterable<Buffer>)
      }
      return { pod, container, pieces }
    },
  }
}

async function* lines(response: AsyncIterable<Buffer>): AsyncGenerator<LogPiece> {
  try {
    for await (const bytes of response) yield { from: 'stdout', bytes }
  } catch (error) {
    throw unavailable(`the log breaks off: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function queryOf({ follow, timestamps, tailLines, sinceMs }: LogQuery, isPrevious: boolean): string {
  const query = new URLSearchParams()
  if (follow) query.set('follow', 'true')
  if (timestamps) query.set('timestamps', 'true')
  if (isPrevious) query.set('previous', 'true')
  if (tailLines !== null) query.set('tailLines', String(tailLines))
  if (sinceMs !== null) query.set('sinceTime', new Date(sinceMs).toISOString())
  return query.toString()
}
