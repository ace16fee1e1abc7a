/** The kernel's files as they were read on machines of both cgroup versions, and this machine's own. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import t, { type Test } from 'tap'

import { LocalMachine } from '../../../lib/node/index.js'
import { containerId } from '../../../lib/pod/index.js'

const id = containerId('c'.repeat(64))

function machineWith(t: Test, cgroup: Record<string, string>, proc: Record<string, string> = {}): LocalMachine {
  const root = mkdtempSync(join(tmpdir(), 'podkeep-node-'))
  t.teardown(() => rmSync(root, { recursive: true, force: true }))
  for (const [folder, files] of Object.entries({ cgroup, proc })) {
    mkdirSync(join(root, folder))
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, folder, name)), { recursive: true })
      writeFileSync(join(root, folder, name), text)
    }
  }
  return new LocalMachine({ directory: root, roots: { cgroup: join(root, 'cgroup'), proc: join(root, 'proc') } })
}

function v2(place: string): Record<string, string> {
  return {
    'cgroup.controllers': 'cpuset cpu io memory pids\n',
    [`${place}/cpu.stat`]:
      'usage_usec 1500000\nuser_usec 1000000\nsystem_usec 500000\nnr_periods 50\nnr_throttled 5\nthrottled_usec 9\n',
    [`${place}/memory.swap.current`]: '8192\n',
    [`${place}/memory.swap.max`]: '12288\n',
    [`${place}/io.pressure`]:
      'some avg10=1.50 avg60=0.25 avg300=0.00 total=77\nfull avg10=0.10 avg60=0.00 avg300=0.00 total=33\n',
    [`${place}/cpu.pressure`]: 'some avg10=0.00 avg60=0.00 avg300=0.00 total=5\n',
    [`${place}/cpu.max`]: '50000 100000\n',
    [`${place}/cpu.weight`]: '20\n',
    [`${place}/io.stat`]:
      '8:16 rbytes=1024 wbytes=2048 rios=3 wios=4 dbytes=0 dios=0\n9:9 rbytes=1 wbytes=0 rios=1 wios=0\n',
    [`${place}/memory.events`]: 'low 0\nhigh 0\nmax 9\noom 2\noom_kill 1\n',
    [`${place}/memory.current`]: '10485760\n',
    [`${place}/memory.max`]: '20971520\n',
    [`${place}/memory.stat`]: 'anon 6291456\nfile 4194304\ninactive_file 2097152\npgfault 77\npgmajfault 3\n',
    [`${place}/pids.current`]: '4\n',
    [`${place}/cgroup.procs`]: '4242\n4243\n',
  }
}

function v1(place: string): Record<string, string> {
  return {
    [`cpuacct/${place}/cpuacct.usage`]: '1500000000\n',
    [`cpuacct/${place}/cpuacct.stat`]: 'user 100\nsystem 50\n',
    [`cpu/${place}/cpu.shares`]: '500\n',
    [`cpu/${place}/cpu.cfs_period_us`]: '100000\n',
    [`cpu/${place}/cpu.cfs_quota_us`]: '50000\n',
    [`blkio/${place}/blkio.throttle.io_service_bytes_recursive`]:
      '8:16 Read 1024\n8:16 Write 2048\n8:16 Sync 0\n8:16 Total 3072\n9:9 Read 1\n9:9 Write 0\nTotal 3073\n',
    [`blkio/${place}/blkio.throttle.io_serviced_recursive`]: '8:16 Read 3\n8:16 Write 4\n9:9 Read 1\nTotal 8\n',
    [`memory/${place}/memory.oom_control`]: 'oom_kill_disable 0\nunder_oom 0\noom_kill 1\n',
    [`cpu/${place}/cpu.stat`]: 'nr_periods 50\nnr_throttled 5\nthrottled_time 9000\n',
    [`memory/${place}/memory.usage_in_bytes`]: '10485760\n',
    [`memory/${place}/memory.limit_in_bytes`]: '9223372036854771712\n',
    [`memory/${place}/memory.stat`]:
      'cache 1\nrss 2\ntotal_cache 4194304\ninactive_file 1\ntotal_rss 6291456\ntotal_swap 8192\ntotal_inactive_file 2097152\ntotal_pgfault 77\ntotal_pgmajfault 3\n',
    [`memory/${place}/cgroup.procs`]: '4242\n4243\n',
    [`pids/${place}/pids.current`]: '4\n',
  }
}

const expected = {
  cpuNanos: 1.5e9,
  userCpuNanos: 1e9,
  systemCpuNanos: 5e8,
  cpuLimits: { shares: 500, periodMicros: 100_000, quotaMicros: 50_000 },
  devices: [
    { device: 'sdb', readCount: 3, readBytes: 1024, writeCount: 4, writtenBytes: 2048 },
    { device: '9:9', readCount: 1, readBytes: 1, writeCount: 0, writtenBytes: 0 },
  ],
  oomKillCount: 1,
  throttling: { periods: 50, throttledPeriods: 5, throttledNanos: 9000 },
  swap: { usageBytes: 8192 },
  memory: {
    usageBytes: 10_485_760,
    workingSetBytes: 8_388_608,
    rssBytes: 6_291_456,
    cacheBytes: 4_194_304,
    pageFaults: 77,
    majorPageFaults: 3,
  },
  processCount: 4,
  pid: 4242,
}

const disks = { diskstats: '   8      16 sdb 1 2 3\n   8       0 sda 1 2 3\n' }

const places = [
  `docker/${id}`,
  `system.slice/docker-${id}.scope`,
  `machine.slice/libpod-${id}.scope`,
  `kubepods.slice/pod-1.slice/docker-${id}.scope`,
  `mine/deeper/${id}`,
]

await t.test('what a container uses is found by its id, wherever its group is, in both versions', async (t) => {
  for (const place of places) {
    const second = machineWith(t, v2(place), disks).container(id)
    t.match(second, { ...expected, memory: { ...expected.memory, limitBytes: 20_971_520 } }, `v2 ${place}`)
    t.match(
      machineWith(t, v1(place), disks).container(id),
      { ...expected, memory: { ...expected.memory, limitBytes: null } },
      `v1 ${place}`,
    )
  }
})

await t.test('what only the second version tells: how much swap is left, and how long it had to wait', async (t) => {
  const place = `docker/${id}`
  t.match(machineWith(t, v2(place)).container(id), {
    swap: { availableBytes: 4096 },
    pressures: {
      cpu: { some: { totalMicros: 5 }, full: { totalMicros: 0 } },
      memory: null,
      io: { some: { totalMicros: 77, avg10: 1.5, avg60: 0.25 }, full: { totalMicros: 33 } },
    },
  })
  t.match(machineWith(t, v1(place)).container(id), {
    swap: { availableBytes: null },
    pressures: { cpu: null, memory: null, io: null },
  })
})

await t.test('what is not there, has gone, or cannot be read is null', async (t) => {
  t.equal(machineWith(t, {}).container(id), null)
  t.equal(machineWith(t, { 'cgroup.controllers': '' }).container(id), null)
  const half = Object.fromEntries(Object.entries(v2(`docker/${id}`)).filter(([name]) => !name.endsWith('memory.stat')))
  t.equal(machineWith(t, half).container(id), null)
  const unlimited = {
    ...v2(`docker/${id}`),
    [`docker/${id}/memory.max`]: 'max\n',
    [`docker/${id}/cgroup.procs`]: '0\n',
  }
  t.match(machineWith(t, unlimited).container(id), { memory: { limitBytes: null }, pid: null })
})

await t.test('the machine’s own figures', async (t) => {
  const proc = {
    stat: 'cpu  100 20 30 4000 50 6 7 8 0 0\ncpu0 1 1 1 1\nbtime 1767225600\n',
    meminfo:
      'MemTotal:  8000 kB\nMemFree:  3000 kB\nMemAvailable:  5000 kB\nSwapTotal:  900 kB\nSwapFree:  100 kB\nInactive(file):  1000 kB\nAnonPages:  2000 kB\n',
    vmstat: 'pgfault 9\npgmajfault 2\n',
    'pressure/memory':
      'some avg10=0.00 avg60=0.00 avg300=2.00 total=9\nfull avg10=0.00 avg60=0.00 avg300=1.00 total=4\n',
    loadavg: '0.1 0.2 0.3 2/345 6789\n',
    'sys/kernel/pid_max': '32768\n',
    'net/route': 'Iface\tDestination\tGateway\neth9\t00000000\t0100000A\n',
    'net/dev':
      'Inter-|   Receive\n face |bytes\n    lo: 1 0 0 0 0 0 0 0 1 0 0 0 0 0 0 0\n  eth9: 100 2 3 4 0 0 0 0 400 5 6 7 0 0 0 0\n',
    '77/net/dev': 'a\nb\n  eth0:7 2 0 0 0 0 0 0 8 5 0 0 0 0 0 0\n',
  }
  const machine = machineWith(t, {}, proc)
  t.match(await machine.machine(), {
    bootAtMs: 1_767_225_600_000,
    cpuNanos: 1.71e9,
    memory: {
      totalBytes: 8_192_000,
      availableBytes: 5_120_000,
      usageBytes: 5_120_000,
      workingSetBytes: 4_096_000,
      rssBytes: 2_048_000,
      pageFaults: 9,
    },
    swap: { usageBytes: 819_200, availableBytes: 102_400 },
    pressures: { cpu: null, memory: { some: { avg300: 2 }, full: { totalMicros: 4 } } },
    interfaces: [
      {
        name: 'eth9',
        ...{ rxBytes: 100, rxPackets: 2, rxErrors: 3, rxDropped: 4 },
        ...{ txBytes: 400, txPackets: 5, txErrors: 6, txDropped: 7 },
      },
    ],
    defaultInterface: 'eth9',
    maxPid: 32_768,
    processCount: 345,
  })
  t.match(machine.interfaces(77), [{ name: 'eth0', rxBytes: 7, txBytes: 8 }])
  t.equal(machine.interfaces(78), null)
})

await t.test('this machine’s kernel tells all of it', async (t) => {
  const machine = new LocalMachine({ directory: tmpdir() })
  const use = await machine.machine()
  t.ok(use.cpuNanos > 0 && use.memory.totalBytes > use.memory.availableBytes && use.processCount > 0 && use.maxPid > 0)
  t.ok(use.disk.capacityBytes > use.disk.availableBytes && use.bootAtMs > 0)
  t.match(machine.facts(), { cpus: /^\d+$/, kernelVersion: /^\d/, osImage: /\w/, bootId: /^[0-9a-f-]{36}$/ })
  t.type(machine.interfaces(process.pid), Array)
})
