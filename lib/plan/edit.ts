/**
 * What an edit of a pod will do, told before it is made. The hashes decide, as they do for the plan: here is no policy of its own,
 * only what their parts are called.
 */

import {
  canUpdateInPlace,
  changedParts,
  containerParts,
  isSidecar,
  containerResources,
  sameResources,
  sandboxParts,
  wantsRestart,
  type DesiredContainer,
  type DesiredPod,
  type PodKey,
} from '../pod/index.js'
import { fieldChanges, type FieldChange } from './field-changes.js'

/**
 * unchanged   the manifest says the same
 * inPlace     it counts at once, and nothing restarts
 * containers  some containers are replaced; the others, the pod's address and its volumes stay
 * anew        the pod is made anew; its emptyDir volumes stay unless it gets another uid
 */
export type PodEffect = 'created' | 'removed' | 'unchanged' | 'inPlace' | 'containers' | 'anew'

export interface PodEdit {
  readonly key: PodKey
  readonly effect: PodEffect
  /** What of the pod as a whole makes it anew; empty otherwise. */
  readonly causes: readonly string[]
  readonly containers: readonly ContainerEdit[]
  readonly changes: readonly FieldChange[]
}

/** stays: with or without new settings that take effect where it runs. resized: its cpu and memory are changed as it runs. */
export type ContainerEffect = 'created' | 'removed' | 'stays' | 'resized' | 'replaced'

export interface ContainerEdit {
  readonly name: string
  readonly effect: ContainerEffect
  readonly causes: readonly string[]
}

/** @param before what is in force; null: no such pod yet. @param after null: its manifest goes. */
export function podEdit(key: PodKey, before: DesiredPod | null, after: DesiredPod | null): PodEdit {
  if (before === null || after === null) return comingOrGoing(key, before, after)
  const changes = fieldChanges(before.manifest, after.manifest).filter((change) => !isEmptyMap(change))
  const uid = after.uid !== null && after.uid !== before.uid ? ['uid'] : []
  const causes = [...uid, ...changedParts(sandboxParts(before), sandboxParts(after))]
  const isAnew = causes.length > 0
  const containers = isAnew ? allReplaced(before, after) : containerEdits(before, after)
  const isTouched = containers.some(({ effect }) => effect !== 'stays' && effect !== 'resized')
  const small = changes.length === 0 ? 'unchanged' : 'inPlace'
  return { key, effect: isAnew ? 'anew' : isTouched ? 'containers' : small, causes, containers, changes }
}

/** A map of nothing, of annotations say, is as good as none. */
function isEmptyMap({ path, before, after }: FieldChange): boolean {
  const isNothing = (value: unknown): boolean => value === undefined || JSON.stringify(value) === '{}'
  return /^metadata\.\w+$/.test(path) && isNothing(before) && isNothing(after)
}

function comingOrGoing(key: PodKey, before: DesiredPod | null, after: DesiredPod | null): PodEdit {
  const all = (pod: DesiredPod | null, effect: ContainerEffect): ContainerEdit[] =>
    pod === null ? [] : everyContainer(pod).map(({ name }) => ({ name, effect, causes: [] }))
  const effect = after !== null ? 'created' : before !== null ? 'removed' : 'unchanged'
  const containers = [...all(after, 'created'), ...all(before, 'removed')]
  return { key, effect, causes: [], containers, changes: [] }
}

function allReplaced(before: DesiredPod, after: DesiredPod): ContainerEdit[] {
  const known = new Set(everyContainer(before).map(({ name }) => name))
  const kept = new Set(everyContainer(after).map(({ name }) => name))
  return [
    ...[...kept].map((name): ContainerEdit => ({ name, effect: known.has(name) ? 'replaced' : 'created', causes: [] })),
    ...[...known].filter((name) => !kept.has(name)).map((name) => ({ name, effect: 'removed' as const, causes: [] })),
  ]
}

/** Init containers that run to their end are not in it: an edit of one makes the pod anew, and otherwise nothing of them happens. */
function containerEdits(before: DesiredPod, after: DesiredPod): ContainerEdit[] {
  const olds = new Map(stayingContainers(before).map((container) => [container.name, container]))
  const edits = stayingContainers(after).map((container): ContainerEdit => {
    const old = olds.get(container.name)
    olds.delete(container.name)
    if (old === undefined) return { name: container.name, effect: 'created', causes: [] }
    const causes = changedParts(containerParts(before, old), containerParts(after, container))
    if (causes.length > 0) return { name: container.name, effect: 'replaced', causes }
    const [was, will] = [containerResources(before, old, 0), containerResources(after, container, 0)]
    if (sameResources(was, will)) return { name: container.name, effect: 'stays', causes }
    const effect = canUpdateInPlace(was, will) && !wantsRestart(container, was, will) ? 'resized' : 'replaced'
    return { name: container.name, effect, causes: ['resources'] }
  })
  return [...edits, ...[...olds.keys()].map((name): ContainerEdit => ({ name, effect: 'removed', causes: [] }))]
}

function stayingContainers(pod: DesiredPod): DesiredContainer[] {
  return [...pod.initContainers.filter((container) => isSidecar(pod, container)), ...pod.containers]
}

function everyContainer(pod: DesiredPod): DesiredContainer[] {
  return [...pod.initContainers, ...pod.containers]
}
