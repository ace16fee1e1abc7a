/** What the manifest book is made of: files as they were scanned and what they say, and what was known before. */

import type { DecodedFile, ManifestPolicy } from '../manifest/index.js'
import { podKey, type DesiredPod, type PodKey, type Problem } from '../pod/index.js'
import type { ScannedFile } from '../ports/index.js'
import { mayName } from './broken-file.js'
import type { Stored } from './stored-files.js'

export interface Entry {
  readonly scanned: ScannedFile
  /** What the file says now; null when it cannot be read. */
  readonly decoded: DecodedFile | null
  /** The file alone; duplicates come on top. */
  readonly problems: readonly Problem[]
}

/** Nothing is wrong with it but that somebody still writes it, and it never said anything before. */
export function isUnfinished({ scanned }: Entry): boolean {
  return scanned.kind === 'unreadable' && scanned.isUnfinished === true
}

/** For the log. What is still being written is no fault. */
export function toldOf(entry: Entry): { readonly problems: readonly Problem[]; readonly warnings: readonly Problem[] } {
  const { decoded, problems } = entry
  return isUnfinished(entry) ? { problems: [], warnings: problems } : { problems, warnings: decoded?.warnings ?? [] }
}

export function isGood(entry: Entry): entry is Entry & { readonly decoded: DecodedFile } {
  return entry.decoded !== null && entry.problems.length === 0
}

/** What other files and pods may have to do with: Services, CronJobs, claims and what they are bound to, which pods and objects there are, and whom they wait for. */
export function relations({ decoded }: Entry): string {
  const pods = decoded?.pods.map(({ pod }) => [pod.key, pod.dependsOn]) ?? []
  const services = decoded?.services.map(({ service }) => service) ?? []
  const cronJobs = decoded?.cronJobs.map(({ cronJob }) => cronJob) ?? []
  const claims = decoded?.claims.map(({ claim }) => claim) ?? []
  const volumes = decoded?.volumes.map(({ volume }) => volume) ?? []
  const objects = decoded?.objects.map(({ object }) => object.key) ?? []
  return JSON.stringify([pods, services, cronJobs, claims, volumes, objects])
}

/** Whether an edit is allowed has to be looked at where all files are. */
export function hasImmutable({ decoded }: Entry): boolean {
  return decoded?.objects.some(({ object }) => object.isImmutable) ?? false
}

export function mentionedPods(entries: Iterable<Entry>): Map<PodKey, string> {
  const mentioned = new Map<PodKey, string>()
  for (const { scanned, decoded, problems } of entries) {
    if (problems.length === 0) continue
    for (const { pod } of decoded?.pods ?? []) mentioned.set(pod.key, scanned.name)
    for (const { pod } of problems) if (pod !== null) mentioned.set(pod, scanned.name)
  }
  return mentioned
}

export function fileProblem(file: string, message: string, suggestion: string | null): Problem {
  return { file, line: null, column: null, field: '', message, suggestion, pod: null }
}

export function withSuggestion(message: string, suggestion: string | null): string {
  return suggestion === null ? message : `${message} (${suggestion})`
}

/** What a pod's containers, or its record, tell of where it came from. */
export interface Origin {
  readonly file: string
  /** All of them were made under another state folder. */
  readonly isForeign: boolean
}

export interface ManifestBookParts {
  readonly directory: string
  readonly policy: ManifestPolicy
  readonly stored: Stored
  /** The directoryId of the scan that was believed last. */
  readonly believedDirectory: string | null
}

export const whyStranger =
  'no manifest here speaks of it, and it was made by a podkeep with another state folder: this one leaves it alone (docker rm -f its containers to be rid of it)'

/** What makes the pod, as a broken file may name it. */
export function ownerKeys(pod: DesiredPod | null): PodKey[] {
  const owner = pod?.owner ?? null
  return pod === null || owner === null ? [] : [podKey(pod.namespace, owner.name)]
}

/** The first thing that is wrong with a file, for people; null: nothing is. */
export function whyBroken(file: string, entry: Entry | undefined): string | null {
  const first = entry?.problems[0]
  if (first === undefined) return null
  const place = first.line === null ? file : `${file}:${first.line}:${first.column ?? 1}`
  const field = first.field === '' ? '' : ` ${first.field}:`
  return `${place}:${field} ${withSuggestion(first.message, first.suggestion)}`
}

interface ChangedRuns {
  readonly runPods: ReadonlyMap<PodKey, DesiredPod>
  readonly come: readonly DesiredPod[]
  readonly gone: readonly PodKey[]
}

/** Pods of runs in the place of those before. What a manifest has under such a name is left alone; what is the same stays so. */
export function changedRuns(
  before: ReadonlyMap<PodKey, DesiredPod>,
  pods: readonly DesiredPod[],
  inForce: ReadonlyMap<PodKey, DesiredPod>,
): ChangedRuns {
  const isOurs = (key: PodKey): boolean => inForce.get(key) === before.get(key)
  const same = (pod: DesiredPod): DesiredPod => {
    const known = before.get(pod.key)
    return known?.file === pod.file ? known : pod
  }
  const runPods = new Map(pods.map((pod) => [pod.key, same(pod)]))
  const come = [...runPods.values()].filter((pod) => before.get(pod.key) !== pod && isOurs(pod.key))
  const gone = [...before.keys()].filter((key) => !runPods.has(key) && isOurs(key))
  return { runPods, come, gone }
}

/** The name of a file that cannot be read and could, or was not there, before. */
export function arrivedUnreadable(
  entries: ReadonlyMap<string, Entry>,
  before: ReadonlyMap<string, Entry>,
): string | undefined {
  const isNew = (name: string): boolean => before.get(name)?.scanned.kind !== 'unreadable'
  return [...entries.values()].find(({ scanned }) => scanned.kind === 'unreadable' && isNew(scanned.name))?.scanned.name
}

/** The broken file that names one of them. */
export function namedIn(entries: Iterable<Entry>, keys: readonly PodKey[]): string | null {
  for (const { scanned, problems } of entries) {
    if (problems.length > 0 && keys.some((key) => mayName(scanned, key))) return scanned.name
  }
  return null
}
