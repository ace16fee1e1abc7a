/**
 * The containers of a pod in the engine, for reaching into them. podkeep need not run: the containers' labels tell all that
 * is needed; when it runs, its pods tell the order of the containers and which is the default one.
 */

import type { ContainerDoor, FoundContainer } from '../../docker/index.js'
import { CommandError, usageError } from '../command-error.js'
import { exitCode } from '../exit-code.js'
import type { ListedPod } from '../pod-summary.js'
import { podNotFound, selected, theOnly, type PodReference, type PodSelection } from './pod-reference.js'

export interface PodContainers {
  readonly namespace: string
  readonly name: string
  readonly defaultContainer: string
  /** Regular ones first. */
  readonly names: readonly string[]
  /** Newest first, sandboxes left out. */
  readonly instances: readonly FoundContainer[]
}

export interface World {
  /** null: no podkeep runs. */
  readonly pods: readonly ListedPod[] | null
  readonly containers: readonly FoundContainer[]
  /** Whose containers are meant when no podkeep tells. */
  readonly node: string
}

const defaultAnnotation = 'kubectl.kubernetes.io/default-container'

export async function lookAtWorld(
  door: ContainerDoor,
  pods: readonly ListedPod[] | null,
  node: string,
): Promise<World> {
  return { pods, containers: await door.find(), node }
}

export function podContainers(world: World, reference: PodReference): PodContainers {
  if (world.pods !== null) return ofListed(world, theOnly(world.pods, reference))
  const own = ownContainers(world).filter(
    ({ identity }) =>
      identity.podName === reference.name &&
      (reference.namespace === null || identity.namespace === reference.namespace),
  )
  const namespaces = [...new Set(own.map(({ identity }) => identity.namespace))]
  if (namespaces[0] === undefined) throw podNotFound(reference)
  if (namespaces.length > 1) {
    const message = `there is a pod ${JSON.stringify(reference.name)} in several namespaces: ${namespaces.join(', ')}`
    throw usageError(message, 'choose one with -n')
  }
  const instances = own.filter(({ identity }) => identity.kind !== 'sandbox')
  const named = (kind: 'container' | 'init'): string[] =>
    instances.filter(({ identity }) => identity.kind === kind).map(({ identity }) => identity.name)
  const names = [...new Set([...named('container').reverse(), ...named('init').reverse()])]
  return { namespace: namespaces[0], name: reference.name, defaultContainer: names[0] ?? '', names, instances }
}

/** @param selection labels are known while podkeep runs only */
export function selectedPods(world: World, selection: PodSelection): PodContainers[] {
  if (world.pods === null) {
    const hint = 'start podkeep, or name the pod'
    throw new CommandError(exitCode.unavailable, 'labels are known while podkeep runs only', hint)
  }
  return selected(world.pods, selection).map((pod) => ofListed(world, pod))
}

function ofListed(world: World, { metadata, spec }: ListedPod): PodContainers {
  const inSpec = (list: string): string[] => {
    const items = spec[list]
    return Array.isArray(items) ? items.map((item: { readonly name?: string }) => item.name ?? '') : []
  }
  const names = [...inSpec('containers'), ...inSpec('initContainers')]
  const wanted = metadata.annotations?.[defaultAnnotation]
  const instances = world.containers.filter(
    ({ node, identity }) =>
      node === (typeof spec['nodeName'] === 'string' ? spec['nodeName'] : node) &&
      identity.kind !== 'sandbox' &&
      identity.podName === metadata.name &&
      identity.namespace === metadata.namespace,
  )
  const defaultContainer = wanted !== undefined && names.includes(wanted) ? wanted : (names[0] ?? '')
  return { namespace: metadata.namespace, name: metadata.name, defaultContainer, names, instances }
}

/** This node's; where it has none and all are of one other node, that one is meant. */
function ownContainers({ containers, node }: World): readonly FoundContainer[] {
  const own = containers.filter((container) => container.node === node)
  const nodes = new Set(containers.map((container) => container.node))
  return own.length === 0 && nodes.size === 1 ? containers : own
}

export function chosenName(pod: PodContainers, container: string | null, note: (text: string) => void): string {
  if (container === null) {
    if (pod.names.length > 1) note(`Defaulted container "${pod.defaultContainer}" out of: ${pod.names.join(', ')}\n`)
    return pod.defaultContainer
  }
  if (pod.names.includes(container)) return container
  const message = `container ${JSON.stringify(container)} is not in pod ${JSON.stringify(pod.name)}`
  throw new CommandError(exitCode.problem, message, `it has ${pod.names.join(', ')}`)
}

/** @throws CommandError when it does not run */
export function runningInstance(pod: PodContainers, name: string): FoundContainer {
  const running = pod.instances.find(({ identity, state }) => identity.name === name && state === 'running')
  if (running !== undefined) return running
  const newest = pod.instances.find(({ identity }) => identity.name === name)
  const state = newest === undefined ? 'is not made yet' : `is ${newest.state}`
  throw new CommandError(
    exitCode.problem,
    `container ${JSON.stringify(name)} of pod ${JSON.stringify(pod.name)} does not run: it ${state}`,
    `"podkeep describe pod ${pod.name}" tells why`,
  )
}

/** @param isPrevious the one before the newest that has run; while none runs again, the one that ended last, as in Kubernetes */
export function loggedInstance(pod: PodContainers, name: string, isPrevious: boolean): FoundContainer {
  const ran = pod.instances
    .filter(({ identity, state }) => identity.name === name && state !== 'created')
    .sort((a, b) => b.identity.attempt - a.identity.attempt)
  const [newest, second] = ran
  const hasCrashedBefore = newest?.state === 'exited' && newest.identity.attempt > 0
  const chosen = isPrevious ? (hasCrashedBefore ? newest : second) : newest
  if (chosen !== undefined) return chosen
  const what = `container ${JSON.stringify(name)} of pod ${JSON.stringify(pod.name)}`
  throw isPrevious && ran.length > 0
    ? new CommandError(exitCode.problem, `${what} has no previous instance`, 'leave --previous out')
    : new CommandError(exitCode.problem, `${what} has not run yet`, `"podkeep describe pod ${pod.name}" tells why`)
}
