/**
 * Metrics under the kubelet's and cAdvisor's names, so that the dashboards that read those read these; podkeep's own begin with
 * podkeep_. Each answer is made from what holds now, in a registry of its own: nothing is kept, and nothing runs between two.
 * Source: kubelet pkg/kubelet/metrics, pkg/kubelet/prober; cAdvisor metrics/prometheus.go.
 */

import { Counter, Gauge, Registry } from 'prom-client'

import type { ManifestStatus, ProbeCount, StatusBoard } from '../ports/index.js'
import { allContainers, nameOf } from './pod-containers.js'
import { durationBuckets, type Durations, type Tally } from './tally.js'
import type { ContainerSample, PodSample, Sample } from './usage.js'

type Labels = Record<string, string>
type Value = readonly [labels: Labels, value: number]

const nanosPerSecond = 1e9

/** /metrics: podkeep itself and what it does. */
export function ownMetrics(board: StatusBoard, tally: Tally, version: string, nodeName: string): Promise<string> {
  const page = new Page()
  const pods = board.pods()
  const containers = pods.flatMap(allContainers)
  const isIn = (state: 'running' | 'waiting' | 'terminated'): number =>
    containers.filter((one) => one.state[state] !== undefined).length
  page.gauge('kubelet_node_name', "The node's name. The count is always 1.", [[{ node: nodeName }, 1]])
  page.gauge('kubelet_running_pods', 'Number of pods that have a running pod sandbox', [
    [{}, pods.filter(({ status }) => status.phase === 'Running').length],
  ])
  page.gauge('kubelet_running_containers', 'Number of containers currently running', [
    [{ container_state: 'created' }, isIn('waiting')],
    [{ container_state: 'running' }, isIn('running')],
    [{ container_state: 'exited' }, isIn('terminated')],
  ])
  page.gauge('kubelet_desired_pods', 'The number of pods the kubelet is being instructed to run', [
    [{ static: 'true' }, pods.filter(({ desire }) => desire !== 'remove').length],
  ])
  page.counter('kubelet_started_pods_total', 'Cumulative number of pods started', [[{}, tally.startedPods]])
  page.counter('kubelet_started_containers_total', 'Cumulative number of containers started', [
    [{ container_type: 'container' }, tally.startedContainers],
  ])
  const startErrors = [...tally.startErrors].map(([code, count]): Value => [
    { container_type: 'container', code },
    count,
  ])
  page.counter(
    'kubelet_started_containers_errors_total',
    'Cumulative number of errors when starting containers',
    startErrors,
  )
  operations(page, tally)
  podkeepMetrics(page, board, version)
  return page.text()
}

function operations(page: Page, tally: Tally): void {
  const counted = [...tally.operations]
  const countOf = ({ counts }: Durations): number => counts.reduce((sum, count) => sum + count, 0)
  page.counter(
    'kubelet_runtime_operations_total',
    'Cumulative number of runtime operations by operation type.',
    counted.map(([operation_type, durations]): Value => [{ operation_type }, countOf(durations)]),
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
}

function podkeepMetrics(page: Page, board: StatusBoard, version: string): void {
  page.gauge('podkeep_build_info', 'The version of podkeep. The count is always 1.', [[{ version }, 1]])
  const { files } = board.manifests()
  const ofState = (state: ManifestStatus['state']): Value => [
    { state },
    files.filter((file) => file.state === state).length,
  ]
  const states = (['ok', 'held', 'refused', 'ignored'] as const).map(ofState)
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
  const page = new Page()
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
  page.gauge('resource_scrape_error', '1 if there was an error while getting container metrics, 0 otherwise', [
    [{}, used.length < containers.length ? 1 : 0],
  ])
  return page.text()
}

/** /metrics/cadvisor: what most dashboards of containers read. */
export function cadvisorMetrics({ machine, pods }: Sample, cpus: number): Promise<string> {
  const page = new Page()
  const used = pods.flatMap((pod) =>
    pod.containers.flatMap((one) => (one.use === null ? [] : [{ one, use: one.use, labels: fullLabels(pod, one) }])),
  )
  const each = (numberOf: (part: (typeof used)[number]) => number): Value[] =>
    used.map((part): Value => [part.labels, numberOf(part)])
  page.counter(
    'container_cpu_usage_seconds_total',
    'Cumulative cpu time consumed in seconds.',
    each(({ use }) => use.cpuNanos / nanosPerSecond),
  )
  page.gauge(
    'container_memory_usage_bytes',
    'Current memory usage in bytes, including all memory regardless of when it was accessed',
    each(({ use }) => use.memory.usageBytes),
  )
  page.gauge(
    'container_memory_working_set_bytes',
    'Current working set in bytes.',
    each(({ use }) => use.memory.workingSetBytes),
  )
  page.gauge(
    'container_memory_rss',
    'Size of RSS in bytes.',
    each(({ use }) => use.memory.rssBytes),
  )
  page.gauge(
    'container_processes',
    'Number of processes running inside the container.',
    each(({ use }) => use.processCount),
  )
  page.gauge(
    'container_last_seen',
    'Last time a container was seen by the exporter',
    each(({ use }) => Math.round(use.atMs / 1000)),
  )
  page.gauge(
    'container_start_time_seconds',
    'Start time of the container since unix epoch in seconds.',
    each(({ one }) => Date.parse(one.startedAt) / 1000),
  )
  page.gauge(
    'container_spec_memory_limit_bytes',
    'Memory limit for the container.',
    each(({ use }) => use.memory.limitBytes ?? 0),
  )
  page.counter(
    'container_memory_failures_total',
    'Cumulative count of memory allocation failures.',
    used.flatMap(({ labels, use: { memory } }): Value[] => [
      [{ ...labels, failure_type: 'pgfault', scope: 'container' }, memory.pageFaults],
      [{ ...labels, failure_type: 'pgmajfault', scope: 'container' }, memory.majorPageFaults],
    ]),
  )
  network(page, pods)
  page.gauge('machine_cpu_cores', 'Number of logical CPU cores.', [[{}, cpus]])
  page.gauge('machine_memory_bytes', 'Amount of memory installed on the machine.', [[{}, machine.memory.totalBytes]])
  return page.text()
}

function network(page: Page, pods: readonly PodSample[]): void {
  const each = (numberOf: (one: NonNullable<PodSample['interfaces']>[number]) => number): Value[] =>
    pods.flatMap((pod) =>
      (pod.interfaces ?? []).map((one): Value => [{ ...podLabels(pod), interface: one.name }, numberOf(one)]),
    )
  page.counter(
    'container_network_receive_bytes_total',
    'Cumulative count of bytes received',
    each(({ rxBytes }) => rxBytes),
  )
  page.counter(
    'container_network_receive_errors_total',
    'Cumulative count of errors encountered while receiving',
    each(({ rxErrors }) => rxErrors),
  )
  page.counter(
    'container_network_transmit_bytes_total',
    'Cumulative count of bytes transmitted',
    each(({ txBytes }) => txBytes),
  )
  page.counter(
    'container_network_transmit_errors_total',
    'Cumulative count of errors encountered while transmitting',
    each(({ txErrors }) => txErrors),
  )
}

/** /metrics/probes */
export function probeMetrics(counts: readonly ProbeCount[]): Promise<string> {
  const page = new Page()
  const results = { successful: 'success', failed: 'failure', unknown: 'unknown' } as const
  const values = counts.flatMap((count): Value[] => {
    const slash = count.pod.indexOf('/')
    const labels = {
      probe_type: `${count.probe.charAt(0).toUpperCase()}${count.probe.slice(1)}`,
      container: count.container,
      namespace: count.pod.slice(0, slash),
      pod: count.pod.slice(slash + 1),
    }
    return Object.entries(results).map(([result, key]): Value => [{ ...labels, result }, count[key]])
  })
  page.counter(
    'prober_probe_total',
    'Cumulative number of a liveness, readiness or startup probe for a container by result.',
    values,
  )
  return page.text()
}

function podLabels({ entry }: PodSample): Labels {
  const { namespace, name } = nameOf(entry)
  return { namespace, pod: name }
}

function labelsOf(pod: PodSample, { status }: ContainerSample): Labels {
  return { container: status.name, ...podLabels(pod) }
}

function fullLabels(pod: PodSample, one: ContainerSample): Labels {
  return { ...labelsOf(pod, one), id: `/docker/${one.id}`, image: one.status.image, name: one.id.slice(0, 12) }
}

/** One answer. */
class Page {
  readonly #registry = new Registry()

  gauge(name: string, help: string, values: readonly Value[]): void {
    const metric = new Gauge({
      name,
      help,
      labelNames: labelNames(values.map(([labels]) => labels)),
      registers: [this.#registry],
    })
    for (const [labels, value] of values) metric.set(labels, value)
  }

  counter(name: string, help: string, values: readonly Value[]): void {
    const metric = new Counter({
      name,
      help,
      labelNames: labelNames(values.map(([labels]) => labels)),
      registers: [this.#registry],
    })
    for (const [labels, value] of values) metric.inc(labels, value)
  }

  /** prom-client has no histogram of what was counted elsewhere, but prints one. */
  histogram(name: string, help: string, all: readonly (readonly [Labels, Durations])[]): void {
    const values = all.flatMap(([labels, { counts, sum }]) => {
      let total = 0
      const buckets = [...durationBuckets, '+Inf'].map((le, index) => {
        total += counts[index] ?? 0
        return { labels: { ...labels, le }, value: total, metricName: `${name}_bucket` }
      })
      return [
        ...buckets,
        { labels, value: sum, metricName: `${name}_sum` },
        { labels, value: total, metricName: `${name}_count` },
      ]
    })
    const metric = {
      name,
      help,
      type: 'histogram',
      aggregator: 'sum',
      values,
      get: () => Promise.resolve({ name, help, type: 'histogram', aggregator: 'sum', values }),
    }
    this.#registry.registerMetric(metric as unknown as Gauge)
  }

  text(): Promise<string> {
    return this.#registry.metrics()
  }
}

function labelNames(all: readonly Labels[]): string[] {
  return [...new Set(all.flatMap((labels) => Object.keys(labels)))]
}
