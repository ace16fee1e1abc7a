/** What podkeep needs from the machine's file system for volumes. Implemented by volume/. */

import type {
  ContentVolume,
  EmptyDirVolume,
  LocalVolume,
  PodUid,
  SubPathMount,
  VolumeFile,
  VolumeOwner,
  WrittenVolume,
} from '../pod/index.js'

export interface VolumeStore {
  /**
   * Makes the volume or checks that it is there, and returns its absolute path. One that podkeep writes is there when it was written
   * once, whatever it says. Idempotent. @throws VOLUME_FAILED
   */
  prepare(uid: PodUid, volume: LocalVolume | ContentVolume): Promise<string>
  /**
   * Gives an emptyDir in memory the size that it is to have, where it stands. Of one that is not there, or is in no memory yet, nothing is
   * done. @throws VOLUME_FAILED also where more is in it: then it keeps its size
   */
  resize(uid: PodUid, volume: EmptyDirVolume): Promise<void>
  /** An emptyDir of another medium was there when one was prepared: what was on the disk stays beside it until it is removed. */
  hasOld(uid: PodUid): Promise<boolean>
  /** Success when there is nothing. @throws VOLUME_FAILED */
  removeOld(uid: PodUid): Promise<void>
  /**
   * Makes a volume hold the files of an image, from a tar archive of them, unless it has them, and returns its absolute path. Nothing outside
   * of the volume is touched, whatever the archive says. @throws VOLUME_FAILED, HOST_DISK_FULL, and what `files` throws
   */
  prepareImage(uid: PodUid, volume: string, imageId: string, files: () => AsyncIterable<Uint8Array>): Promise<string>
  /**
   * Gives a folder of this machine, and what is in it, to the pod's group. Follows no link, whoever writes there meanwhile.
   * @throws VOLUME_FAILED
   */
  give(uid: PodUid, folder: string, owner: VolumeOwner): Promise<void>
  /**
   * Makes a volume hold exactly these files, and returns its absolute path. Whoever looks sees all of the old content or all of the
   * new, also while it changes and when podkeep or the disk gives out in the middle. What is so already is not written again.
   * @throws VOLUME_FAILED, HOST_DISK_FULL: then the old content stands
   */
  write(uid: PodUid, volume: string, files: readonly VolumeFile[], how: WrittenVolume): Promise<string>
  /**
   * How many bytes of disk are in the volume; of what is more than `limitBytes` at least so many. Follows no link, whoever writes there
   * meanwhile, and ends. @throws VOLUME_FAILED
   */
  measure(uid: PodUid, volume: LocalVolume, limitBytes: number): Promise<number>
  /**
   * A path of this machine at which exactly that part of the volume is mounted, whatever is done to the volume meanwhile. Called
   * for each instance of a container. @throws VOLUME_FAILED also where it is not there and not to be made, or leads out of the volume
   */
  prepareSubPath(uid: PodUid, container: string, mount: SubPathMount): Promise<string>
  /** What the file at `path` inside the volume says; null when there is none. @throws VOLUME_FAILED also when it is no file, or outside */
  readFile(uid: PodUid, volume: LocalVolume, path: string): Promise<string | null>
  /**
   * An empty file that everybody may write to, for the last words of one instance of a container; those of the instance before
   * it stay, older ones go. Returns its absolute path; null when it cannot be made: that keeps no container from running.
   */
  prepareTerminationFile(uid: PodUid, container: string, attempt: number): Promise<string | null>
  /** The end of what the instance wrote, at most 4096 bytes; empty when there is no file. @throws VOLUME_FAILED */
  readTerminationFile(uid: PodUid, container: string, attempt: number): Promise<string>
  /** Removes everything the pod's own volumes hold. Success when there is nothing. @throws VOLUME_FAILED */
  removePod(uid: PodUid): Promise<void>
  /** The pods that have volumes here. */
  list(): Promise<PodUid[]>
}
