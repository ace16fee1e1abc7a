/** What is shown of one file of the directory: what of it is in force, and what is wrong with it. */

import { nameWarnings, type DecodedFile, type Resolved } from '../manifest/index.js'
import type { ConfigKey, ConfigObject, DesiredPod, PodKey, Problem } from '../pod/index.js'
import type { ManifestStatus } from '../ports/index.js'
import { isUnfinished, type Entry } from './manifest-entry.js'
import { withSourceText } from './source-text.js'

/** Of all files together. */
export interface InForce {
  readonly pods: ReadonlyMap<PodKey, DesiredPod>
  readonly objects: ReadonlyMap<ConfigKey, ConfigObject>
  readonly beside: Pick<Resolved, 'services' | 'claims' | 'volumes' | 'cronJobs'>
  /** Pods without a manifest, and the broken file they are held for. */
  readonly heldFor: ReadonlyMap<PodKey, string>
  readonly duplicates: readonly Problem[]
  /** Warnings of claims and of what they are bound to. */
  readonly ofStorage: readonly Problem[]
  readonly isDirectoryHeld: boolean
}

/** @param lastGood what the file last said well; undefined: nothing yet */
export function fileStatus(entry: Entry, lastGood: DecodedFile | undefined, inForce: InForce): ManifestStatus {
  const file = entry.scanned.name
  if (entry.scanned.kind === 'ignored') {
    const nothing = { pods: [], objects: [], problems: [], warnings: [] }
    return { file, state: 'ignored', reason: entry.scanned.reason, ...nothing }
  }
  const itsOwn = (lastGood?.pods ?? []).map(({ pod }) => pod.key).filter((key) => inForce.pods.get(key)?.file === file)
  const pods = [...itsOwn, ...[...inForce.heldFor].filter(([, broken]) => broken === file).map(([key]) => key)]
  const problems = [...entry.problems, ...inForce.duplicates.filter((problem) => problem.file === file)]
  const objects = (lastGood?.objects ?? [])
    .map(({ object }) => object.key)
    .filter((key) => inForce.objects.get(key)?.file === file)
  const { services, claims, volumes, cronJobs } = inForce.beside
  const all = [...services.values(), ...claims.values(), ...volumes.values(), ...cronJobs.values()]
  const beside = all.filter((one) => one.file === file)
  const inForceCount = pods.length + objects.length + beside.length
  const state = fileState(entry, problems, inForceCount)
  const isHeld = state === 'ok' && inForceCount > 0 && inForce.isDirectoryHeld
  const ofStorage = inForce.ofStorage.filter((warning) => warning.file === file)
  const warnings = [...(entry.decoded?.warnings ?? []), ...namesTaken(lastGood, inForce), ...ofStorage]
  const told = { problems: withSourceText(entry.scanned, problems), warnings }
  return { file, state: isHeld ? 'held' : state, reason: null, pods, objects, ...told }
}

/** What Services of the file are found by in the place of pods. */
export function namesTaken(
  lastGood: DecodedFile | undefined,
  { beside, pods }: { readonly beside: Pick<Resolved, 'services'>; readonly pods: InForce['pods'] },
): Problem[] {
  const own = (lastGood?.services ?? []).filter(({ service }) => beside.services.get(service.key) === service)
  return nameWarnings(own, pods)
}

/** A file whose only fault is that its pod runs from another file is refused; if some of its pods run, it is ok with problems. */
function fileState(entry: Entry, all: readonly Problem[], inForceCount: number): ManifestStatus['state'] {
  if (all.length === 0) return 'ok'
  if (inForceCount === 0) return isUnfinished(entry) ? 'waiting' : 'refused'
  return entry.problems.length > 0 ? 'held' : 'ok'
}
