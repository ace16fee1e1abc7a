/** Random pods. What the watcher must know of a pod through all its edits (restart policy, grace) is fixed by name and seed. */

import type { ContainerText, PodText } from './manifests.js'
import { Random } from './random.js'

const scripts = [
  ...[undefined, undefined, undefined, 'exit 0', 'exit 1', 'sleep 20; exit 0'],
  ...['trap "" TERM; wait', 'stop in 3', 'stop in 3 with 0'],
]

/** A path of the host that is there only at times. */
export const unsteadyPath = '/unsteady'
/** Wanted by several pods at times. */
export const sharedUid = 'u-shared'
export const absentImage = 'gone:1'

export function fixedPart(name: string, seed: number): Required<Pick<PodText, 'restartPolicy' | 'graceSeconds'>> {
  const fixed = new Random(seed * 31 + name.length * 7 + name.charCodeAt(0))
  return {
    restartPolicy: fixed.pick(['Always', 'Always', 'OnFailure', 'Never'] as const),
    graceSeconds: fixed.pick([0, 2, 10, 30]),
  }
}

export function randomPod(random: Random, name: string, seed: number): PodText {
  const uid = random.chance(0.85) ? undefined : random.pick([`u-${name}-1`, `u-${name}-2`, sharedUid])
  const hasInit = random.chance(0.3)
  const names = ['app', 'side', 'extra'].filter(() => random.chance(0.5))
  const regular = names.length === 0 ? ['app'] : names
  const hostNetwork = random.chance(0.3)
  const init = hasInit ? [random.pick(['prep', ...(regular.includes('extra') ? [] : ['extra'])])] : []
  return {
    name,
    ...fixedPart(name, seed),
    ...(uid !== undefined && { uid }),
    hostNetwork,
    volumes: [
      { name: 'data', emptyDir: {} },
      ...(random.chance(0.2) ? [{ name: 'host', hostPath: { path: unsteadyPath } }] : []),
    ],
    init: init.map((one) => ({ name: one, script: random.pick(['exit 0', 'sleep 2; exit 0', 'exit 0']) })),
    containers: regular.map((one) => randomContainer(random, one, hostNetwork)),
  }
}

function randomContainer(random: Random, name: string, hostNetwork: boolean): ContainerText {
  const script = random.pick(scripts)
  return {
    name,
    mounts: [{ name: 'data', mountPath: '/data' }],
    ...(script !== undefined && { script }),
    ...(random.chance(0.3) && { env: { V: String(random.between(1, 3)) } }),
    ...(random.chance(0.2) && { memory: random.pick(['64Mi', '128Mi']) }),
    ...(random.chance(0.15) && { image: random.pick(['app:1', 'app:2', absentImage]) }),
    // Its image has to be looked at first.
    ...(random.chance(0.1) && { fields: { securityContext: { runAsGroup: random.between(5, 6) } } }),
    ...(!hostNetwork && random.chance(0.1) && { hostPort: name === 'app' ? 80 : 81 + name.length }),
  }
}
