/** `podkeep.io/depends-on` across all files: a pod that is not there, or that waits for the one that waits for it. */

import type { DesiredPod, PodKey, Problem } from '../pod/index.js'
import type { DecodedPod } from './decode-file.js'
import { nearest } from './field-names.js'

type DependsOnPlace = NonNullable<DecodedPod['dependsOnAt']>
type Pods = ReadonlyMap<PodKey, DesiredPod>

/** Pods that are compared with a name that is not one of them. */
const mostCandidates = 100

/** Such a pod waits, and the problem says for what. `decoded` are the pods in force; most depend on nothing and cost one look. */
export function dependencyProblems(pods: Pods, decoded: Iterable<DecodedPod>): Problem[] {
  const places = new Map<PodKey, DependsOnPlace>()
  for (const { pod, dependsOnAt } of decoded) if (dependsOnAt !== undefined) places.set(pod.key, dependsOnAt)
  if (places.size === 0) return []
  const waiting = [...places.keys()].flatMap((key) => pods.get(key) ?? [])
  const cycles = cyclesAmong(pods, waiting)
  return waiting.flatMap((pod): Problem[] => {
    const missing = pod.dependsOn.find((key) => !pods.has(key))
    const cycle = cycles.get(pod.key)
    if (missing !== undefined)
      return [problem(pod, places, `there is no pod ${missing}`, missingSuggestion(missing, pods))]
    if (cycle === undefined) return []
    return [problem(pod, places, `waits for itself: ${cycle.join(' -> ')}`, 'take one of them out')]
  })
}

function problem(
  pod: DesiredPod,
  places: ReadonlyMap<PodKey, DependsOnPlace>,
  message: string,
  suggestion: string,
): Problem {
  const { line = null, column = null, field = '' } = places.get(pod.key) ?? {}
  return {
    file: pod.file,
    line,
    column,
    field,
    message,
    suggestion,
    pod: pod.key,
  }
}

function missingSuggestion(missing: PodKey, pods: Pods): string {
  const near = nearest(missing, [...pods.keys()].slice(0, mostCandidates))?.word
  return near === undefined ? 'add its manifest, or take it out' : `did you mean "${near}"?`
}

/** For each pod on a cycle, the way from it to itself. Depth first, each pod entered once. */
function cyclesAmong(pods: Pods, waiting: readonly DesiredPod[]): ReadonlyMap<PodKey, readonly PodKey[]> {
  const cycles = new Map<PodKey, readonly PodKey[]>()
  const done = new Set<PodKey>()
  for (const start of waiting) {
    const way: PodKey[] = []
    const open = [{ key: start.key, next: 0 }]
    for (let step = open.at(-1); step !== undefined; step = open.at(-1)) {
      if (step.next === 0) way.push(step.key)
      const child = done.has(step.key) ? undefined : pods.get(step.key)?.dependsOn[step.next++]
      if (child === undefined) {
        done.add(step.key)
        way.pop()
        open.pop()
      } else if (way.includes(child)) noteCycle(cycles, way.slice(way.indexOf(child)))
      else open.push({ key: child, next: 0 })
    }
  }
  return cycles
}

function noteCycle(cycles: Map<PodKey, readonly PodKey[]>, members: readonly PodKey[]): void {
  members.forEach((key, at) => {
    if (!cycles.has(key)) cycles.set(key, [...members.slice(at), ...members.slice(0, at), key])
  })
}
