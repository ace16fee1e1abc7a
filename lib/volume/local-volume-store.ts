/**
 * Pod volumes in folders of this machine.
 *
 * V1  A uid or volume name that could lead out of the pods directory is refused.
 * V2  Removing a pod follows no link, and enters no mounted file system: those are unmounted first.
 * V3  What is done to one pod's volumes is done one after the other.
 *
 * The folders are the kubelet's: <root>/pods/<uid>/volumes/kubernetes.io~<kind>/<name> and <root>/pods/<uid>/containers/<name>.
 */

import { lstat, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'

import { codeOf, folderSpace } from '../disk/index.js'
import {
  isContentVolume,
  podUid,
  PodkeepError,
  type ContentVolume,
  type EmptyDirVolume,
  type LocalVolume,
  type PodUid,
  type SubPathMount,
  type VolumeFile,
  type VolumeOwner,
  type WrittenVolume,
} from '../pod/index.js'
import type { Logger, VolumeStore } from '../ports/index.js'
import { isWritten, writeAtomically } from './atomic-files.js'
import { prepareEmptyDir, resizeEmptyDir } from './empty-dir.js'
import { volumeError, volumeFailure } from './failure.js'
import { prepareHostPath } from './host-path.js'
import { prepareImageFolder } from './image-volume.js'
import { unmountAllBelow } from './mounts.js'
import { giveTree } from './ownership.js'
import { mountSubPath } from './sub-path.js'
import { prepareTerminationFile, readTerminationFile } from './termination-file.js'
import { readVolumeFile } from './volume-file.js'
import { folderNames, prepareWrittenFolder, type FolderKind } from './volume-folder.js'

const safeName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/

export class LocalVolumeStore implements VolumeStore {
  readonly #podsDirectory: string
  readonly #logger: Logger
  readonly #last = new Map<string, Promise<unknown>>()
  #toldFault = ''
  #toldOfDisk = false

  constructor(options: { readonly podsDirectory: string; readonly logger: Logger }) {
    this.#podsDirectory = options.podsDirectory
    this.#logger = options.logger
  }

  async prepare(uid: PodUid, volume: LocalVolume | ContentVolume): Promise<string> {
    if (volume.kind === 'hostPath') return prepareHostPath(volume)
    const path = this.#volumeFolder(uid, volume)
    if (isContentVolume(volume)) return this.#inTurn(uid, () => writtenFolder(path, volume.name))
    return this.#inTurn(uid, () => prepareEmptyDir(path, volume, this.#oldFolder(uid)))
  }

  async resize(uid: PodUid, volume: EmptyDirVolume): Promise<void> {
    const path = this.#volumeFolder(uid, volume)
    await this.#inTurn(uid, () => resizeEmptyDir(path, volume))
  }

  async hasOld(uid: PodUid): Promise<boolean> {
    return !(await isAbsent(this.#oldFolder(uid)))
  }

  async removeOld(uid: PodUid): Promise<void> {
    await this.#removeFolder(uid, this.#oldFolder(uid))
  }

  /** Not in turn: an image may be large, and its files are in a place of their own until all are there. */
  async prepareImage(
    uid: PodUid,
    volume: string,
    imageId: string,
    files: () => AsyncIterable<Uint8Array>,
  ): Promise<string> {
    const folder = this.#volumeFolder(uid, { kind: 'image', name: volume })
    try {
      return await prepareImageFolder(folder, imageId, files)
    } catch (error) {
      throw volumeError(`cannot unpack image volume "${volume}"`, error)
    }
  }

  async give(uid: PodUid, folder: string, owner: VolumeOwner): Promise<void> {
    await this.#inTurn(uid, async () => {
      try {
        await giveTree(folder, owner)
      } catch (error) {
        throw volumeError(`cannot give ${folder} to the group ${owner.fsGroup}`, error)
      }
    })
  }

  async write(uid: PodUid, volume: string, files: readonly VolumeFile[], how: WrittenVolume): Promise<string> {
    const path = this.#volumeFolder(uid, { kind: how.kind, name: volume })
    return this.#inTurn(uid, async () => {
      try {
        if (!(await prepareWrittenFolder(path, how))) this.#tellOfDisk(volume)
        await writeAtomically(path, files, how.fsGroup)
        return path
      } catch (error) {
        throw volumeError(`cannot write ${how.kind} volume "${volume}"`, error)
      }
    })
  }

  async prepareSubPath(uid: PodUid, container: string, mount: SubPathMount): Promise<string> {
    if (!safeName.test(container)) throw unsafe('container name', container)
    if (!safeName.test(mount.volume)) throw unsafe('volume name', mount.volume)
    const place = join(this.#podFolder(uid), 'volume-subpaths', mount.volume, container, String(mount.index))
    return this.#inTurn(uid, () => mountSubPath(place, mount))
  }

  /** Not in turn: it changes nothing, and may take long. */
  async measure(uid: PodUid, volume: LocalVolume, limitBytes: number): Promise<number> {
    const folder = this.#folderOf(uid, volume)
    try {
      return (await folderSpace(folder, limitBytes))?.usedBytes ?? 0
    } catch (error) {
      throw volumeError(`cannot measure volume "${volume.name}"`, error)
    }
  }

  async readFile(uid: PodUid, volume: LocalVolume, path: string): Promise<string | null> {
    return readVolumeFile(volume.name, this.#folderOf(uid, volume), path)
  }

  async prepareTerminationFile(uid: PodUid, container: string, attempt: number): Promise<string | null> {
    try {
      const folder = this.#containerFolder(uid, container)
      return await this.#inTurn(uid, () => prepareTerminationFile(folder, attempt))
    } catch (error) {
      if (!(error instanceof PodkeepError)) throw error
      // A full disk fails for every container anew.
      if (error.code !== this.#toldFault) {
        this.#logger.warn({ container, err: error }, 'containers are made without a file for their termination message')
      }
      this.#toldFault = error.code
      return null
    }
  }

  async readTerminationFile(uid: PodUid, container: string, attempt: number): Promise<string> {
    return readTerminationFile(this.#containerFolder(uid, container), attempt)
  }

  async removePod(uid: PodUid): Promise<void> {
    await this.#removeFolder(uid, this.#podFolder(uid))
  }

  async #removeFolder(uid: PodUid, folder: string): Promise<void> {
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

  #folderOf(uid: PodUid, volume: LocalVolume): string {
    return volume.kind === 'hostPath' ? volume.path : this.#volumeFolder(uid, volume)
  }

  #volumeFolder(uid: PodUid, { kind, name }: { readonly kind: FolderKind; readonly name: string }): string {
    if (!safeName.test(name)) throw unsafe('volume name', name)
    return join(this.#podFolder(uid), 'volumes', folderNames[kind], name)
  }

  #oldFolder(uid: PodUid): string {
    return join(this.#podFolder(uid), 'old-volumes')
  }

  #tellOfDisk(volume: string): void {
    if (this.#toldOfDisk) return
    this.#toldOfDisk = true
    const reason = 'podkeep is not root, or the host lets it mount no tmpfs'
    this.#logger.warn({ volume, reason }, 'volumes with secrets are written to the disk')
  }

  #containerFolder(uid: PodUid, container: string): string {
    if (!safeName.test(container)) throw unsafe('container name', container)
    return join(this.#podFolder(uid), 'containers', container)
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

async function writtenFolder(path: string, volume: string): Promise<string> {
  if (await isWritten(path)) return path
  throw volumeFailure(`nothing was written into volume "${volume}" yet`)
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
