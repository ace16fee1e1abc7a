/** Under cAdvisor's names, so that the dashboards that read those read these. Source: cAdvisor metrics/prometheus.go. */

import type { Pressure } from '../ports/index.js'
import { fullLabels, MetricsPage, nanosPerSecond, podLabels, type Labels, type Value } from './metrics-page.js'
import type { ContainerSample, PodSample, Sample } from './usage.js'

const microsPerSecond = 1e6

/** /metrics/cadvisor: what most dashboards of containers read. */
export function cadvisorMetrics({ machine, pods }: Sample, cpus: number): Promise<string> {
  const page = new MetricsPage()
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
    'container_memory_swap',
    'Container swap usage in bytes.',
    used.flatMap(({ use, labels }): Value[] => (use.swap === null ? [] : [[labels, use.swap.usageBytes]])),
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
  disks(page, used)
  throttling(page, used)
  pressures(page, used)
  network(page, pods)
  page.gauge('machine_cpu_cores', 'Number of logical CPU cores.', [[{}, cpus]])
  page.gauge('machine_memory_bytes', 'Amount of memory installed on the machine.', [[{}, machine.memory.totalBytes]])
  return page.text()
}

interface Used {
  readonly one: ContainerSample
  readonly use: NonNullable<ContainerSample['use']>
  readonly labels: Labels
}

function disks(page: MetricsPage, all: readonly Pick<Used, 'one' | 'labels'>[]): void {
  const each = (numberOf: (rootfs: NonNullable<ContainerSample['rootfs']>) => number): Value[] =>
    all.flatMap(({ one: { rootfs }, labels }): Value[] =>
      rootfs === null ? [] : [[{ ...labels, device: '' }, numberOf(rootfs)]],
    )
  page.gauge(
    'container_fs_usage_bytes',
    'Number of bytes that are consumed by the container on this filesystem.',
    each(({ usedBytes }) => usedBytes),
  )
  page.gauge(
    'container_fs_limit_bytes',
    'Number of bytes that can be consumed by the container on this filesystem.',
    each(({ disk }) => disk.capacityBytes),
  )
}

/** Only of containers with a cpu limit, as cAdvisor has it. */
function throttling(page: MetricsPage, used: readonly Used[]): void {
  const each = (numberOf: (one: NonNullable<Used['use']['throttling']>) => number): Value[] =>
    used.flatMap(({ use, labels }): Value[] =>
      use.throttling === null || use.throttling.periods === 0 ? [] : [[labels, numberOf(use.throttling)]],
    )
  page.counter(
    'container_cpu_cfs_periods_total',
    'Number of elapsed enforcement period intervals.',
    each(({ periods }) => periods),
  )
  page.counter(
    'container_cpu_cfs_throttled_periods_total',
    'Number of throttled period intervals.',
    each(({ throttledPeriods }) => throttledPeriods),
  )
  page.counter(
    'container_cpu_cfs_throttled_seconds_total',
    'Total time duration the container has been throttled.',
    each(({ throttledNanos }) => throttledNanos / nanosPerSecond),
  )
}

const resourceWords = { cpu: 'CPU', memory: 'memory', io: 'IO' } as const

function pressures(page: MetricsPage, used: readonly Used[]): void {
  for (const resource of ['cpu', 'memory', 'io'] as const) {
    const each = (shareOf: (pressure: Pressure) => Pressure['some']): Value[] =>
      used.flatMap(({ use, labels }): Value[] => {
        const pressure = use.pressures[resource]
        return pressure === null ? [] : [[labels, shareOf(pressure).totalMicros / microsPerSecond]]
      })
    page.counter(
      `container_pressure_${resource}_waiting_seconds_total`,
      `Total time duration tasks in the container have waited due to ${resourceWords[resource]} congestion.`,
      each(({ some }) => some),
    )
    page.counter(
      `container_pressure_${resource}_stalled_seconds_total`,
      `Total time duration no tasks in the container could make progress due to ${resourceWords[resource]} congestion.`,
      each(({ full }) => full),
    )
  }
}

function network(page: MetricsPage, pods: readonly PodSample[]): void {
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
