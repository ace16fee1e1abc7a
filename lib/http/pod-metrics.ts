/**
 * What /metrics tells of pods: how many there are, and how they started. Source: kubelet pkg/kubelet/metrics and HandlePodCleanups.
 */

import type { PodStatusEntry } from '../ports/index.js'
import type { MetricsPage, Value } from './metrics-page.js'
import type { Tally } from './tally.js'

export function podMetrics(page: MetricsPage, pods: readonly PodStatusEntry[], tally: Tally): void {
  page.gauge('kubelet_running_pods', 'Number of pods that have a running pod sandbox', [
    [{}, pods.filter(({ status }) => status.phase === 'Running').length],
  ])
  page.gauge('kubelet_desired_pods', 'The number of pods the kubelet is being instructed to run', [
    [{ static: 'true' }, pods.filter(({ desire }) => desire !== 'remove').length],
  ])
  page.gauge(
    'kubelet_active_pods',
    'The number of pods the kubelet considers active and which are being considered when admitting new pods.',
    [[{ static: 'true' }, pods.filter((pod) => pod.desire !== 'remove' && !hasEnded(pod)).length]],
  )
  page.gauge(
    'kubelet_working_pods',
    'Number of pods podkeep is working on, by what is done with them, and by whether there is a manifest of them',
    workingPods(pods),
  )
  page.counter('kubelet_started_pods_errors_total', 'Cumulative number of errors when starting pods', [
    [{}, tally.startedPodsErrors],
  ])
  page.counter('kubelet_started_pods_total', 'Cumulative number of pods started', [[{}, tally.startedPods]])
  page.histogram('kubelet_containers_per_pod_count', 'The number of containers per pod.', [
    [{}, tally.containersPerPod],
  ])
  page.histogram(
    'kubelet_pod_start_duration_seconds',
    'Duration in seconds from kubelet seeing a pod for the first time to the pod starting to run',
    [[{}, tally.podStarts]],
  )
  page.histogram(
    'kubelet_pod_start_sli_duration_seconds',
    'Duration in seconds to start a pod, excluding time to pull images and run init containers',
    [[{}, tally.ownPodStarts]],
  )
}

/** desired: it has a manifest. orphan: that is gone. runtime_only: nothing but its containers is known. */
function workingPods(pods: readonly PodStatusEntry[]): Value[] {
  const configs = ['desired', 'orphan', 'runtime_only'] as const
  return configs.flatMap((config) =>
    (['sync', 'terminating', 'terminated'] as const).map((lifecycle): Value => [
      { lifecycle, config, static: config === 'runtime_only' ? 'unknown' : 'true' },
      pods.filter((pod) => configOf(pod) === config && lifecycleOf(pod) === lifecycle).length,
    ]),
  )
}

function configOf({ manifest, desire }: PodStatusEntry): 'desired' | 'orphan' | 'runtime_only' {
  if (manifest === null) return 'runtime_only'
  return desire === 'remove' ? 'orphan' : 'desired'
}

function lifecycleOf(pod: PodStatusEntry): 'sync' | 'terminating' | 'terminated' {
  if (hasEnded(pod)) return 'terminated'
  return pod.desire === 'remove' ? 'terminating' : 'sync'
}

function hasEnded({ status }: PodStatusEntry): boolean {
  return status.phase === 'Succeeded' || status.phase === 'Failed'
}
