/** Under cAdvisor's names, so that the dashboards that read those read these. Source: cAdvisor metrics/prometheus.go. */

import type { CpuLimits, DeviceUse, Pressure } from '../ports/index.js'
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
  page.counter(
    'container_cpu_user_seconds_total',
    'Cumulative user cpu time consumed in seconds.',
    each(({ use }) => use.userCpuNanos / nanosPerSecond),
  )
  page.counter(
    'container_cpu_system_seconds_total',
    'Cumulative system cpu time consumed in seconds.',
    each(({ use }) => use.systemCpuNanos / nanosPerSecond),
  )
  page.gauge(
    'container_memory_cache',
    'Number of bytes of page cache memory.',
    each(({ use }) => use.memory.cacheBytes),
  )
  page.counter(
    'container_oom_events_total',
    'Count of out of memory events observed for the container',
    used.flatMap(({ use, labels }): Value[] => (use.oomKillCount === null ? [] : [[labels, use.oomKillCount]])),
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
  cpuLimits(page, used)
  disks(page, used)
  devices(page, used)
  throttling(page, used)
  pressures(page, used)
  network(page, pods)
  const running = pods.flatMap(({ containers }) => containers).length
  page.gauge('container_scrape_error', '1 if there was an error while getting container metrics, 0 otherwise', [
    [{}, used.length < running ? 1 : 0],
  ])
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

/** A quota only where there is a limit, as cAdvisor has it. */
function cpuLimits(page: MetricsPage, used: readonly Used[]): void {
  const each = (numberOf: (limits: CpuLimits) => number | null): Value[] =>
    used.flatMap(({ use, labels }): Value[] => {
      const value = use.cpuLimits === null ? null : numberOf(use.cpuLimits)
      return value === null ? [] : [[labels, value]]
    })
  page.gauge(
    'container_spec_cpu_shares',
    'CPU share of the container.',
    each(({ shares }) => shares),
  )
  page.gauge(
    'container_spec_cpu_period',
    'CPU period of the container.',
    each(({ periodMicros }) => periodMicros),
  )
  page.gauge(
    'container_spec_cpu_quota',
    'CPU quota of the container.',
    each(({ quotaMicros }) => quotaMicros),
  )
}

function devices(page: MetricsPage, used: readonly Used[]): void {
  const each = (numberOf: (one: DeviceUse) => number): Value[] =>
    used.flatMap(({ use, labels }) =>
      use.devices.map((one): Value => [{ ...labels, device: `/dev/${one.device}` }, numberOf(one)]),
    )
  page.counter(
    'container_fs_reads_total',
    'Cumulative count of reads completed',
    each(({ readCount }) => readCount),
  )
  page.counter(
    'container_fs_reads_bytes_total',
    'Cumulative count of bytes read',
    each(({ readBytes }) => readBytes),
  )
  page.counter(
    'container_fs_writes_total',
    'Cumulative count of writes completed',
    each(({ writeCount }) => writeCount),
  )
  page.counter(
    'container_fs_writes_bytes_total',
    'Cumulative count of bytes written',
    each(({ writtenBytes }) => writtenBytes),
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
  for (const [way, done, begin] of [
    ['receive', 'received', 'rx'],
    ['transmit', 'transmitted', 'tx'],
  ] as const) {
    const doing = way === 'receive' ? 'receiving' : 'transmitting'
    const name = `container_network_${way}`
    page.counter(
      `${name}_bytes_total`,
      `Cumulative count of bytes ${done}`,
      each((one) => one[`${begin}Bytes`]),
    )
    page.counter(
      `${name}_packets_total`,
      `Cumulative count of packets ${done}`,
      each((one) => one[`${begin}Packets`]),
    )
    page.counter(
      `${name}_packets_dropped_total`,
      `Cumulative count of packets dropped while ${doing}`,
      each((one) => one[`${begin}Dropped`]),
    )
    page.counter(
      `${name}_errors_total`,
      `Cumulative count of errors encountered while ${doing}`,
      each((one) => one[`${begin}Errors`]),
    )
  }
}
