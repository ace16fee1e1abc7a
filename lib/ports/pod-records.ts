/** What podkeep needs from its state folder. Implemented by state/. */

import type { CronRecord, DesiredClaim, DesiredService, KeptVolume, PodRecord } from '../pod/index.js'

/** Which manifests directory was believed last. */
export interface BelievedDirectory {
  /** Its DirectoryScan.directoryId; null when none was. @throws STATE_FAILED */
  load(): Promise<string | null>
  /** @throws STATE_FAILED, HOST_DISK_FULL */
  save(directoryId: string): Promise<void>
}

export interface Records<Kept extends { readonly key: string }> {
  /** Every record that can be read; damaged ones are set aside and named in the log, never fatal. */
  load(): Promise<Kept[]>
  /** Whole or not at all, also when the machine loses power. @throws STATE_FAILED, HOST_DISK_FULL */
  save(record: Kept): Promise<void>
  /** Success when there is none. @throws STATE_FAILED */
  remove(key: Kept['key']): Promise<void>
}

export type PodRecords = Records<PodRecord>
export type CronRecords = Records<CronRecord>
/** What Services last said well, for files that are broken when podkeep is started again. */
export type ServiceRecords = Records<DesiredService>
/** PersistentVolumeClaims likewise. */
export type ClaimRecords = Records<DesiredClaim>
/** PersistentVolumes likewise, and which claim has each. */
export type VolumeRecords = Records<KeptVolume>
