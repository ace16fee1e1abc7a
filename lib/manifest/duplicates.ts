/**
 * All files together. One pod or object, one place: the same namespace/name twice is a problem of the place that came later; and what pods
 * say of each other is looked at here.
 */

import {
  sameContent,
  type ConfigKey,
  type ConfigObject,
  type DesiredClaim,
  type DesiredCronJob,
  type DesiredPod,
  type DesiredService,
  type PersistentVolume,
  type PodKey,
  type Problem,
} from '../pod/index.js'
import type { DecodedFile, DecodedPod } from './decode-file.js'
import { dependencyProblems } from './dependencies.js'
import type { Place } from './line-table.js'

export interface Resolved {
  readonly pods: ReadonlyMap<PodKey, DesiredPod>
  /** By their keys. */
  readonly services: ReadonlyMap<PodKey, DesiredService>
  readonly cronJobs: ReadonlyMap<PodKey, DesiredCronJob>
  readonly claims: ReadonlyMap<PodKey, DesiredClaim>
  readonly volumes: ReadonlyMap<PodKey, PersistentVolume>
  readonly problems: readonly Problem[]
}

export interface ResolvedObjects {
  readonly objects: ReadonlyMap<ConfigKey, ConfigObject>
  readonly problems: readonly Problem[]
}

/**
 * Of Services, CronJobs and claims the first in the order of `files` is in force. The file a pod came from keeps it; should that be gone, one that says the same of it, for that is the file under another
 * name; otherwise the first in the order of `files` has it.
 * Called at every change with every pod there is: one look at each, and more only where there are two.
 */
export function resolveDuplicates(
  files: readonly DecodedFile[],
  lastKnown: (key: PodKey) => DesiredPod | undefined,
  lastVolumes: ReadonlyMap<PodKey, PersistentVolume> = new Map(),
): Resolved {
  const isSame = (a: DesiredPod, b: DesiredPod): boolean => JSON.stringify(a.manifest) === JSON.stringify(b.manifest)
  const { winners: pods, losers } = winnersOf(decodedPods(files), lastKnown, isSame)
  const places = (): Map<DesiredPod, Place> => new Map(files.flatMap((file) => file.pods).map((one) => [one.pod, one]))
  const duplicates = duplicateProblems('pod', { winners: pods, losers }, places)
  const services = firstOfEach(
    'Service',
    files.flatMap((file) => file.services.map((one) => ({ ...one, object: one.service }))),
  )
  const cronJobs = firstOfEach(
    'CronJob',
    files.flatMap((file) => file.cronJobs.map((one) => ({ ...one, object: one.cronJob }))),
  )
  const claims = firstOfEach('PersistentVolumeClaim', claimsOf(files))
  const volumes = firstOfEach('PersistentVolume', volumesOf(files, lastVolumes))
  return {
    pods,
    services: services.inForce,
    cronJobs: cronJobs.inForce,
    claims: claims.inForce,
    volumes: volumes.inForce,
    problems: [
      ...duplicates,
      ...services.problems,
      ...cronJobs.problems,
      ...claims.problems,
      ...volumes.problems,
      ...dependencyProblems(pods, inForce(files, pods)),
    ],
  }
}

/** What has somebody's data stays what it is: the file that it came from is the first. */
function volumesOf(
  files: readonly DecodedFile[],
  lastVolumes: ReadonlyMap<PodKey, PersistentVolume>,
): Placed<PersistentVolume>[] {
  const all = files.flatMap((file) => file.volumes.map((one) => ({ ...one, object: one.volume })))
  const isKnown = ({ volume }: { volume: PersistentVolume }): boolean =>
    lastVolumes.get(volume.key)?.file === volume.file
  return [...all.filter(isKnown), ...all.filter((one) => !isKnown(one))]
}

/** A StatefulSet takes the claim that is there; only where there is none its template makes one. */
function claimsOf(files: readonly DecodedFile[]): Placed<DesiredClaim>[] {
  const all = files.flatMap((file) => file.claims.map((one) => ({ ...one, object: one.claim })))
  const written = new Set(all.flatMap(({ claim }) => (claim.isOfTemplate === true ? [] : [claim.key])))
  return all.filter(
    ({ claim }) => claim.isOfTemplate !== true || (!written.has(claim.key) && written.add(claim.key).size > 0),
  )
}

interface Placed<Named> {
  readonly object: Named
  readonly line: number
  readonly column: number
}

function firstOfEach<Named extends Pick<DesiredService, 'key' | 'namespace' | 'name' | 'file'>>(
  kind: string,
  all: readonly Placed<Named>[],
): { readonly inForce: ReadonlyMap<PodKey, Named>; readonly problems: readonly Problem[] } {
  const first = new Map<PodKey, Placed<Named>>()
  const problems: Problem[] = []
  for (const placed of all) {
    const { object, line, column } = placed
    const winner = first.get(object.key)
    if (winner === undefined) first.set(object.key, placed)
    else {
      const message = `${kind} ${object.namespace === '' ? object.name : object.key} is defined in ${winner.object.file}:${winner.line} already, and that one is in force`
      const suggestion = 'rename or remove one of the two'
      problems.push({ file: object.file, line, column, field: 'metadata.name', message, suggestion, pod: null })
    }
  }
  return { inForce: new Map([...first].map(([key, { object }]) => [key, object])), problems }
}

/** ConfigMaps and Secrets likewise. One that is immutable stays as it was first known, as long as there is one of its name. */
export function resolveObjects(
  files: readonly DecodedFile[],
  lastKnown: (key: ConfigKey) => ConfigObject | undefined,
): ResolvedObjects {
  const { winners, losers } = winnersOf(decodedObjects(files), lastKnown, sameContent)
  const places = (): Map<ConfigObject, Place> =>
    new Map(files.flatMap((file) => file.objects).map((one) => [one.object, one]))
  const problems = duplicateProblems('', { winners, losers }, places)
  const objects = new Map(winners)
  for (const [key, object] of winners) {
    const before = lastKnown(key)
    if (before?.isImmutable !== true || (object.isImmutable && sameContent(object, before))) continue
    objects.set(key, before)
    problems.push(immutableProblem(object, places().get(object)))
  }
  return { objects, problems }
}

function* decodedPods(files: readonly DecodedFile[]): Iterable<DesiredPod> {
  for (const file of files) for (const { pod } of file.pods) yield pod
}

function* decodedObjects(files: readonly DecodedFile[]): Iterable<ConfigObject> {
  for (const file of files) for (const { object } of file.objects) yield object
}

function* inForce(files: readonly DecodedFile[], pods: ReadonlyMap<PodKey, DesiredPod>): Iterable<DecodedPod> {
  for (const file of files)
    for (const decoded of file.pods) if (pods.get(decoded.pod.key) === decoded.pod) yield decoded
}

interface Named {
  readonly key: string
  readonly file: string
}

interface Sorted<Thing extends Named> {
  readonly winners: Map<Thing['key'], Thing>
  readonly losers: readonly Thing[]
}

function winnersOf<Thing extends Named>(
  things: Iterable<Thing>,
  lastKnown: (key: Thing['key']) => Thing | undefined,
  isSame: (a: Thing, b: Thing) => boolean,
): Sorted<Thing> {
  const claim = (thing: Thing, before: Thing | undefined): number => {
    if (before === undefined) return 0
    if (thing.file === before.file) return 2
    return isSame(thing, before) ? 1 : 0
  }
  const winners = new Map<Thing['key'], Thing>()
  const losers: Thing[] = []
  for (const thing of things) {
    const winner = winners.get(thing.key)
    const before = winner === undefined ? undefined : lastKnown(thing.key)
    const takesOver = winner !== undefined && claim(thing, before) > claim(winner, before)
    if (winner !== undefined) losers.push(takesOver ? winner : thing)
    if (winner === undefined || takesOver) winners.set(thing.key, thing)
  }
  return { winners, losers }
}

/** @param noun before the key, where the key does not say it */
function duplicateProblems<Thing extends Named>(
  noun: string,
  { winners, losers }: Sorted<Thing>,
  placesOf: () => ReadonlyMap<Thing, Place>,
): Problem[] {
  if (losers.length === 0) return []
  const places = placesOf()
  return losers.map((loser) => {
    const place = places.get(loser)
    const winner = winners.get(loser.key)
    const winnerLine = winner === undefined ? undefined : places.get(winner)?.line
    const what = noun === '' ? loser.key : `${noun} ${loser.key}`
    return {
      file: loser.file,
      line: place?.line ?? null,
      column: place?.column ?? null,
      field: 'metadata.name',
      message: `${what} is defined in ${winner?.file ?? ''}:${winnerLine ?? ''} already, and that one is in force`,
      suggestion: 'rename or remove one of the two',
      pod: noun === 'pod' ? (loser.key as PodKey) : null,
    }
  })
}

function immutableProblem({ file, key }: ConfigObject, place: Place | undefined): Problem {
  return {
    file,
    line: place?.line ?? null,
    column: place?.column ?? null,
    field: 'metadata.name',
    message: `${key} is immutable, so what it said before stays in force`,
    suggestion: 'give the new one another name, and the pods that read it',
    pod: null,
  }
}
