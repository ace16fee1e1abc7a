/**
 * What an edit of a ConfigMap or Secret will do, told before it is made: by the same references that the plan goes by. Keys are named,
 * values never.
 */

import {
  isContentVolume,
  replacingReferences,
  type ConfigKey,
  type ConfigObject,
  type ConfigReference,
  type ConfigValue,
  type DesiredContainer,
  type DesiredPod,
  type DesiredVolume,
  type PodKey,
} from '../pod/index.js'
import { isLasting } from './restart-policy.js'
import { signalFor } from './signals.js'

export interface ConfigEdit {
  readonly effect: 'created' | 'removed' | 'unchanged' | 'changed'
  readonly keys: readonly KeyChange[]
  /** Of the pods that read it, in their order. */
  readonly pods: readonly PodReaction[]
}

export interface KeyChange {
  readonly key: string
  readonly how: 'added' | 'removed' | 'changed'
}

export interface PodReaction {
  readonly pod: PodKey
  /** Containers that have waited for it. */
  readonly started: readonly string[]
  /** Containers that make way for new ones. */
  readonly replaced: readonly string[]
  /** Volumes that are written again as the pod runs. */
  readonly rewritten: readonly string[]
  /** Containers that mount those, and get a signal. */
  readonly signalled: readonly { readonly container: string; readonly signal: string }[]
  /** Containers that run on with what they have, and could not be made again: something they need is gone. */
  readonly stranded: readonly string[]
}

/** @param before what is in force; null: no such object yet. @param after null: its manifest goes. */
export function configEdit(
  before: ConfigObject | null,
  after: ConfigObject | null,
  pods: Iterable<DesiredPod>,
): ConfigEdit {
  const key = (after ?? before)?.key
  const keys = keyChanges(before?.entries ?? new Map(), after?.entries ?? new Map())
  const effect = before === null ? 'created' : after === null ? 'removed' : keys.length === 0 ? 'unchanged' : 'changed'
  if (key === undefined || effect === 'unchanged') return { effect, keys, pods: [] }
  const change: Change = { key, changed: new Set(keys.map((one) => one.key)), after, isNew: before === null }
  return { effect, keys, pods: [...pods].flatMap((pod) => reactionOf(pod, change)) }
}

interface Change {
  readonly key: ConfigKey
  readonly changed: ReadonlySet<string>
  readonly after: ConfigObject | null
  readonly isNew: boolean
}

function keyChanges(
  before: ReadonlyMap<string, ConfigValue>,
  after: ReadonlyMap<string, ConfigValue>,
): readonly KeyChange[] {
  return [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((key): KeyChange[] => {
    const [old, now] = [before.get(key), after.get(key)]
    if (old === undefined) return [{ key, how: 'added' }]
    if (now === undefined) return [{ key, how: 'removed' }]
    return sameValue(old, now) ? [] : [{ key, how: 'changed' }]
  })
}

function sameValue(one: ConfigValue, other: ConfigValue): boolean {
  const [a, b] = [one.reveal(), other.reveal()]
  return one.isBinary === other.isBinary && a.length === b.length && a.every((byte, at) => byte === b[at])
}

function reactionOf(pod: DesiredPod, change: Change): PodReaction[] {
  const reaction = pod.onConfigChange
  const containers = [...pod.initContainers, ...pod.containers].filter((one) => isLasting(pod, one))
  const reading = containers.filter((one) => references(pod, one).some((reference) => isTouched(reference, change)))
  const stranded = reading.filter((one) => references(pod, one).some((reference) => isMissing(reference, change)))
  // Who could not do without what is new has waited for it; what has gone changes nothing that runs.
  const needs = (one: DesiredContainer): boolean =>
    references(pod, one).some(({ object, optional }) => object === change.key && !optional)
  const started = change.isNew ? reading.filter((one) => !stranded.includes(one) && needs(one)) : []
  const follows = change.after !== null && ['usual', 'restart'].includes(reaction.kind)
  const replaced = follows ? reading.filter((one) => !stranded.includes(one) && !started.includes(one)) : []
  const rewritten = pod.volumes.filter((volume) => isRewritten(volume, change)).map(({ name }) => name)
  const signalled = [...pod.initContainers, ...pod.containers].flatMap((one) => {
    const signal = mountsAny(one, rewritten) ? signalFor(pod, one) : null
    return signal === null ? [] : [{ container: one.name, signal }]
  })
  const isConcerned = reading.length + rewritten.length > 0
  if (!isConcerned) return []
  return [
    {
      pod: pod.key,
      started: namesOf(started),
      replaced: namesOf(replaced),
      rewritten,
      signalled,
      stranded: namesOf(stranded),
    },
  ]
}

function references(pod: DesiredPod, container: DesiredContainer): ConfigReference[] {
  return replacingReferences(pod, container)
}

function isTouched({ object, key }: ConfigReference, { key: changedObject, changed }: Change): boolean {
  return object === changedObject && (key === null || changed.has(key))
}

function isMissing({ object, key, optional }: ConfigReference, change: Change): boolean {
  if (object !== change.key || optional) return false
  return change.after === null || (key !== null && !change.after.entries.has(key))
}

/** Only what can be written whole is. */
function isRewritten(volume: DesiredVolume, change: Change): boolean {
  const { after } = change
  if (!isContentVolume(volume) || after === null) return false
  const sources = volume.sources.filter((source) => source.kind === 'object' && source.object === change.key)
  const isWhole = sources.every(
    (source) =>
      source.kind !== 'object' ||
      source.optional ||
      source.items === null ||
      source.items.every(({ key }) => after.entries.has(key)),
  )
  return isWhole && sources.some((source) => source.kind === 'object' && showsChange(source.items, change))
}

function showsChange(items: readonly { readonly key: string }[] | null, { changed }: Change): boolean {
  return items === null || items.some(({ key }) => changed.has(key))
}

/** A part of a volume is mounted once and never changes. */
function mountsAny({ mounts }: DesiredContainer, volumes: readonly string[]): boolean {
  return mounts.some(({ volume, subPath }) => subPath === undefined && volumes.includes(volume))
}

function namesOf(containers: readonly DesiredContainer[]): string[] {
  return containers.map(({ name }) => name)
}
