/**
 * All files together. One pod, one place: the same namespace/name twice is a problem of the place that came later; and what pods
 * say of each other is looked at here.
 */

import type { DesiredPod, PodKey, Problem } from '../pod/index.js'
import type { DecodedFile, DecodedPod } from './decode-file.js'
import { dependencyProblems } from './dependencies.js'

export interface ResolvedPods {
  readonly pods: ReadonlyMap<PodKey, DesiredPod>
  readonly problems: readonly Problem[]
}

/**
 * The file a pod came from keeps it; should that be gone, one that says the same of it, for that is the file under another
 * name; otherwise the first in the order of `files` has it.
 * Called at every change with every pod there is: one look at each, and more only where there are two.
 */
export function resolveDuplicates(
  files: readonly DecodedFile[],
  lastKnown: (key: PodKey) => DesiredPod | undefined,
): ResolvedPods {
  const pods = new Map<PodKey, DesiredPod>()
  const losers: DesiredPod[] = []
  for (const { pods: decodedPods } of files) {
    for (const { pod } of decodedPods) {
      const winner = pods.get(pod.key)
      const before = winner === undefined ? undefined : lastKnown(pod.key)
      const takesOver = winner !== undefined && claim(pod, before) > claim(winner, before)
      if (winner !== undefined) losers.push(takesOver ? winner : pod)
      if (winner === undefined || takesOver) pods.set(pod.key, pod)
    }
  }
  const duplicates = losers.length === 0 ? [] : duplicateProblems(files, pods, losers)
  return { pods, problems: [...duplicates, ...dependencyProblems(pods, inForce(files, pods))] }
}

function* inForce(files: readonly DecodedFile[], pods: ReadonlyMap<PodKey, DesiredPod>): Iterable<DecodedPod> {
  for (const file of files)
    for (const decoded of file.pods) if (pods.get(decoded.pod.key) === decoded.pod) yield decoded
}

function claim(pod: DesiredPod, before: DesiredPod | undefined): number {
  if (before === undefined) return 0
  if (pod.file === before.file) return 2
  return JSON.stringify(pod.manifest) === JSON.stringify(before.manifest) ? 1 : 0
}

function duplicateProblems(
  files: readonly DecodedFile[],
  pods: ReadonlyMap<PodKey, DesiredPod>,
  losers: readonly DesiredPod[],
): Problem[] {
  const places = new Map(files.flatMap((file) => file.pods).map((decoded) => [decoded.pod, decoded]))
  return losers.map((pod) => {
    const place = places.get(pod)
    const winner = pods.get(pod.key)
    const winnerLine = winner === undefined ? undefined : places.get(winner)?.line
    return {
      file: pod.file,
      line: place?.line ?? null,
      column: place?.column ?? null,
      field: 'metadata.name',
      message: `pod ${pod.key} is defined in ${winner?.file ?? ''}:${winnerLine ?? ''} already, and that one is in force`,
      suggestion: 'rename or remove one of the two',
      pod: pod.key,
    }
  })
}
