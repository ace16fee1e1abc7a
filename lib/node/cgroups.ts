/**
 * Where the kernel counts what a container uses, in both versions of cgroups. A container's group is found by its id, whatever the
 * engine and its cgroup driver put around it.
 * Source: cgroup-v1/memory.rst and cgroup-v2.rst of the kernel's documentation; cAdvisor for what is a working set.
 */

import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

import type { ContainerId } from '../pod/index.js'
import type { ContainerUse, MemoryUse, SwapUse, Throttling } from '../ports/index.js'
import { countsV1, countsV2 } from './cgroup-counts.js'
import { numberOf, numbersOf, textOf } from './kernel-file.js'
import { pressuresIn } from './pressure.js'

/** Where Docker's and podman's two cgroup drivers put a container. */
const usualPlaces = (id: string): string[] => [
  `docker/${id}`,
  `system.slice/docker-${id}.scope`,
  `machine.slice/libpod-${id}.scope`,
  `libpod_parent/libpod-${id}`,
]
/** A pod's parent group, a slice in a slice, and the engine's own group. */
const deepestSearch = 5
const mostFolders = 2000
const walkAgainMs = 5000
const nanosPerMicro = 1000

export class Cgroups {
  readonly #root: string
  readonly #isV2: boolean
  readonly #groups = new Map<ContainerId, string>()
  /** Everything that is named for a container, in unusual places too; one walk serves all who are looked for within seconds. */
  #walked: { readonly places: ReadonlyMap<string, string>; readonly atMs: number } | null = null

  /** @param root usually /sys/fs/cgroup */
  constructor(root: string) {
    this.#root = root
    this.#isV2 = existsSync(join(root, 'cgroup.controllers'))
  }

  /** @param nameOf a disk by `major:minor`. @returns null: there is nothing to be seen of it here */
  use(id: ContainerId, atMs: number, nameOf: (device: string) => string): ContainerUse | null {
    const group = this.#groupOf(id, atMs)
    if (group === null) return null
    const use = this.#isV2 ? useV2(join(this.#root, group), atMs, nameOf) : useV1(this.#root, group, atMs, nameOf)
    if (use === null) this.#groups.delete(id)
    return use
  }

  #groupOf(id: ContainerId, atMs: number): string | null {
    const known = this.#groups.get(id)
    if (known !== undefined) return known
    const base = this.#isV2 ? this.#root : join(this.#root, 'memory')
    const usual = usualPlaces(id).find((place) => existsSync(join(base, place)))
    const found = usual ?? this.#walk(base, atMs).get(id) ?? null
    if (found !== null) this.#groups.set(id, found)
    // Of those that have ended nothing is kept: what lives is found again at once.
    if (this.#groups.size > mostFolders) this.#groups.clear()
    return found
  }

  #walk(base: string, atMs: number): ReadonlyMap<string, string> {
    if (this.#walked === null || Math.abs(atMs - this.#walked.atMs) > walkAgainMs) {
      this.#walked = { places: walk(base), atMs }
    }
    return this.#walked.places
  }
}

function useV2(folder: string, atMs: number, nameOf: (device: string) => string): ContainerUse | null {
  const cpu = numbersOf(join(folder, 'cpu.stat'))
  const usageBytes = numberOf(join(folder, 'memory.current'))
  const memory = numbersOf(join(folder, 'memory.stat'))
  if (cpu === null || usageBytes === null || memory === null) return null
  return {
    atMs,
    cpuNanos: (cpu.get('usage_usec') ?? 0) * nanosPerMicro,
    ...countsV2(folder, nameOf),
    throttling: throttling(cpu, (cpu.get('throttled_usec') ?? 0) * nanosPerMicro),
    memory: memoryUse(usageBytes, numberOf(join(folder, 'memory.max')), {
      inactiveFile: memory.get('inactive_file'),
      rss: memory.get('anon'),
      cache: memory.get('file'),
      pageFaults: memory.get('pgfault'),
      majorPageFaults: memory.get('pgmajfault'),
    }),
    swap: swapV2(folder),
    pressures: pressuresIn((resource) => join(folder, `${resource}.pressure`)),
    ...processes(folder, join(folder, 'pids.current')),
  }
}

function swapV2(folder: string): SwapUse | null {
  const usageBytes = numberOf(join(folder, 'memory.swap.current'))
  if (usageBytes === null) return null
  const limitBytes = numberOf(join(folder, 'memory.swap.max'))
  return { usageBytes, availableBytes: limitBytes === null ? null : Math.max(0, limitBytes - usageBytes) }
}

function throttling(stat: ReadonlyMap<string, number> | null, throttledNanos: number): Throttling | null {
  const periods = stat?.get('nr_periods')
  if (periods === undefined) return null
  return { periods, throttledPeriods: stat?.get('nr_throttled') ?? 0, throttledNanos }
}

/** Where no limit is set the kernel says a number near 2^63. */
const noLimitBytes = 2 ** 60

function useV1(root: string, group: string, atMs: number, nameOf: (device: string) => string): ContainerUse | null {
  const cpuNanos = numberOf(join(root, 'cpuacct', group, 'cpuacct.usage'))
  const usageBytes = numberOf(join(root, 'memory', group, 'memory.usage_in_bytes'))
  const memory = numbersOf(join(root, 'memory', group, 'memory.stat'))
  if (cpuNanos === null || usageBytes === null || memory === null) return null
  const limitBytes = numberOf(join(root, 'memory', group, 'memory.limit_in_bytes'))
  const cpu = numbersOf(join(root, 'cpu', group, 'cpu.stat'))
  const swapBytes = memory.get('total_swap')
  return {
    atMs,
    cpuNanos,
    ...countsV1(root, group, nameOf),
    throttling: throttling(cpu, cpu?.get('throttled_time') ?? 0),
    swap: swapBytes === undefined ? null : { usageBytes: swapBytes, availableBytes: null },
    pressures: { cpu: null, memory: null, io: null },
    memory: memoryUse(usageBytes, limitBytes !== null && limitBytes < noLimitBytes ? limitBytes : null, {
      inactiveFile: memory.get('total_inactive_file'),
      rss: memory.get('total_rss'),
      cache: memory.get('total_cache'),
      pageFaults: memory.get('total_pgfault'),
      majorPageFaults: memory.get('total_pgmajfault'),
    }),
    ...processes(join(root, 'memory', group), join(root, 'pids', group, 'pids.current')),
  }
}

interface MemoryParts {
  readonly inactiveFile: number | undefined
  readonly rss: number | undefined
  readonly cache: number | undefined
  readonly pageFaults: number | undefined
  readonly majorPageFaults: number | undefined
}

function memoryUse(usageBytes: number, limitBytes: number | null, parts: MemoryParts): MemoryUse {
  return {
    usageBytes,
    workingSetBytes: Math.max(0, usageBytes - (parts.inactiveFile ?? 0)),
    rssBytes: parts.rss ?? 0,
    cacheBytes: parts.cache ?? 0,
    pageFaults: parts.pageFaults ?? 0,
    majorPageFaults: parts.majorPageFaults ?? 0,
    limitBytes,
  }
}

/** A process of another pid namespace is listed as 0. */
function processes(folder: string, counter: string): Pick<ContainerUse, 'pid' | 'processCount'> {
  const pids =
    textOf(join(folder, 'cgroup.procs'))
      ?.split('\n')
      .map(Number)
      .filter((pid) => pid > 0) ?? []
  return { pid: pids[0] ?? null, processCount: numberOf(counter) ?? pids.length }
}

/** The groups that are named for containers, wherever they are, relative to the root. */
function walk(root: string): Map<string, string> {
  const places = new Map<string, string>()
  let folders = ['']
  let seenCount = 0
  for (let depth = 0; depth < deepestSearch && seenCount < mostFolders; depth += 1) {
    const inside = folders.flatMap((folder) =>
      foldersIn(join(root, folder)).map((name) => (folder === '' ? name : `${folder}/${name}`)),
    )
    seenCount += inside.length
    folders = inside.slice(0, mostFolders)
    for (const place of folders) {
      const [id] = /[0-9a-f]{64}/.exec(place.slice(place.lastIndexOf('/') + 1)) ?? []
      if (id !== undefined && !places.has(id)) places.set(id, place)
    }
  }
  return places
}

function foldersIn(path: string): string[] {
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
  } catch {
    // It went while it was looked at.
    return []
  }
}
