/** What the state folder remembers, as the files said it. */

import { decodeStoredCronJob, decodeStoredPod, emptyFile, type DecodedFile } from '../manifest/index.js'
import type { ConfigObject, CronRecord, DesiredPod, PodRecord } from '../pod/index.js'

export function storedFiles(
  records: readonly PodRecord[],
  configs: readonly ConfigObject[],
  cronRecords: readonly CronRecord[],
): DecodedFile[] {
  const place = { line: 1, column: 1 }
  const pods = storedPods(records).filter((pod) => !isRun(pod))
  const cronJobs = cronRecords.flatMap(({ manifest, file }) => decodeStoredCronJob(manifest, file) ?? [])
  const names = new Set([...pods, ...configs, ...cronJobs].map(({ file }) => file))
  return [...names].map((file) => ({
    ...emptyFile(file),
    pods: pods.filter((pod) => pod.file === file).map((pod) => ({ pod, ...place })),
    objects: configs.filter((object) => object.file === file).map((object) => ({ object, ...place })),
    cronJobs: cronJobs.filter((one) => one.file === file).map((cronJob) => ({ cronJob, ...place })),
  }))
}

/** Of CronJobs: what a run is, is not what its CronJob's file says, but what is remembered of it. */
export function storedRuns(records: readonly PodRecord[]): DesiredPod[] {
  return storedPods(records).filter(isRun)
}

function isRun({ owner }: DesiredPod): boolean {
  return owner?.kind === 'CronJob'
}

function storedPods(records: readonly PodRecord[]): DesiredPod[] {
  return records.flatMap(({ manifest, file }) => decodeStoredPod(manifest, file) ?? [])
}
