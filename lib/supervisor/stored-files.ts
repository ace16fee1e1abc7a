/** What the state folder remembers, as the files said it. */

import { decodeStoredCronJob, decodeStoredPod, emptyFile, type DecodedFile } from '../manifest/index.js'
import type {
  ConfigObject,
  CronRecord,
  DesiredClaim,
  DesiredPod,
  DesiredService,
  KeptVolume,
  NodeIdentity,
  PodRecord,
} from '../pod/index.js'
import type {
  ClaimRecords,
  ConfigRecords,
  CronRecords,
  PodRecords,
  ServiceRecords,
  VolumeRecords,
} from '../ports/index.js'

export interface Stored {
  readonly records: readonly PodRecord[]
  readonly cronRecords: readonly CronRecord[]
  /** What ConfigMaps said well when podkeep ended last. */
  readonly configs: readonly ConfigObject[]
  /** Services likewise. */
  readonly services: readonly DesiredService[]
  /** PersistentVolumeClaims likewise. */
  readonly claims: readonly DesiredClaim[]
  /** PersistentVolumes likewise, with the claims that have them. */
  readonly volumes: readonly KeptVolume[]
}

export interface Stores {
  readonly records: PodRecords
  readonly cronRecords: CronRecords
  readonly configs: ConfigRecords
  readonly services: ServiceRecords
  readonly claims: ClaimRecords
  readonly volumeRecords: VolumeRecords
}

export async function loadStored(stores: Stores): Promise<Stored> {
  const { records, cronRecords, configs, services, claims, volumeRecords } = stores
  return {
    records: await records.load(),
    cronRecords: await cronRecords.load(),
    configs: await configs.load(),
    services: await services.load(),
    claims: await claims.load(),
    volumes: await volumeRecords.load(),
  }
}

export interface Remembered {
  readonly files: readonly DecodedFile[]
  /** Of CronJobs: what a run is, is not what its CronJob's file says, but what is remembered of it. */
  readonly runs: readonly DesiredPod[]
}

/** @param node which CronJobs are for it is asked anew; where a pod runs was decided once */
export function decodeStored(
  { records, cronRecords, configs, services, claims, volumes }: Stored,
  node?: NodeIdentity,
): Remembered {
  const place = { line: 1, column: 1 }
  const all = records.flatMap(({ manifest, file }) => decodeStoredPod(manifest, file) ?? [])
  const pods = all.filter((pod) => !isRun(pod))
  const cronJobs = cronRecords.flatMap(({ manifest, file }) => decodeStoredCronJob(manifest, file, node) ?? [])
  const names = new Set([...pods, ...configs, ...services, ...claims, ...volumes, ...cronJobs].map(({ file }) => file))
  const files = [...names].map((name) => ({
    ...emptyFile(name),
    pods: pods.filter(({ file }) => file === name).map((pod) => ({ pod, ...place })),
    services: services.filter(({ file }) => file === name).map((service) => ({ service, ...place })),
    objects: configs.filter(({ file }) => file === name).map((object) => ({ object, ...place })),
    cronJobs: cronJobs.filter(({ file }) => file === name).map((cronJob) => ({ cronJob, ...place })),
    claims: claims.filter(({ file }) => file === name).map((claim) => ({ claim, ...place })),
    volumes: volumes.filter(({ file }) => file === name).map((volume) => ({ volume, ...place })),
  }))
  return { files, runs: all.filter(isRun) }
}

function isRun({ owner }: DesiredPod): boolean {
  return owner?.kind === 'CronJob'
}
