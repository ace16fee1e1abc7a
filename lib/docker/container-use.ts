/** What a container uses, in the engine's words: for where the kernel's own are not to be seen. Source: Docker's API, ContainerStats. */

import type { ContainerUse } from '../ports/index.js'

/** The part of the engine's answer that is read. Of a container that has ended it is nearly empty. */
interface Stats {
  readonly cpu_stats?: {
    readonly cpu_usage?: {
      readonly total_usage?: number
      readonly usage_in_usermode?: number
      readonly usage_in_kernelmode?: number
    }
    readonly throttling_data?: {
      readonly periods?: number
      readonly throttled_periods?: number
      readonly throttled_time?: number
    }
  }
  readonly memory_stats?: { readonly usage?: number; readonly stats?: Readonly<Record<string, number>> }
  readonly pids_stats?: { readonly current?: number }
}

/** Where no limit is set the kernel says a number near 2^63. */
const noLimitBytes = 2 ** 60

/** null: it does not run. Names are those of both cgroup versions. */
export function containerUse(answer: unknown, atMs: number): ContainerUse | null {
  const { cpu_stats: cpu, memory_stats: memory, pids_stats: pids } = answer as Stats
  const usageBytes = memory?.usage
  if (usageBytes === undefined) return null
  const { stats = {} } = memory ?? {}
  const first = (...names: readonly string[]): number | null =>
    names.map((name) => stats[name]).find((value) => value !== undefined) ?? null
  const limitBytes = first('hierarchical_memory_limit')
  const swapBytes = first('total_swap')
  const throttled = cpu?.throttling_data
  return {
    atMs,
    cpuNanos: cpu?.cpu_usage?.total_usage ?? 0,
    userCpuNanos: cpu?.cpu_usage?.usage_in_usermode ?? 0,
    systemCpuNanos: cpu?.cpu_usage?.usage_in_kernelmode ?? 0,
    // These it tells nothing of, or of another machine's disks.
    ...{ cpuLimits: null, devices: [], oomKillCount: null },
    throttling:
      throttled === undefined
        ? null
        : {
            periods: throttled.periods ?? 0,
            throttledPeriods: throttled.throttled_periods ?? 0,
            throttledNanos: throttled.throttled_time ?? 0,
          },
    memory: {
      usageBytes,
      workingSetBytes: Math.max(0, usageBytes - (first('total_inactive_file', 'inactive_file') ?? 0)),
      rssBytes: first('total_rss', 'anon') ?? 0,
      cacheBytes: first('total_cache', 'file') ?? 0,
      pageFaults: first('total_pgfault', 'pgfault') ?? 0,
      majorPageFaults: first('total_pgmajfault', 'pgmajfault') ?? 0,
      limitBytes: limitBytes !== null && limitBytes < noLimitBytes ? limitBytes : null,
    },
    swap: swapBytes === null ? null : { usageBytes: swapBytes, availableBytes: null },
    pressures: { cpu: null, memory: null, io: null },
    processCount: pids?.current ?? 0,
    pid: null,
  }
}
