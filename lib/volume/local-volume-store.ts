/**
 * Pod volumes in folders of this machine.
 *
 * V1  A uid or volume name that could lead out of the pods directory is refused.
 * V2  Removing a pod follows no link, and enters no mounted file system: those are unmounted first.
 * V3  What is done to one pod's volumes is done one after the other.
 *
 * The folders are the kubelet's: <root>/pods/<uid>/volumes/kubernetes.io~empty-dir/<name>.
 */

import { lstat, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'

import { codeOf } from '../disk/index.js'
import { podUid, type DesiredVolume, type PodUid, type PodkeepError } from '../pod/index.js'
import type { VolumeStore } from '../ports/index.js'
import { prepareEmptyDir } from './empty-dir.js'
import { volumeError, volumeFailure } from './failure.js'
import { prepareHostPath } from './host-path.js'
import { unmountAllBelow } from './mounts.js'

const safeName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/

export class LocalVolumeStore implements VolumeStore {
  readonly #podsDirectory: string
  readonly #last = new Map<string, Promise<unknown>>()

  constructor(options: { readonly podsDirectory: string }) {
    this.#podsDirectory = options.podsDirectory
  }

  async prepare(uid: PodUid, volume: DesiredVolume): Promise<string> {
    if (volume.kind === 'hostPath') return prepareHostPath(volume)
    const folder = join(this.#podFolder(uid), 'volumes', 'kubernetes.io~empty-dir')
    if (!safeName.test(volume.name)) throw unsafe('volume name', volume.name)
    return this.#inTurn(uid, () => prepareEmptyDir(folder, volume))
  }

  async removePod(uid: PodUid): Promise<void> {
    const folder = this.#podFolder(uid)
    await this.#inTurn(uid, async () => {
      try {
        if (await isAbsent(folder)) return
        await unmountAllBelow(folder)
        await rm(folder, { recursive: true, force: true })
      } catch (error) {
        throw volumeError(`cannot remove the volumes in ${folder}`, error)
      }
    })
  }

  async list(): Promise<PodUid[]> {
    try {
      const entries = await readdir(this.#podsDirectory, { withFileTypes: true })
      return entries.filter((entry) => entry.isDirectory() && safeName.test(entry.name)).map(({ name }) => podUid(name))
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return []
      throw volumeError(`cannot list ${this.#podsDirectory}`, error)
    }
  }

  #podFolder(uid: PodUid): string {
    if (!safeName.test(uid)) throw unsafe('pod uid', uid)
    return join(this.#podsDirectory, uid)
  }

  async #inTurn<T>(uid: PodUid, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(uid) ?? Promise.resolve()
    const mine = before.then(work, work)
    this.#last.set(uid, mine)
    try {
      return await mine
    } finally {
      if (this.#last.get(uid) === mine) this.#last.delete(uid)
    }
  }
}

function unsafe(what: string, text: string): PodkeepError {
  return volumeFailure(
    `the ${what} ${JSON.stringify(text)} cannot name a folder: use letters, digits, "-", "_" and "."`,
  )
}

async function isAbsent(path: string): Promise<boolean> {
  try {
    await lstat(path)
    return false
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return true
    throw error
  }
}
