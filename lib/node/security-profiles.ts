/**
 * What containers name of this machine: seccomp profiles, files below a folder of their own; AppArmor profiles, loaded into the kernel;
 * devices.
 *
 * P1  Nothing outside the folder is read, whatever links lie in it, and nothing but a regular file of a sensible size.
 */

import { constants } from 'node:fs'
import { open, readFile, realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'

import type { ProfileFound, ProfileName } from '../pod/index.js'
import type { SecurityProfiles } from '../ports/index.js'

export interface LocalSecurityProfilesOptions {
  /** As in the kubelet: `seccomp` in the state folder. */
  readonly seccompDirectory: string
  /** Where the kernel lists what is loaded; readable for root only. */
  readonly loadedProfiles?: string
  /** Left out: the engine's machine is this one. Otherwise what is a device there the engine tells. */
  readonly isEngineHere?: boolean
}

/** Docker's own has 12 kB. */
const largestBytes = 1024 * 1024

export class LocalSecurityProfiles implements SecurityProfiles {
  readonly #directory: string
  readonly #loadedProfiles: string
  readonly #isEngineHere: boolean

  constructor({ seccompDirectory, loadedProfiles, isEngineHere }: LocalSecurityProfilesOptions) {
    this.#directory = seccompDirectory
    this.#loadedProfiles = loadedProfiles ?? '/sys/kernel/security/apparmor/profiles'
    this.#isEngineHere = isEngineHere ?? true
  }

  find({ kind, name }: ProfileName): Promise<ProfileFound> {
    if (kind === 'device') return this.#device(name)
    return kind === 'seccomp' ? this.#seccomp(name) : this.#appArmor(name)
  }

  /** A folder stands for all devices in it. */
  async #device(path: string): Promise<ProfileFound> {
    if (!this.#isEngineHere) return { text: '' }
    try {
      const stats = await stat(path)
      const isDevice = stats.isCharacterDevice() || stats.isBlockDevice() || stats.isDirectory()
      return isDevice ? { text: '' } : { problem: `${path} is no device` }
    } catch (error) {
      const code = codeOf(error)
      const isMissing = code === 'ENOENT' || code === 'ENOTDIR'
      return { problem: isMissing ? `there is no device ${path} on this machine` : `device ${path}: ${code}` }
    }
  }

  async #seccomp(name: string): Promise<ProfileFound> {
    const path = join(this.#directory, name)
    try {
      const [folder, real] = await Promise.all([realpath(this.#directory), realpath(path)])
      if (!real.startsWith(folder + sep)) return refused(name, `${path} leads out of ${this.#directory}`)
      const text = await readRegular(real)
      return text === null
        ? refused(name, `${path} is not a file of at most ${largestBytes} bytes`)
        : compacted(name, path, text)
    } catch (error) {
      const code = codeOf(error)
      if (code === 'ENOENT' || code === 'ENOTDIR') return refused(name, `there is no file ${path}`)
      return refused(name, `${path} cannot be read: ${code}`)
    }
  }

  /** Each line is a name and its mode: `docker-default (enforce)`. */
  async #appArmor(name: string): Promise<ProfileFound> {
    let lines: string
    try {
      lines = await readFile(this.#loadedProfiles, 'utf8')
    } catch {
      // Not root, or another machine's engine: whether it is loaded the engine tells at the start.
      return { text: '' }
    }
    const isLoaded = lines.split('\n').some((line) => line.replace(/ \([a-z]+\)$/, '') === name)
    if (isLoaded) return { text: '' }
    return { problem: `AppArmor profile "${name}" is not loaded on this machine (load it with apparmor_parser)` }
  }
}

/** null: it is something else, or too large. */
async function readRegular(path: string): Promise<string | null> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    const stats = await file.stat()
    if (!stats.isFile() || stats.size > largestBytes) return null
    const buffer = Buffer.alloc(largestBytes + 1)
    const { bytesRead } = await file.read(buffer, 0, buffer.length, 0)
    return bytesRead > largestBytes ? null : buffer.toString('utf8', 0, bytesRead)
  } finally {
    await file.close()
  }
}

/** What the file says is not repeated: it may be another file than was meant. */
function compacted(name: string, path: string, text: string): ProfileFound {
  let profile: unknown
  try {
    profile = JSON.parse(text)
  } catch {
    return refused(name, `${path} is not JSON`)
  }
  const isProfile = typeof profile === 'object' && profile !== null && 'defaultAction' in profile
  return isProfile ? { text: JSON.stringify(profile) } : refused(name, `${path} has no defaultAction`)
}

function refused(name: string, why: string): ProfileFound {
  return { problem: `cannot load seccomp profile "${name}": ${why}` }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}
