/** What of a pod the probes ask, from what is wanted of it and what is seen. */

import type { ObservedPod } from '../plan/index.js'
import type { DesiredContainer, DesiredPod, ObservedContainer, PodRecord } from '../pod/index.js'
import type { ProbedContainer } from '../ports/index.js'

const hostAddress = '127.0.0.1'

/** Where the pod answers; null: not known yet. */
export function addressOf(pod: DesiredPod | null, { containers }: ObservedPod): string | null {
  if (pod?.hostNetwork === true) return hostAddress
  const sandboxes = containers.filter((one) => one.kind === 'sandbox' && one.state === 'running')
  return sandboxes.find((one) => one.ip !== null)?.ip ?? null
}

/** Every running container that has a probe. */
export function probedContainers(
  pod: DesiredPod | null,
  observed: ObservedPod,
  { isEnding, record }: { isEnding: boolean; record: PodRecord | null },
): ProbedContainer[] {
  if (pod === null) return []
  const address = addressOf(pod, observed)
  return [...pod.initContainers, ...pod.containers].filter(hasProbe).flatMap((container) =>
    observed.containers
      .filter((one) => one.name === container.name && one.kind !== 'sandbox' && one.state === 'running')
      .map((one) => ({
        name: container.name,
        id: one.id,
        podUid: one.podUid,
        startedAtMs: one.startedAtMs ?? one.createdAtMs,
        address,
        probes: {
          startup: container.startupProbe,
          readiness: container.readinessProbe,
          liveness: container.livenessProbe,
        },
        isStopping: isEnding || isBeingStopped(one),
        known: one.startedHere ? null : (record?.verdicts?.[one.id] ?? null),
      })),
  )
}

function hasProbe({ startupProbe, readinessProbe, livenessProbe }: DesiredContainer): boolean {
  return startupProbe !== null || readinessProbe !== null || livenessProbe !== null
}

function isBeingStopped({ preStop, stopRequestedTickMs, killRequestedTickMs }: ObservedContainer): boolean {
  return preStop !== null || stopRequestedTickMs !== null || killRequestedTickMs !== null
}
