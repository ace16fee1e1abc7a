/**
 * All files together. One pod, one place: the same namespace/name twice is a problem of the place that came later; and what pods
 * say of each other is looked at here.
 */

import type { DesiredPod, DesiredService, PodKey, Problem } from '../pod/index.js'
import type { DecodedFile, DecodedPod, DecodedService } from './decode-file.js'
import { dependencyProblems } from './dependencies.js'

export interface Resolved {
  readonly pods: ReadonlyMap<PodKey, DesiredPod>
  /** By their keys. */
  readonly services: ReadonlyMap<PodKey, DesiredService>
  readonly problems: readonly Problem[]
}

/**
 * Of Services the first in the order of `files` is in force. The file a pod came from keeps it; should that be gone, one that says the same of it, for that is the file under another
 * name; otherwise the first in the order of `files` has it.
 * Called at every change with every pod there is: one look at each, and more only where there are two.
 */
export function resolveDuplicates(
  files: readonly DecodedFile[],
  lastKnown: (key: PodKey) => DesiredPod | undefined,
): Resolved {
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
  const { services, problems } = resolveServices(files)
  return { pods, services, problems: [...duplicates, ...problems, ...dependencyProblems(pods, inForce(files, pods))] }
}

function resolveServices(files: readonly DecodedFile[]): Pick<Resolved, 'services' | 'problems'> {
  const first = new Map<PodKey, DecodedService>()
  const problems: Problem[] = []
  for (const decoded of files.flatMap((file) => file.services)) {
    const { service, line, column } = decoded
    const winner = first.get(service.key)
    if (winner === undefined) first.set(service.key, decoded)
    else {
      const message = `Service ${service.key} is defined in ${winner.service.file}:${winner.line} already, and that one is in force`
      const suggestion = 'rename or remove one of the two'
      problems.push({ file: service.file, line, column, field: 'metadata.name', message, suggestion, pod: null })
    }
  }
  return { services: new Map([...first].map(([key, { service }]) => [key, service])), problems }
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
