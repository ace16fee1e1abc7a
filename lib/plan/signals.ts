/**
 * Containers that are told by a signal that what they mount of ConfigMaps and Secrets has changed.
 *
 * G1  It is sent once all of its volumes that are being written are, and only when they say something else than it was told of last.
 * G2  What began after the change knows it: a start counts as being told.
 * G3  A podkeep that was killed between the signal and the record of it sends it once more, never not at all.
 * G4  Nobody is asked who could not hear: not the frozen, not one that its startup probe does not call started, for many a signal ends
 *     a program that is not ready for it.
 */

import { isContentVolume, isOfObjects } from '../pod/index.js'
import type { ContentVolume, DesiredContainer, DesiredPod, ObservedContainer, PodRecord } from '../pod/index.js'
import { volumeKey, writeKey, type Action } from './action.js'
import { attempt } from './attempt.js'
import { mountedAtFirst } from './config.js'
import { nothing, type Plan, type PlanContext } from './plan.js'
import type { PodView } from './pod-view.js'

export function planSignal(
  view: PodView,
  container: DesiredContainer,
  latest: ObservedContainer,
  context: PlanContext,
): Plan {
  const signal = signalFor(view.pod, container)
  if (signal === null || latest.paused || !view.isStarted(container, latest)) return nothing
  const told = mountedDigest(view, container, context)
  const before = toldOf(latest, context)
  if (told === null || before === null || told === before || isBeingWritten(view, container, context)) return nothing
  const { id, name } = latest
  const action: Action = { kind: 'SignalContainer', id, container: name, signal, told, reason: 'ConfigChanged' }
  return attempt(action, name, context)
}

/** Of what was last written into the volumes it mounts, as far as this podkeep knows; null: they are not there yet, or there are none. */
export function mountedDigest(view: PodView, container: DesiredContainer, context: PlanContext): string | null {
  const volumes = followed(view, container)
  if (volumes.length === 0) return null
  const digests = volumes.map((volume) => digestOf(view, volume, context))
  if (digests.includes(null)) return null
  return context.config.sign(volumes.map(({ name }, at) => `${name} ${digests[at] ?? ''}`).join('\n'))
}

/** For the record: also what runs since before anybody kept this, which counts as knowing what it finds. */
export function whatWasTold(view: PodView, context: PlanContext): Pick<PodRecord, 'told'> {
  const { pod } = view
  const told = [...pod.initContainers, ...pod.containers].flatMap((container) => {
    const latest = view.instances(container)[0]
    if (latest?.state !== 'running' || signalFor(pod, container) === null) return []
    const digest = toldOf(latest, context) ?? mountedDigest(view, container, context)
    return digest === null ? [] : [[latest.id, digest] as const]
  })
  return told.length === 0 ? {} : { told: Object.fromEntries(told) }
}

function toldOf(latest: ObservedContainer, { record, config }: PlanContext): string | null {
  return latest.told ?? record?.told?.[latest.id] ?? mountedAtFirst(latest, config)
}

/** An init container that runs to its end keeps what it began with. */
export function signalFor({ onConfigChange, ...pod }: DesiredPod, container: DesiredContainer): string | null {
  if (onConfigChange.kind !== 'signal') return null
  if (pod.initContainers.includes(container) && container.restartPolicy !== 'Always') return null
  return onConfigChange.byContainer[container.name] ?? onConfigChange.others
}

/** A part of a volume is mounted once and never changes. */
function followed({ pod }: PodView, { mounts }: DesiredContainer): ContentVolume[] {
  const names = new Set(mounts.filter(({ subPath }) => subPath === undefined).map(({ volume }) => volume))
  return pod.volumes.filter(isContentVolume).filter((volume) => names.has(volume.name) && isOfObjects(volume))
}

/** What an earlier podkeep wrote and this one could not write again: something else than what will be written. */
const unread = ''

function digestOf(view: PodView, volume: ContentVolume, { volumeDigests, volumePaths }: PlanContext): string | null {
  const key = volumeKey(view.uid, volume)
  return volumeDigests.get(key) ?? (volumePaths.has(key) ? unread : null)
}

function isBeingWritten(view: PodView, container: DesiredContainer, context: PlanContext): boolean {
  return followed(view, container).some(
    (volume) => context.inFlight.has(writeKey(view.uid, volume.name)) || digestOf(view, volume, context) === unread,
  )
}
