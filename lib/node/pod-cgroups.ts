/**
 * The groups of pods in cgroupfs, in both versions of it. An engine with the driver `cgroupfs` makes containers in whatever group they
 * name; what is set there before limits all of them together.
 * Source: cgroup-v1/{memory,hugetlb}.rst, scheduler/sched-bwc.rst and cgroup-v2.rst of the kernel's documentation; kubelet
 * pkg/kubelet/cm/cgroup_manager_linux.go for what is set, and its map from shares to weights.
 *
 * C1  Only folders whose names begin with podkeep's own prefix and this state folder's id are ever made, written or removed.
 * C2  Nothing is set where the engine would not find it: another machine, or a namespace of its own.
 */

import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, readlink, rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import {
  cpuPeriodMicros,
  engineCgroup,
  podCgroupName,
  podCgroupPrefix,
  PodkeepError,
  podUid,
  type PodCgroup,
  type PodUid,
} from '../pod/index.js'
import type { PodCgroups } from '../ports/index.js'

export interface LocalPodCgroupsOptions {
  readonly stateFolderId: string
  /** The engine's machine is this one. */
  readonly isEngineHere: boolean
  /** Usually /sys/fs/cgroup. */
  readonly root?: string
  /** Usually /proc/self/ns/cgroup. */
  readonly namespace?: string
}

/** PROC_CGROUP_INIT_INO of the kernel: the namespace that all others are in. */
const machineNamespace = 'cgroup:[4026531835]'
const v2Controllers = ['cpu', 'memory', 'hugetlb'] as const
const [lightest, heaviest] = [2, 262_144]

/** A file of a group and what is written into it. */
interface Setting {
  readonly controller: (typeof v2Controllers)[number]
  readonly file: string
  readonly value: string
}

export class LocalPodCgroups implements PodCgroups {
  readonly #options: LocalPodCgroupsOptions
  readonly #root: string
  readonly #isV2: boolean

  constructor(options: LocalPodCgroupsOptions) {
    this.#options = options
    this.#root = options.root ?? '/sys/fs/cgroup'
    this.#isV2 = existsSync(join(this.#root, 'cgroup.controllers'))
  }

  async set(uid: PodUid, limits: PodCgroup): Promise<void> {
    const problem = await this.#problem()
    if (problem !== null) throw new PodkeepError('CGROUP_FAILED', `limit pod ${uid}: ${problem}`)
    const settings = this.#isV2 ? v2Settings(limits) : v1Settings(limits)
    if (this.#isV2) await this.#enable(uid, new Set(settings.map(({ controller }) => controller)))
    for (const { controller, file, value } of settings) {
      const folder = this.#folder(uid, controller)
      await this.#make(uid, folder)
      await this.#write(uid, join(folder, file), value)
    }
  }

  async remove(uid: PodUid): Promise<void> {
    for (const hierarchy of await this.#hierarchies()) {
      const folder = join(hierarchy, engineCgroup, podCgroupName(this.#options.stateFolderId, uid))
      await removeGroup(folder).catch((error: unknown) => {
        if (codeOf(error) !== 'ENOENT') throw failed(`remove the group of pod ${uid}`, folder, error)
      })
    }
  }

  async list(): Promise<PodUid[]> {
    const prefix = podCgroupPrefix(this.#options.stateFolderId)
    const found = new Set<PodUid>()
    for (const hierarchy of await this.#hierarchies()) {
      for (const name of await foldersIn(join(hierarchy, engineCgroup)))
        if (name.startsWith(prefix)) found.add(podUid(decodeURIComponent(name.slice(prefix.length))))
    }
    return [...found]
  }

  /** Why what is set here would not be what the engine finds; null: it is. */
  async #problem(): Promise<string | null> {
    if (!this.#options.isEngineHere) return 'the engine is on another machine'
    const namespace = await readlink(this.#options.namespace ?? '/proc/self/ns/cgroup').catch(() => machineNamespace)
    const isShared = namespace === machineNamespace || existsSync(join(this.#base('memory'), engineCgroup))
    return isShared ? null : 'podkeep has a cgroup namespace of its own: run it with --cgroupns host'
  }

  #base(controller: string): string {
    return this.#isV2 ? this.#root : join(this.#root, controller)
  }

  #folder(uid: PodUid, controller: string): string {
    return join(this.#base(controller), engineCgroup, podCgroupName(this.#options.stateFolderId, uid))
  }

  async #hierarchies(): Promise<string[]> {
    if (this.#isV2) return [this.#root]
    return (await foldersIn(this.#root)).map((name) => join(this.#root, name))
  }

  /** The engine makes the others when it makes the first container; until then nobody else is in it. */
  async #make(uid: PodUid, folder: string): Promise<void> {
    if (existsSync(folder)) return
    await mkdir(folder, { recursive: true }).catch((error: unknown) => {
      throw failed(`limit pod ${uid}`, folder, error)
    })
    if (this.#isV2) return
    // Older kernels count what is below only when they are told to, and take it only while nothing is below.
    const hierarchy = join(folder, 'memory.use_hierarchy')
    const isFlat = (await readFile(hierarchy, 'utf8').catch(() => '1')).trim() === '0'
    if (isFlat) await this.#write(uid, hierarchy, '1')
  }

  /** A group has a controller's files once the group above hands the controller down. */
  async #enable(uid: PodUid, wanted: ReadonlySet<string>): Promise<void> {
    const own = join(this.#root, engineCgroup)
    await this.#make(uid, own)
    for (const above of [this.#root, own]) {
      const file = join(above, 'cgroup.subtree_control')
      const enabled = (await readFile(file, 'utf8').catch(() => '')).trim().split(' ')
      for (const controller of v2Controllers)
        if (wanted.has(controller) && !enabled.includes(controller)) await this.#write(uid, file, `+${controller}`)
    }
  }

  async #write(uid: PodUid, file: string, value: string): Promise<void> {
    // Without O_CREAT: on a tree that is no cgroupfs, and for what a kernel does not have, nothing is made.
    await writeFile(file, value, { flag: 'r+' }).catch((error: unknown) => {
      throw failed(`limit pod ${uid}`, file, error)
    })
  }
}

function v1Settings({ cpuShares, cpuQuotaMicros, memoryBytes, hugepageBytes }: PodCgroup): Setting[] {
  return [
    { controller: 'cpu', file: 'cpu.shares', value: String(cpuShares) },
    { controller: 'cpu', file: 'cpu.cfs_period_us', value: String(cpuPeriodMicros) },
    { controller: 'cpu', file: 'cpu.cfs_quota_us', value: String(cpuQuotaMicros === 0 ? -1 : cpuQuotaMicros) },
    { controller: 'memory', file: 'memory.limit_in_bytes', value: String(memoryBytes === 0 ? -1 : memoryBytes) },
    ...pageSettings(hugepageBytes, 'limit_in_bytes'),
  ]
}

function v2Settings({ cpuShares, cpuQuotaMicros, memoryBytes, hugepageBytes }: PodCgroup): Setting[] {
  const weight = 1 + Math.floor(((cpuShares - lightest) * 9999) / (heaviest - lightest))
  const quota = cpuQuotaMicros === 0 ? 'max' : String(cpuQuotaMicros)
  return [
    { controller: 'cpu', file: 'cpu.weight', value: String(weight) },
    { controller: 'cpu', file: 'cpu.max', value: `${quota} ${cpuPeriodMicros}` },
    { controller: 'memory', file: 'memory.max', value: memoryBytes === 0 ? 'max' : String(memoryBytes) },
    ...pageSettings(hugepageBytes, 'max'),
  ]
}

function pageSettings(bytesBySize: PodCgroup['hugepageBytes'], limit: string): Setting[] {
  return Object.entries(bytesBySize).map(([size, bytes]) => ({
    controller: 'hugetlb',
    file: `hugetlb.${kernelSize(size)}.${limit}`,
    value: String(bytes),
  }))
}

/** `2Mi` is the kernel's `2MB`. */
function kernelSize(size: string): string {
  return size.replace(/i$/, 'B')
}

/** With what podman leaves in it. A group that has processes is not removed by the kernel; its files go with it. */
async function removeGroup(folder: string): Promise<void> {
  for (const name of await foldersIn(folder)) await removeGroup(join(folder, name))
  await rmdir(folder)
}

async function foldersIn(path: string): Promise<string[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true })
    // `cpu` is often a link to `cpu,cpuacct`, which is there under its own name.
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return []
    throw failed('look for groups of pods', path, error)
  }
}

const words: Readonly<Record<string, string>> = {
  ENOENT: 'this kernel does not have it, or does not hand it out here',
  EROFS: 'it is mounted read-only',
  EACCES: 'podkeep may not write it',
  EPERM: 'podkeep may not write it',
  EBUSY: 'it is in use, or more is used than it would allow',
}

function failed(doing: string, path: string, error: unknown): PodkeepError {
  const code = codeOf(error)
  return new PodkeepError('CGROUP_FAILED', `${doing}: ${path}: ${words[code] ?? code}`, { cause: error })
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}
