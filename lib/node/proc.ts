/** What /proc tells of the machine. Source: proc(5). */

import { join } from 'node:path'

import type { InterfaceUse, MachineUse, SwapUse } from '../ports/index.js'
import { textOf } from './kernel-file.js'

const nanosPerTick = 10_000_000
const bytesPerKiB = 1024

/** The kernel counts in hundredths of a second, whatever its own clock. */
export function cpuNanos(procFolder: string): number {
  const line = /^cpu +(.*)$/m.exec(textOf(join(procFolder, 'stat')) ?? '')?.[1] ?? ''
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = line.split(' ').map(Number)
  return (user + nice + system + irq + softirq + steal) * nanosPerTick
}

export function bootAtMs(procFolder: string): number {
  return Number(/^btime (\d+)$/m.exec(textOf(join(procFolder, 'stat')) ?? '')?.[1] ?? 0) * 1000
}

export function memoryOf(procFolder: string): MachineUse['memory'] {
  const info = textOf(join(procFolder, 'meminfo')) ?? ''
  const bytes = (name: string): number =>
    Number(new RegExp(`^${name}: +(\\d+) kB$`, 'm').exec(info)?.[1] ?? 0) * bytesPerKiB
  const faults = textOf(join(procFolder, 'vmstat')) ?? ''
  const count = (name: string): number => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(faults)?.[1] ?? 0)
  const [totalBytes, freeBytes, availableBytes] = [bytes('MemTotal'), bytes('MemFree'), bytes('MemAvailable')]
  const usageBytes = totalBytes - freeBytes
  return {
    totalBytes,
    availableBytes,
    usageBytes,
    workingSetBytes: Math.max(0, usageBytes - bytes('Inactive\\(file\\)')),
    rssBytes: bytes('AnonPages'),
    cacheBytes: bytes('Cached'),
    pageFaults: count('pgfault'),
    majorPageFaults: count('pgmajfault'),
    limitBytes: null,
  }
}

export function swapOf(procFolder: string): SwapUse {
  const info = textOf(join(procFolder, 'meminfo')) ?? ''
  const bytes = (name: string): number =>
    Number(new RegExp(`^${name}: +(\\d+) kB$`, 'm').exec(info)?.[1] ?? 0) * bytesPerKiB
  const freeBytes = bytes('SwapFree')
  return { usageBytes: bytes('SwapTotal') - freeBytes, availableBytes: freeBytes }
}

/** The names of the disks by `major:minor`. */
export function deviceNames(procFolder: string): ReadonlyMap<string, string> {
  const lines = (textOf(join(procFolder, 'diskstats')) ?? '').split('\n').map((line) => line.trim().split(/ +/))
  return new Map(lines.map(([major = '', minor = '', name = '']) => [`${major}:${minor}`, name]))
}

/** null: there is no such process, or it may not be looked at. */
export function interfacesOf(netFolder: string): InterfaceUse[] | null {
  const text = textOf(join(netFolder, 'dev'))
  if (text === null) return null
  return text.split('\n').flatMap((line) => {
    const [, name, numbers] = /^ *([^:]+):(.*)$/.exec(line) ?? []
    if (name === undefined || numbers === undefined || name === 'lo') return []
    const values = numbers.trim().split(/ +/).map(Number)
    const [rxBytes = 0, rxPackets = 0, rxErrors = 0, rxDropped = 0] = values
    const [txBytes = 0, txPackets = 0, txErrors = 0, txDropped = 0] = values.slice(8)
    return [{ name, rxBytes, rxPackets, rxErrors, rxDropped, txBytes, txPackets, txErrors, txDropped }]
  })
}

/** The interface of the route to everywhere. */
export function defaultInterface(procFolder: string): string | null {
  const lines = (textOf(join(procFolder, 'net', 'route')) ?? '').split('\n').slice(1)
  return lines.map((line) => line.split('\t')).find(([, to]) => to === '00000000')?.[0] ?? null
}

export function processCount(procFolder: string): number {
  return Number(/ \d+\/(\d+) /.exec(textOf(join(procFolder, 'loadavg')) ?? '')?.[1] ?? 0)
}
