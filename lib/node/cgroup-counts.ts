/**
 * What a container did since it started, and what it may take of the cpus, in both versions of cgroups.
 * Source: cgroup-v1/blkio-controller.rst and cgroup-v2.rst of the kernel's documentation; cAdvisor for shares made of a weight.
 */

import { join } from 'node:path'

import type { ContainerUse, CpuLimits, DeviceUse } from '../ports/index.js'
import { numberOf, numbersOf, textOf } from './kernel-file.js'

type Counts = Pick<ContainerUse, 'userCpuNanos' | 'systemCpuNanos' | 'cpuLimits' | 'devices' | 'oomKillCount'>

const nanosPerMicro = 1000
/** The kernel counts in hundredths of a second, whatever its own clock. */
const nanosPerTick = 10_000_000

/** @param nameOf a device by `major:minor` */
export function countsV2(folder: string, nameOf: (device: string) => string): Counts {
  const cpu = numbersOf(join(folder, 'cpu.stat'))
  return {
    userCpuNanos: (cpu?.get('user_usec') ?? 0) * nanosPerMicro,
    systemCpuNanos: (cpu?.get('system_usec') ?? 0) * nanosPerMicro,
    cpuLimits: cpuLimitsV2(folder),
    devices: devicesV2(textOf(join(folder, 'io.stat')) ?? '', nameOf),
    oomKillCount: numbersOf(join(folder, 'memory.events'))?.get('oom_kill') ?? null,
  }
}

export function countsV1(root: string, group: string, nameOf: (device: string) => string): Counts {
  const cpu = numbersOf(join(root, 'cpuacct', group, 'cpuacct.stat'))
  const shares = numberOf(join(root, 'cpu', group, 'cpu.shares'))
  const periodMicros = numberOf(join(root, 'cpu', group, 'cpu.cfs_period_us'))
  // No limit is -1, which is no number here.
  const quotaMicros = numberOf(join(root, 'cpu', group, 'cpu.cfs_quota_us'))
  return {
    userCpuNanos: (cpu?.get('user') ?? 0) * nanosPerTick,
    systemCpuNanos: (cpu?.get('system') ?? 0) * nanosPerTick,
    cpuLimits: shares === null || periodMicros === null ? null : { shares, periodMicros, quotaMicros },
    devices: devicesV1(join(root, 'blkio', group), nameOf),
    oomKillCount: numbersOf(join(root, 'memory', group, 'memory.oom_control'))?.get('oom_kill') ?? null,
  }
}

/** `max 100000` or `50000 100000` */
function cpuLimitsV2(folder: string): CpuLimits | null {
  const [quota, period] = (textOf(join(folder, 'cpu.max')) ?? '').trim().split(' ')
  const weight = numberOf(join(folder, 'cpu.weight'))
  if (period === undefined || weight === null) return null
  const shares = 2 + Math.floor(((weight - 1) * 262_142) / 9999)
  return { shares, periodMicros: Number(period), quotaMicros: quota === 'max' ? null : Number(quota) }
}

/** Lines such as `8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=0 dios=0` */
function devicesV2(text: string, nameOf: (device: string) => string): DeviceUse[] {
  return text.split('\n').flatMap((line) => {
    const [numbers = '', ...parts] = line.split(' ')
    if (parts.length === 0) return []
    const values = new Map(parts.map((part) => part.split('=') as [string, string]))
    const value = (name: string): number => Number(values.get(name) ?? 0)
    const read = { readCount: value('rios'), readBytes: value('rbytes') }
    return [{ device: nameOf(numbers), ...read, writeCount: value('wios'), writtenBytes: value('wbytes') }]
  })
}

/** Lines such as `8:0 Read 1`, in a file of bytes and one of requests. */
function devicesV1(folder: string, nameOf: (device: string) => string): DeviceUse[] {
  const values = (what: string): ReadonlyMap<string, number> => {
    const text =
      textOf(join(folder, `blkio.throttle.${what}_recursive`)) ?? textOf(join(folder, `blkio.throttle.${what}`))
    const lines = (text ?? '').split('\n').map((line) => line.split(' '))
    return new Map(lines.map(([device = '', kind = '', value = '']) => [`${device} ${kind}`, Number(value)]))
  }
  const [bytes, requests] = [values('io_service_bytes'), values('io_serviced')]
  const devices = new Set([...bytes.keys()].flatMap((key) => /^(\d+:\d+) /.exec(key)?.[1] ?? []))
  return [...devices].map((device) => ({
    device: nameOf(device),
    readCount: requests.get(`${device} Read`) ?? 0,
    readBytes: bytes.get(`${device} Read`) ?? 0,
    writeCount: requests.get(`${device} Write`) ?? 0,
    writtenBytes: bytes.get(`${device} Write`) ?? 0,
  }))
}
