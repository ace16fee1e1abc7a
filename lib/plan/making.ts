/** What is under way, by the keys of actions: what is being made, and whether anything may still change. */

import type { PodUid } from '../pod/index.js'
import type { Action } from './action.js'

/** A creation is under way, of whose container nothing is known yet. @param uid null: of any pod of the name. */
export function isCreating(inFlight: ReadonlySet<string>, uid: PodUid | null): boolean {
  const creations = ['CreateSandbox', 'CreateContainer'].map((kind) => (uid === null ? `${kind} ` : `${kind} ${uid} `))
  return [...inFlight].some((key) => creations.some((start) => key.startsWith(start)))
}

/** The same container is being made, perhaps as another instance or from another spec: of one there is never a second. */
export function isBeingMade(action: Action, inFlight: ReadonlySet<string>): boolean {
  if (action.kind !== 'CreateSandbox' && action.kind !== 'CreateContainer') return false
  const { podUid, name } = action.spec.identity
  return isCreatingAny(action.kind, inFlight, podUid, name)
}

export function isCreatingContainer(inFlight: ReadonlySet<string>, uid: PodUid, name: string): boolean {
  return isCreatingAny('CreateContainer', inFlight, uid, name)
}

function isCreatingAny(
  kind: 'CreateSandbox' | 'CreateContainer',
  inFlight: ReadonlySet<string>,
  uid: PodUid,
  name: string,
): boolean {
  return [...inFlight].some((key) => key.startsWith(`${kind} ${uid} ${name} `))
}

/**
 * Something is under way that may yet make or end a container: anything but a look at an image or at what is on the disk, a pull, a hook,
 * the size of a volume, old ones, names or news.
 */
export function isMoving(inFlight: ReadonlySet<string>): boolean {
  const still =
    /^(InspectImage|MeasureContainer|MeasureVolume|RemoveOldVolumes|ResizeVolume|PullImage|RunHook|UpdateNames|SignalContainer) /
  return [...inFlight].some((key) => !still.test(key))
}
