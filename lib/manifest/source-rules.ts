/**
 * Volumes made of objects: what the API server checks of each source.
 * Source: validateConfigMapVolumeSource, validateSecretVolumeSource, validateDownwardAPIVolumeSource, validateProjectedVolumeSource,
 * validateImageVolumeSource, validateNFSVolumeSource, validatePersistentClaimVolumeSource.
 */

import { checkFieldRef, checkResourceRef } from './env-rules.js'
import { checkItemFilePath, checkPathsTogether, type PathAt } from './file-path-rules.js'
import { hasFindingBelow, report, type Findings } from './finding.js'
import { checkImageName } from './image-rules.js'
import { isObject, type Json } from './normal-form.js'
import { numberOf, objectOf, objectsOf, textOf } from './shape.js'
import { checkNul, requiredText } from './text-rules.js'

const modeMost = 0o777
const volumeFields = ['metadata.name', 'metadata.namespace', 'metadata.labels', 'metadata.annotations', 'metadata.uid']

export function checkObjectSource(findings: Findings, kind: string, source: Json, pointer: string, spec: Json): void {
  switch (kind) {
    case 'configMap':
      requiredText(findings, source, 'name', pointer)
      checkItems(findings, source, pointer)
      checkPathsTogether(findings, pathsOf(source, pointer))
      return
    case 'secret':
      requiredText(findings, source, 'secretName', pointer)
      checkItems(findings, source, pointer)
      checkPathsTogether(findings, pathsOf(source, pointer))
      return
    case 'downwardAPI':
      checkMode(findings, source, 'defaultMode', pointer)
      checkFiles(findings, source, pointer, spec)
      checkPathsTogether(findings, pathsOf(source, pointer))
      return
    case 'projected':
      checkMode(findings, source, 'defaultMode', pointer)
      checkProjected(findings, source, pointer, spec)
      return
    case 'image':
      checkImageName(findings, source, 'reference', pointer)
      return
    case 'persistentVolumeClaim':
      requiredText(findings, source, 'claimName', pointer)
      return
    case 'nfs': {
      const server = requiredText(findings, source, 'server', pointer)
      // It is one of the mount's options, between commas.
      if (server !== null && /[\s,]/.test(server))
        report(findings, `${pointer}/server`, 'must be a host name or an address, without commas and white space')
      const path = requiredText(findings, source, 'path', pointer)
      if (path !== null && !path.startsWith('/'))
        report(findings, `${pointer}/path`, 'must be an absolute path', 'start it with "/"')
      else if (path !== null) checkNul(findings, `${pointer}/path`, path)
      return
    }
    default:
  }
}

function checkItems(findings: Findings, source: Json, pointer: string): void {
  checkMode(findings, source, 'defaultMode', pointer)
  for (const { item, at } of objectsOf(source, 'items')) {
    const place = `${pointer}/items/${at}`
    requiredText(findings, item, 'key', place)
    checkItemPath(findings, item, place)
  }
}

function checkItemPath(findings: Findings, item: Json, pointer: string): void {
  const path = requiredText(findings, item, 'path', pointer)
  if (path !== null) checkItemFilePath(findings, { path, pointer: `${pointer}/path` })
  checkMode(findings, item, 'mode', pointer)
}

function pathsOf(source: Json, pointer: string): PathAt[] {
  return objectsOf(source, 'items').flatMap(({ item, at }) => {
    const path = textOf(item, 'path') ?? ''
    return path === '' ? [] : [{ path, pointer: `${pointer}/items/${at}/path` }]
  })
}

function checkMode(findings: Findings, owner: Json, field: string, pointer: string): void {
  const mode = numberOf(owner, field)
  if (mode !== undefined && (mode < 0 || mode > modeMost))
    report(
      findings,
      `${pointer}/${field}`,
      'must be a number between 0 and 0777 (octal), both inclusive',
      isModeInDecimal(mode) ? `did you mean 0${mode}?` : null,
    )
}

/**
 * 644 is 0644 without its zero. 512 is not 0512, for nobody lets others do what a group may not, nor a group what the owner may not:
 * 01000 was read as octal, and is too much.
 */
function isModeInDecimal(mode: number): boolean {
  if (!/^[0-7]{3}$/.test(String(mode))) return false
  const [owner = 0, group = 0, others = 0] = Array.from(String(mode), Number)
  return (group & ~owner) === 0 && (others & ~group) === 0
}

function checkFiles(findings: Findings, source: Json, pointer: string, spec: Json): void {
  for (const { item, at } of objectsOf(source, 'items')) {
    const place = `${pointer}/items/${at}`
    checkItemPath(findings, item, place)
    const [field, resource] = [item['fieldRef'], item['resourceFieldRef']]
    if (isObject(field)) checkFieldRef(findings, field, `${place}/fieldRef`, volumeFields)
    if (isObject(resource)) {
      requiredText(findings, resource, 'containerName', `${place}/resourceFieldRef`)
      checkResourceRef(findings, resource, `${place}/resourceFieldRef`, spec)
    }
    if (isObject(field) && isObject(resource))
      report(findings, place, 'fieldRef and resourceFieldRef can not be specified simultaneously')
    else if (field === undefined && resource === undefined && !hasFindingBelow(findings, place))
      report(findings, place, 'one of fieldRef and resourceFieldRef is required')
  }
}

function checkProjected(findings: Findings, projected: Json, base: string, spec: Json): void {
  const paths = new Set<string>()
  const places: PathAt[] = []
  for (const { item, at } of objectsOf(projected, 'sources')) {
    const pointer = `${base}/sources/${at}`
    const [first, ...others] = Object.keys(item)
    if (others.length > 0) report(findings, pointer, 'may not specify more than 1 volume type per source')
    if (first === undefined) continue
    const source = objectOf(item, first)
    const place = `${pointer}/${first}`
    if (first === 'configMap' || first === 'secret') {
      requiredText(findings, source, 'name', place)
      checkItems(findings, source, place)
    } else if (first === 'downwardAPI') checkFiles(findings, source, place, spec)
    for (const one of pathsOf(source, place)) {
      if (paths.has(one.path)) report(findings, one.pointer, 'conflicting duplicate paths')
      paths.add(one.path)
      places.push(one)
    }
  }
  checkPathsTogether(findings, places)
}
