/** The annotations that are podkeep's own, read. What is wrong with them is annotation-rules.ts's affair. */

import {
  podKey,
  usualBackOff,
  usualReaction,
  type BackOff,
  type ConfigReaction,
  type PodKey,
  type Rollout,
} from '../pod/index.js'
import type { Json } from './normal-form.js'
import { textOf } from './shape.js'

export const dependsOn = 'podkeep.io/depends-on'
export const backOffBase = 'podkeep.io/back-off-base'
export const backOffMax = 'podkeep.io/back-off-max'
export const onConfigChange = 'podkeep.io/on-config-change'
export const backoffLimit = 'podkeep.io/backoff-limit'
export const rollout = 'podkeep.io/rollout'
export const ttlAfterFinished = 'podkeep.io/ttl-after-finished'
export const pidsLimit = 'podkeep.io/pids-limit'

/** The items of a comma list, as they are written. */
export function listedNames(annotations: Json): string[] {
  const text = textOf(annotations, dependsOn) ?? ''
  return text === '' ? [] : text.split(',').map((item) => item.trim())
}

/** Of a pod in `namespace`: a name without a namespace is of the same one. Each key once. */
export function annotatedDependencies(annotations: Json, namespace: string): PodKey[] {
  return [...new Set(listedNames(annotations).map((item) => keyOf(item, namespace)))]
}

function keyOf(item: string, namespace: string): PodKey {
  const slash = item.indexOf('/')
  return slash < 0 ? podKey(namespace, item) : podKey(item.slice(0, slash), item.slice(slash + 1))
}

/** How often what failed is tried again; null: as often as its restart policy says. */
export function annotatedBackoffLimit(annotations: Json): number | null {
  const text = textOf(annotations, backoffLimit)
  return text === undefined ? null : Number(text)
}

/** How many processes each of its containers may have; null: as the machine says. */
export function annotatedPidsLimit(annotations: Json): number | null {
  const text = textOf(annotations, pidsLimit)
  return text === undefined ? null : Number(text)
}

const onDelete = 'OnDelete'

/** `maxUnavailable=1 minReadySeconds=0 partition=0`, or OnDelete: written by podkeep itself into the pods of a workload. */
export function rolloutText({ maxUnavailable, minReadyMs, partition }: Rollout): string {
  if (partition === null) return onDelete
  return `maxUnavailable=${maxUnavailable} minReadySeconds=${minReadyMs / 1000} partition=${partition}`
}

/** null: there is none, or nobody can read it. */
export function annotatedRollout(annotations: Json): Rollout | null {
  const text = textOf(annotations, rollout) ?? ''
  if (text === onDelete) return { maxUnavailable: 1, minReadyMs: 0, partition: null }
  const said = /^maxUnavailable=(\d{1,9}) minReadySeconds=(\d{1,9}) partition=(\d{1,9})$/.exec(text)
  if (said === null) return null
  return { maxUnavailable: Number(said[1]), minReadyMs: Number(said[2]) * 1000, partition: Number(said[3]) }
}

/** How long the containers of a finished pod stay; null: as long as its manifest. */
export function annotatedTtlMs(annotations: Json): number | null {
  const text = textOf(annotations, ttlAfterFinished)
  return text === undefined ? null : durationMs(text)
}

/** Where only one of the two is given, the other makes room for it. */
export function annotatedBackOff(annotations: Json): BackOff {
  const baseMs = durationMs(textOf(annotations, backOffBase) ?? '')
  const maxMs = durationMs(textOf(annotations, backOffMax) ?? '')
  return {
    baseMs: baseMs ?? Math.min(usualBackOff.baseMs, maxMs ?? usualBackOff.maxMs),
    maxMs: maxMs ?? Math.max(usualBackOff.maxMs, baseMs ?? 0),
  }
}

export function annotatedReaction(annotations: Json): ConfigReaction {
  const text = textOf(annotations, onConfigChange)
  if (text === undefined) return usualReaction
  if (text === 'restart' || text === 'none') return { kind: text }
  const said = signalsIn(text)
  const byContainer = said.flatMap(({ container, signal }) => (container === null ? [] : [[container, signal]]))
  const others = said.find(({ container }) => container === null)?.signal ?? null
  return { kind: 'signal', byContainer: Object.fromEntries(byContainer) as Record<string, string>, others }
}

/** `SIGHUP` for every container that mounts what changed, `nginx=SIGHUP` for that one. */
export function signalsIn(text: string): readonly { readonly container: string | null; readonly signal: string }[] {
  return text.split(',').map((part) => {
    const item = part.trim()
    const at = item.indexOf('=')
    if (at < 0) return { container: null, signal: item }
    return { container: item.slice(0, at).trim(), signal: item.slice(at + 1).trim() }
  })
}

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** A duration as Go writes it (`500ms`, `10s`, `1m30s`, `1.5h`), in whole milliseconds; null when it is none. */
export function durationMs(text: string): number | null {
  if (text.length > 40 || !/^(?:[0-9]+(?:\.[0-9]+)?(?:ms|s|m|h))+$/.test(text)) return null
  const parts = text.matchAll(/([0-9.]+)(ms|s|m|h)/g)
  const sum = [...parts].reduce((ms, [, number, unit]) => ms + Number(number) * (unitMs[unit ?? ''] ?? 0), 0)
  return Math.round(sum)
}
