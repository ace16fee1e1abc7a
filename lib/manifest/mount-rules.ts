/** What a container mounts. Source: ValidateVolumeMounts, validateMountPropagation, validateMountRecursiveReadOnly. */

import { child, report, type Findings } from './finding.js'
import { nearest } from './field-names.js'
import type { Json } from './normal-form.js'
import { objectOf, objectsOf, textOf } from './shape.js'
import { checkDescendingPath, checkNul, requiredText } from './text-rules.js'

/** Volumes that are compared with a name that is not one of them. */
const mostCandidates = 100

/** By name; null when something is wrong with the volumes: then nothing can be said about who mounts them. */
export type Volumes = ReadonlyMap<string, Json> | null

export function volumesByName(findings: Findings, spec: Json, pointer: string): Volumes {
  for (const settled of findings.settled) if (settled.startsWith(pointer)) return null
  return new Map(objectsOf(spec, 'volumes').map(({ item }) => [textOf(item, 'name') ?? '', item]))
}

export function checkMounts(findings: Findings, container: Json, base: string, volumes: Volumes): void {
  const paths = new Set<string>()
  for (const { item, at } of objectsOf(container, 'volumeMounts')) {
    const pointer = `${base}/volumeMounts/${at}`
    checkVolumeName(findings, item, pointer, volumes)
    checkMountPath(findings, item, pointer, paths)
    checkSubPath(findings, item, pointer)
    checkPropagation(findings, item, pointer, container)
    checkClaimMount(findings, item, pointer, volumes)
    checkNfsMount(findings, item, pointer, volumes)
    checkRecursiveReadOnly(findings, item, `${pointer}/recursiveReadOnly`)
  }
}

function checkVolumeName(findings: Findings, mount: Json, pointer: string, volumes: Volumes): void {
  const name = requiredText(findings, mount, 'name', pointer)
  if (name === null || volumes === null || volumes.has(name)) return
  const near = nearest(name, [...volumes.keys()].slice(0, mostCandidates))
  const suggestion = near === null ? 'add it to spec.volumes' : `did you mean "${near.word}"?`
  report(findings, child(pointer, 'name'), `there is no volume "${name}" in spec.volumes`, suggestion)
}

function checkMountPath(findings: Findings, mount: Json, base: string, paths: Set<string>): void {
  const path = requiredText(findings, mount, 'mountPath', base)
  if (path === null) return
  const pointer = `${base}/mountPath`
  const absolute = checkMountable(findings, pointer, path)
  if (paths.has(absolute)) report(findings, pointer, `something else is mounted at "${path}" in this container already`)
  paths.add(absolute)
}

/** Where the engine can mount something. Returns the absolute path. */
export function checkMountable(findings: Findings, pointer: string, path: string): string {
  const absolute = absoluteMountPath(path)
  checkNul(findings, pointer, path)
  if (path.includes(':')) report(findings, pointer, 'must not contain ":"')
  else if (absolute === '/') report(findings, pointer, 'must not be the root of the container')
  return absolute
}

function checkSubPath(findings: Findings, mount: Json, pointer: string): void {
  const [path, expression] = [textOf(mount, 'subPath') ?? '', textOf(mount, 'subPathExpr') ?? '']
  checkDescendingPath(findings, `${pointer}/subPath`, path)
  if (path !== '' && expression !== '')
    report(findings, `${pointer}/subPathExpr`, 'subPathExpr and subPath are mutually exclusive', null, 'key')
  checkDescendingPath(findings, `${pointer}/subPathExpr`, expression)
}

function checkPropagation(findings: Findings, mount: Json, pointer: string, container: Json): void {
  const isPrivileged = objectOf(container, 'securityContext')['privileged'] === true
  if (mount['mountPropagation'] === 'Bidirectional' && !isPrivileged)
    report(
      findings,
      `${pointer}/mountPropagation`,
      'Bidirectional mount propagation is available only to privileged containers',
    )
}

/** The engine mounts a volume of its own for each container apart. */
function checkClaimMount(findings: Findings, mount: Json, pointer: string, volumes: Volumes): void {
  const volume = volumes?.get(textOf(mount, 'name') ?? '')
  const propagation = textOf(mount, 'mountPropagation') ?? 'None'
  if (volume === undefined || !('persistentVolumeClaim' in volume) || propagation === 'None') return
  report(
    findings,
    `${pointer}/mountPropagation`,
    `not supported: what is mounted in a persistentVolumeClaim is seen by no other container`,
    'leave it out, or use a hostPath volume',
  )
}

/** The engine mounts it inside the container's start, where podkeep can look for no part of it. */
function checkNfsMount(findings: Findings, mount: Json, pointer: string, volumes: Volumes): void {
  const volume = volumes?.get(textOf(mount, 'name') ?? '')
  if (volume === undefined || !('nfs' in volume)) return
  for (const field of ['subPath', 'subPathExpr'])
    if ((textOf(mount, field) ?? '') !== '')
      report(
        findings,
        `${pointer}/${field}`,
        'not supported: the engine mounts an NFS share as a whole',
        'add it to the path of the volume, or mount the share on the machine and use hostPath',
      )
  for (const [field, usual] of [
    ['mountPropagation', 'None'],
    ['recursiveReadOnly', 'Disabled'],
  ] as const)
    if ((textOf(mount, field) ?? usual) !== usual)
      report(
        findings,
        `${pointer}/${field}`,
        'not supported: the engine mounts an NFS share for each container apart',
        'leave it out, or mount the share on the machine and use hostPath',
      )
}

function checkRecursiveReadOnly(findings: Findings, mount: Json, pointer: string): void {
  const mode = textOf(mount, 'recursiveReadOnly')
  if (mode !== 'Enabled' && mode !== 'IfPossible') return
  const propagation = textOf(mount, 'mountPropagation') ?? 'None'
  if (mount['readOnly'] !== true) report(findings, pointer, 'may only be specified when readOnly is true')
  else if (propagation !== 'None')
    report(findings, pointer, 'may only be specified when mountPropagation is None or not specified')
}

/** A relative one starts at the container's root, as in the kubelet (makeMounts); `.`, `..` and doubled slashes are resolved. */
export function absoluteMountPath(path: string): string {
  const parts = path.split('/').reduce<string[]>((done, part) => {
    if (part === '..') done.pop()
    else if (part !== '' && part !== '.') done.push(part)
    return done
  }, [])
  return `/${parts.join('/')}`
}
