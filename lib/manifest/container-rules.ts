/** Containers. Source: validateContainerCommon, validateContainers, validateEnv, ValidateVolumeMounts. */

import { child, report, reportMissing, type Findings } from './finding.js'
import { nearest } from './field-names.js'
import { parseImageReference } from './image-reference.js'
import { checkName } from './metadata-rules.js'
import { envNameProblem, labelProblem } from './names.js'
import type { Json } from './normal-form.js'
import { checkPorts } from './port-rules.js'
import { checkResources } from './resource-rules.js'
import { listOf, objectOf, objectsOf, textOf } from './shape.js'
import { checkNul } from './volume-rules.js'

/** Volumes that are compared with a name that is not one of them. */
const mostCandidates = 100

export function checkContainers(findings: Findings, spec: Json, base: string): void {
  const hostNetwork = spec['hostNetwork'] === true
  const containers = spec['containers']
  if (containers === undefined) reportMissing(findings, `${base}/containers`)
  else if (Array.isArray(containers) && containers.length === 0)
    report(findings, `${base}/containers`, 'must have at least one container')
  const volumes = volumeNames(findings, spec, `${base}/volumes`)
  const names = new Set<string>()
  for (const list of ['initContainers', 'containers']) {
    for (const { item, at } of objectsOf(spec, list)) {
      const pointer = `${base}/${list}/${at}`
      checkContainerName(findings, item, pointer, names)
      checkImage(findings, item, pointer)
      checkProcess(findings, item, pointer)
      checkEnv(findings, item, pointer)
      checkPorts(findings, item, pointer, hostNetwork)
      checkMounts(findings, item, pointer, volumes)
      checkResources(findings, objectOf(item, 'resources'), `${pointer}/resources`)
    }
  }
}

/** null when something is wrong with the volumes: then nothing can be said about who mounts them. */
function volumeNames(findings: Findings, spec: Json, pointer: string): Set<string> | null {
  for (const settled of findings.settled) if (settled.startsWith(pointer)) return null
  return new Set(objectsOf(spec, 'volumes').map(({ item }) => textOf(item, 'name') ?? ''))
}

function checkContainerName(findings: Findings, container: Json, pointer: string, names: Set<string>): void {
  const name = textOf(container, 'name') ?? ''
  if (name === '') {
    if (container['name'] === undefined || container['name'] === '') reportMissing(findings, `${pointer}/name`)
    return
  }
  checkName(findings, `${pointer}/name`, name, labelProblem)
  if (names.has(name)) report(findings, `${pointer}/name`, `"${name}" names another container of this pod too`)
  names.add(name)
}

function checkImage(findings: Findings, container: Json, pointer: string): void {
  const image = textOf(container, 'image') ?? ''
  if (image === '') {
    if (container['image'] === undefined || container['image'] === '') reportMissing(findings, `${pointer}/image`)
    return
  }
  const parsed = parseImageReference(image)
  if (parsed.kind === 'problem') report(findings, `${pointer}/image`, parsed.message, parsed.suggestion)
}

function checkProcess(findings: Findings, container: Json, pointer: string): void {
  for (const field of ['command', 'args']) {
    listOf(container, field).forEach((word, at) => {
      if (typeof word === 'string') checkNul(findings, `${pointer}/${field}/${at}`, word)
    })
  }
  const workingDir = textOf(container, 'workingDir') ?? ''
  checkNul(findings, `${pointer}/workingDir`, workingDir)
  if (workingDir !== '' && !workingDir.startsWith('/'))
    report(findings, `${pointer}/workingDir`, 'must be an absolute path', 'start it with "/"')
}

function checkEnv(findings: Findings, container: Json, base: string): void {
  for (const { item, at } of objectsOf(container, 'env')) {
    const pointer = `${base}/env/${at}`
    const name = textOf(item, 'name') ?? ''
    if (name === '') {
      if (item['name'] === undefined || item['name'] === '') reportMissing(findings, `${pointer}/name`)
      continue
    }
    const problem = envNameProblem(name)
    if (problem !== null) report(findings, `${pointer}/name`, problem)
    checkNul(findings, `${pointer}/value`, textOf(item, 'value') ?? '')
  }
}

function checkMounts(findings: Findings, container: Json, base: string, volumes: ReadonlySet<string> | null): void {
  const paths = new Set<string>()
  for (const { item, at } of objectsOf(container, 'volumeMounts')) {
    const pointer = `${base}/volumeMounts/${at}`
    const name = textOf(item, 'name') ?? ''
    if (name === '') {
      if (item['name'] === undefined || item['name'] === '') reportMissing(findings, `${pointer}/name`)
    } else if (volumes !== null && !volumes.has(name)) reportNoVolume(findings, child(pointer, 'name'), name, volumes)
    checkMountPath(findings, item, `${pointer}/mountPath`, paths)
  }
}

function reportNoVolume(findings: Findings, pointer: string, name: string, volumes: ReadonlySet<string>): void {
  const near = nearest(name, [...volumes].slice(0, mostCandidates))
  const suggestion = near === null ? 'add it to spec.volumes' : `did you mean "${near.word}"?`
  report(findings, pointer, `there is no volume "${name}" in spec.volumes`, suggestion)
}

function checkMountPath(findings: Findings, mount: Json, pointer: string, paths: Set<string>): void {
  const path = textOf(mount, 'mountPath') ?? ''
  if (path === '') {
    if (mount['mountPath'] === undefined || mount['mountPath'] === '') reportMissing(findings, pointer)
    return
  }
  checkNul(findings, pointer, path)
  const absolute = absoluteMountPath(path)
  if (path.includes(':')) report(findings, pointer, 'must not contain ":"')
  else if (absolute === '/') report(findings, pointer, 'must not be the root of the container')
  else if (paths.has(absolute))
    report(findings, pointer, `something else is mounted at "${path}" in this container already`)
  paths.add(absolute)
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
