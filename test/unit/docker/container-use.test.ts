/** What the engine says that a container uses, as Docker's API gives it under both versions of cgroups. */

import t from 'tap'

import { containerUse } from '../../../lib/docker/container-use.js'

const cpu_stats = {
  cpu_usage: { total_usage: 1_500_000_000, usage_in_usermode: 1e9, usage_in_kernelmode: 5e8 },
  throttling_data: { periods: 50, throttled_periods: 5, throttled_time: 9000 },
}
const expected = {
  atMs: 7,
  ...{ cpuNanos: 1.5e9, userCpuNanos: 1e9, systemCpuNanos: 5e8 },
  ...{ cpuLimits: null, devices: [], oomKillCount: null },
  throttling: { periods: 50, throttledPeriods: 5, throttledNanos: 9000 },
  memory: {
    usageBytes: 10_485_760,
    workingSetBytes: 8_388_608,
    rssBytes: 6_291_456,
    cacheBytes: 4096,
    pageFaults: 77,
    majorPageFaults: 3,
    limitBytes: null,
  },
  pressures: { cpu: null, memory: null, io: null },
  processCount: 4,
  pid: null,
}

await t.test('both versions say the same', async (t) => {
  const second = { file: 4096, inactive_file: 2_097_152, anon: 6_291_456, pgfault: 77, pgmajfault: 3 }
  const first = {
    ...{ total_inactive_file: 2_097_152, total_rss: 6_291_456, total_pgfault: 77, total_pgmajfault: 3 },
    ...{
      hierarchical_memory_limit: 9_223_372_036_854_771_712,
      total_swap: 8192,
      inactive_file: 1,
      rss: 2,
      total_cache: 4096,
    },
  }
  const answer = (stats: object): unknown => ({
    cpu_stats,
    memory_stats: { usage: 10_485_760, limit: 99, stats },
    pids_stats: { current: 4 },
  })
  t.strictSame(containerUse(answer(second), 7), { ...expected, swap: null })
  t.strictSame(containerUse(answer(first), 7), { ...expected, swap: { usageBytes: 8192, availableBytes: null } })
  const limited = containerUse(answer({ ...first, hierarchical_memory_limit: 20_971_520 }), 7)
  t.equal(limited?.memory.limitBytes, 20_971_520)
})

await t.test('one that has ended uses nothing that could be told', async (t) => {
  t.equal(containerUse({ cpu_stats: {}, memory_stats: {}, pids_stats: {} }, 7), null)
  t.equal(containerUse({}, 7), null)
})
