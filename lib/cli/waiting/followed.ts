/**
 * Whether pods have followed an edit of a ConfigMap or Secret: told by what was there before it was made. Containers that make way are
 * others then, and that volumes were rewritten or signals sent, their events say.
 */

import type { PodReaction } from '../../plan/index.js'
import type { PodKey } from '../../pod/index.js'
import type { ObjectEdit } from '../manifests/object-edit.js'
import { askPods } from '../pods/listed-pods.js'
import type { ListedPod } from '../pod-summary.js'
import type { Flags } from '../run-options.js'
import { ask } from '../server/ask.js'
import type { Surroundings } from '../surroundings.js'

export interface Expected {
  readonly reactions: readonly PodReaction[]
  readonly before: Seen
}

/** What tells an edit's traces from those of an earlier one. */
interface Seen {
  /** By pod and container: the instance. */
  readonly instances: ReadonlyMap<string, string>
  /** By pod, reason and what is told: how often. */
  readonly told: ReadonlyMap<string, string>
}

/** Of edits that are about to be made. Pods that are edited themselves are looked at for that. */
export async function expectReactions(
  edits: readonly (ObjectEdit | null)[],
  edited: ReadonlySet<PodKey>,
  flags: Flags,
  surroundings: Surroundings,
): Promise<Expected> {
  const all = edits.flatMap((edit) => (edit?.of === 'config' ? edit.pods : []))
  const reactions = all.filter((one) => !edited.has(one.pod) && isAny(one))
  if (reactions.length === 0) return { reactions, before: { instances: new Map(), told: new Map() } }
  const { items } = await askPods(flags, surroundings)
  return { reactions, before: { instances: instancesOf(items), told: await askTold(flags, surroundings) } }
}

/** Those whose containers run on without what has gone do nothing. */
function isAny({ started, replaced, rewritten, signalled }: PodReaction): boolean {
  return [started, replaced, rewritten, signalled].some((list) => list.length > 0)
}

/** `pod/NAME: why` for each that has not followed yet. */
export async function notFollowed(
  { reactions, before }: Expected,
  pods: readonly ListedPod[],
  flags: Flags,
  surroundings: Surroundings,
): Promise<string[]> {
  if (reactions.length === 0) return []
  const now: Seen = { instances: instancesOf(pods), told: await askTold(flags, surroundings) }
  return reactions.flatMap((reaction) => {
    const listed = pods.find((pod) => reaction.pod === keyOf(pod))
    const why = listed === undefined ? 'not there' : (whyNotYet(reaction, before, now) ?? whyNotReady(listed))
    return why === null ? [] : [`pod/${reaction.pod}: ${why}`]
  })
}

function whyNotYet({ pod, replaced, rewritten, signalled }: PodReaction, before: Seen, now: Seen): string | null {
  const isTold = (reason: string, words: string): boolean => {
    const key = [...now.told.keys()].filter((one) => one.startsWith(`${pod} ${reason} `) && one.includes(words))
    return key.some((one) => now.told.get(one) !== before.told.get(one))
  }
  const old = replaced.find((name) => {
    const instance = now.instances.get(`${pod} ${name}`)
    return instance === undefined || instance === before.instances.get(`${pod} ${name}`)
  })
  if (old !== undefined) return `${old} is not replaced yet`
  const unwritten = rewritten.find((name) => !isTold('VolumeRewritten', ` ${name} `))
  if (unwritten !== undefined) return `volume ${unwritten} is not rewritten yet`
  const untold = signalled.find(({ container }) => !isTold('Signalled', ` ${container}:`))
  return untold === undefined ? null : `${untold.signal} is not sent to ${untold.container} yet`
}

/** null: it is, or is done. */
export function whyNotReady({ status }: ListedPod): string | null {
  const isReady = status.conditions.some((one) => one.type === 'Ready' && one.status === 'True')
  return isReady || status.phase === 'Succeeded' ? null : 'not Ready'
}

function instancesOf(pods: readonly ListedPod[]): Map<string, string> {
  return new Map(
    pods.flatMap((pod) =>
      [...(pod.status.initContainerStatuses ?? []), ...pod.status.containerStatuses].map(
        ({ name, containerID }) => [`${keyOf(pod)} ${name}`, containerID ?? ''] as const,
      ),
    ),
  )
}

async function askTold(flags: Flags, surroundings: Surroundings): Promise<Map<string, string>> {
  const { items = [] } = (await ask('/events', flags, surroundings)) as { readonly items?: readonly ListedEvent[] }
  return new Map(
    items.map(({ metadata, involvedObject, reason, message, count }) => [
      `${involvedObject.namespace ?? ''}/${involvedObject.name ?? ''} ${reason} ${message} ${metadata.uid}`,
      String(count),
    ]),
  )
}

interface ListedEvent {
  readonly metadata: { readonly uid: string }
  readonly involvedObject: { readonly namespace?: string; readonly name?: string }
  readonly reason: string
  readonly message: string
  readonly count: number
}

function keyOf({ metadata }: ListedPod): string {
  return `${metadata.namespace}/${metadata.name}`
}
