/**
 * Metrics under the kubelet's names, so that the dashboards that read those read these; podkeep's own begin with
 * podkeep_. Each answer is made from what holds now, in a registry of its own: nothing is kept, and nothing runs between two.
 * Source: kubelet pkg/kubelet/metrics, pkg/kubelet/server/metrics, pkg/kubelet/prober.
 */

import type { ManifestStatus, StatusBoard } from '../ports/index.js'
import type { ClaimUse } from './disk-usage.js'
import { allContainers, nameOf } from './pod-containers.js'
import { labelsOf, MetricsPage, nanosPerSecond, podLabels, type Value } from './metrics-page.js'
import { podMetrics } from './pod-metrics.js'
import type { Tally } from './tally.js'
import type { ContainerSample, Sample } from './usage.js'

export interface OwnMetricsParts {
  readonly board: StatusBoard
  readonly tally: Tally
  readonly version: string
  readonly nodeName: string
}

/** /metrics: podkeep itself and what it does. */
export function ownMetrics({ board, tally, version, nodeName }: OwnMetricsParts, sample: Sample): Promise<string> {
  const page = new MetricsPage()
  const pods = board.pods()
  const containers = pods.flatMap(allContainers)
  const isIn = (state: 'running' | 'waiting' | 'terminated'): number =>
    containers.filter((one) => one.state[state] !== undefined).length
  page.gauge('kubelet_node_name', "The node's name. The count is always 1.", [[{ node: nodeName }, 1]])
  podMetrics(page, pods, tally)
  page.gauge('kubelet_running_containers', 'Number of containers currently running', [
    [{ container_state: 'created' }, isIn('waiting')],
    [{ container_state: 'running' }, isIn('running')],
    [{ container_state: 'exited' }, isIn('terminated')],
  ])
  page.counter('kubelet_started_containers_total', 'Cumulative number of containers started', [
    ...Object.entries(tally.startedContainers).map(([container_type, count]): Value => [{ container_type }, count]),
  ])
  page.counter(
    'kubelet_started_containers_errors_total',
    'Cumulative number of errors when starting containers',
    [...tally.startErrors].map(({ kind, code, count }): Value => [{ container_type: kind, code }, count]),
  )
  operations(page, tally)
  requests(page, tally)
  page.gauge(
    'kubelet_container_log_filesystem_used_bytes',
    "Bytes used by the container's logs on the filesystem.",
    sample.pods.flatMap((pod) =>
      pod.containers.flatMap((one): Value[] =>
        one.logs === null ? [] : [[{ uid: pod.entry.uid, ...labelsOf(pod, one) }, one.logs.usedBytes]],
      ),
    ),
  )
  claimMetrics(page, sample)
  podkeepMetrics(page, board, version)
  return page.text()
}

function operations(page: MetricsPage, tally: Tally): void {
  const counted = [...tally.operations]
  page.counter(
    'kubelet_runtime_operations_total',
    'Cumulative number of runtime operations by operation type.',
    counted.map(([operation_type, durations]): Value => [{ operation_type }, durations.count]),
  )
  page.counter(
    'kubelet_runtime_operations_errors_total',
    'Cumulative number of runtime operation errors by operation type.',
    [...tally.errors].map(([operation_type, count]): Value => [{ operation_type }, count]),
  )
  page.histogram(
    'kubelet_runtime_operations_duration_seconds',
    'Duration in seconds of runtime operations. Broken down by operation type.',
    counted.map(([operation_type, durations]) => [{ operation_type }, durations] as const),
  )
  // The engine does not say how large an image is while it pulls it.
  page.histogram(
    'kubelet_image_pull_duration_seconds',
    'Duration in seconds to pull an image.',
    tally.pulls.count === 0 ? [] : [[{ image_size_in_bytes: 'N/A' }, tally.pulls]],
  )
}

/** Each claim once, however many pods use it. Source: kubelet pkg/kubelet/metrics/collectors/volume_stats.go. */
function claimMetrics(page: MetricsPage, { pods }: Sample): void {
  const uses = pods.flatMap(({ claims }) => claims)
  const byClaim = new Map(uses.map((use) => [`${use.claim.namespace}/${use.claim.name}`, use]))
  const gauge = (name: string, help: string, numberOf: (use: ClaimUse) => number): void => {
    const values = [...byClaim.values()].map((use): Value => {
      const { namespace, name: persistentvolumeclaim } = use.claim
      return [{ namespace, persistentvolumeclaim }, numberOf(use)]
    })
    page.gauge(`kubelet_volume_stats_${name}`, help, values)
  }
  gauge('capacity_bytes', 'Capacity in bytes of the volume', ({ disk }) => disk.capacityBytes)
  gauge('available_bytes', 'Number of available bytes in the volume', ({ disk }) => disk.availableBytes)
  gauge('used_bytes', 'Number of used bytes in the volume', ({ usedBytes }) => usedBytes)
  gauge('inodes', 'Maximum number of inodes in the volume', ({ disk }) => disk.inodes)
  gauge('inodes_free', 'Number of free inodes in the volume', ({ disk }) => disk.inodesFree)
  gauge('inodes_used', 'Number of used inodes in the volume', ({ inodesUsed }) => inodesUsed)
}

function requests(page: MetricsPage, tally: Tally): void {
  const counts = [...tally.requests]
  page.counter(
    'kubelet_http_requests_total',
    'Number of the http requests received since the server started',
    counts.map(({ labels, durations, inFlight }): Value => [labels, durations.count + inFlight]),
  )
  page.gauge(
    'kubelet_http_inflight_requests',
    'Number of the inflight http requests',
    counts.map(({ labels, inFlight }): Value => [labels, inFlight]),
  )
  page.histogram(
    'kubelet_http_requests_duration_seconds',
    'Duration in seconds to serve http requests',
    counts.map(({ labels, durations }) => [labels, durations] as const),
  )
}

function podkeepMetrics(page: MetricsPage, board: StatusBoard, version: string): void {
  page.gauge('podkeep_build_info', 'The version of podkeep. The count is always 1.', [[{ version }, 1]])
  const { files } = board.manifests()
  const ofState = (state: ManifestStatus['state']): Value => [
    { state },
    files.filter((file) => file.state === state).length,
  ]
  const states = (['ok', 'held', 'refused', 'waiting', 'ignored'] as const).map(ofState)
  page.gauge('podkeep_manifest_files', 'Manifest files by state; held and refused ones are wrong', states)
  const checks = board
    .readiness()
    .checks.map(({ name, waitingFor }): Value => [{ check: name }, waitingFor === null ? 1 : 0])
  page.gauge('podkeep_ready', 'Whether what podkeep needs is there', checks)
  page.gauge('podkeep_syncloop_healthy', 'Whether the workers turn', [[{}, board.stuck() === null ? 1 : 0]])
  const restarts = board.pods().flatMap((entry) =>
    allContainers(entry).map(({ name, restartCount }): Value => {
      const { namespace, name: pod } = nameOf(entry)
      return [{ namespace, pod, container: name }, restartCount]
    }),
  )
  page.gauge('podkeep_container_restarts', 'How often each container was restarted in its pod', restarts)
  const { rss } = process.memoryUsage()
  const { user, system } = process.cpuUsage()
  page.counter('process_cpu_seconds_total', 'Total user and system CPU time spent in seconds.', [
    [{}, (user + system) / 1e6],
  ])
  page.gauge('process_resident_memory_bytes', 'Resident memory size in bytes.', [[{}, rss]])
  page.gauge('process_start_time_seconds', 'Start time of the process since unix epoch in seconds.', [
    [{}, Math.round(Date.now() / 1000 - process.uptime())],
  ])
}

/** /metrics/resource: what the metrics server reads. */
export function resourceMetrics({ machine, pods }: Sample): Promise<string> {
  const page = new MetricsPage()
  const containers = pods.flatMap((pod) => pod.containers.map((one) => ({ pod, one })))
  const used = containers.flatMap(({ pod, one }) => (one.use === null ? [] : [{ pod, one, use: one.use }]))
  page.counter('node_cpu_usage_seconds_total', 'Cumulative cpu time consumed by the node in core-seconds', [
    [{}, machine.cpuNanos / nanosPerSecond],
  ])
  page.gauge('node_memory_working_set_bytes', 'Current working set of the node in bytes', [
    [{}, machine.memory.workingSetBytes],
  ])
  page.counter(
    'container_cpu_usage_seconds_total',
    'Cumulative cpu time consumed by the container in core-seconds',
    used.map(({ pod, one, use }): Value => [labelsOf(pod, one), use.cpuNanos / nanosPerSecond]),
  )
  page.gauge(
    'container_memory_working_set_bytes',
    'Current working set of the container in bytes',
    used.map(({ pod, one, use }): Value => [labelsOf(pod, one), use.memory.workingSetBytes]),
  )
  page.gauge('node_swap_usage_bytes', 'Current swap usage of the node in bytes. Reported only on non-windows systems', [
    [{}, machine.swap.usageBytes],
  ])
  page.gauge(
    'container_swap_usage_bytes',
    'Current amount of the container swap usage in bytes. Reported only on non-windows systems',
    used.flatMap(({ pod, one, use }): Value[] =>
      use.swap === null ? [] : [[labelsOf(pod, one), use.swap.usageBytes]],
    ),
  )
  page.gauge(
    'container_start_time_seconds',
    'Start time of the container since unix epoch in seconds',
    containers.map(({ pod, one }): Value => [labelsOf(pod, one), Date.parse(one.startedAt) / 1000]),
  )
  const podSums = (numberOf: (one: NonNullable<ContainerSample['use']>) => number): Value[] =>
    pods.flatMap((pod): Value[] => {
      const uses = pod.containers.flatMap(({ use }) => (use === null ? [] : [use]))
      return uses.length === 0 ? [] : [[podLabels(pod), uses.reduce((sum, use) => sum + numberOf(use), 0)]]
    })
  page.counter(
    'pod_cpu_usage_seconds_total',
    'Cumulative cpu time consumed by the pod in core-seconds',
    podSums(({ cpuNanos }) => cpuNanos / nanosPerSecond),
  )
  page.gauge(
    'pod_memory_working_set_bytes',
    'Current working set of the pod in bytes',
    podSums(({ memory }) => memory.workingSetBytes),
  )
  page.gauge(
    'pod_swap_usage_bytes',
    'Current amount of the pod swap usage in bytes. Reported only on non-windows systems',
    podSums(({ swap }) => swap?.usageBytes ?? 0),
  )
  page.gauge('resource_scrape_error', '1 if there was an error while getting container metrics, 0 otherwise', [
    [{}, used.length < containers.length ? 1 : 0],
  ])
  return page.text()
}

/** /metrics/probes */
export function probeMetrics({ probes }: Tally): Promise<string> {
  const page = new MetricsPage()
  const results = { success: 'successful', failure: 'failed', unknown: 'unknown' } as const
  const counts = [...probes].map(({ pod, uid, container, probe, results: found, durations }) => {
    const slash = pod.indexOf('/')
    const probe_type = `${probe.charAt(0).toUpperCase()}${probe.slice(1)}`
    const labels = { probe_type, container, namespace: pod.slice(0, slash), pod: pod.slice(slash + 1) }
    return { labels, uid, found, durations }
  })
  page.counter(
    'prober_probe_total',
    'Cumulative number of a liveness, readiness or startup probe for a container by result.',
    counts.flatMap(({ labels, uid, found }) =>
      (['success', 'failure', 'unknown'] as const).map((result): Value => [
        { ...labels, pod_uid: uid, result: results[result] },
        found[result],
      ]),
    ),
  )
  page.histogram(
    'prober_probe_duration_seconds',
    'Duration in seconds for a probe response.',
    counts.map(({ labels, durations }) => [labels, durations] as const),
  )
  return page.text()
}

/** /metrics/slis: what the checks of /healthz, /livez and /readyz said whenever somebody asked. Source: component-base metrics/prometheus/slis. */
export function sliMetrics({ checks }: Tally): Promise<string> {
  const page = new MetricsPage()
  const all = [...checks]
  page.gauge(
    'kubernetes_healthcheck',
    'This metric records the result of a single healthcheck.',
    all.map(({ type, name, isWell }): Value => [{ name, type }, isWell ? 1 : 0]),
  )
  page.counter(
    'kubernetes_healthchecks_total',
    'This metric records the results of all healthcheck.',
    all.flatMap(({ type, name, ...counts }) =>
      (['success', 'error'] as const).map((status): Value => [{ name, status, type }, counts[status]]),
    ),
  )
  return page.text()
}
