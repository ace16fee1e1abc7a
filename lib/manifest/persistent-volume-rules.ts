/** What the API server checks of a PersistentVolume. Source: ValidatePersistentVolumeSpec, validateVolumeNodeAffinity. */

import { checkAccessModes, checkStorage } from './claim-rules.js'
import { child, hasFindingBelow, report, reportMissing, type Findings } from './finding.js'
import { subdomainProblem } from './names.js'
import type { Json } from './normal-form.js'
import { isObject } from './normal-form.js'
import { checkNodeTerms } from './scheduling-rules.js'
import { listOf, objectOf, textOf } from './shape.js'
import { checkObjectSource } from './source-rules.js'
import { checkOptionalName, requiredText } from './text-rules.js'
import { checkHostPath } from './volume-rules.js'

/** Those that podkeep can mount. */
const persistentSources = ['hostPath', 'local', 'nfs'] as const

/** `spec` is in normal form. */
export function checkPersistentVolume(findings: Findings, spec: Json, pointer: string): void {
  checkAccessModes(findings, spec, pointer)
  checkCapacity(findings, objectOf(spec, 'capacity'), `${pointer}/capacity`)
  checkOptionalName(findings, spec, 'storageClassName', pointer, subdomainProblem)
  checkSource(findings, spec, pointer)
  checkMountOptions(findings, spec, pointer)
  if (isObject(spec['claimRef']))
    for (const field of ['namespace', 'name']) requiredText(findings, spec['claimRef'], field, `${pointer}/claimRef`)
  if (isObject(spec['nodeAffinity'])) checkNodeAffinity(findings, spec['nodeAffinity'], `${pointer}/nodeAffinity`)
}

function checkCapacity(findings: Findings, capacity: Json, pointer: string): void {
  for (const name of Object.keys(capacity))
    if (name !== 'storage') report(findings, child(pointer, name), 'must be storage', null, 'key')
  checkStorage(findings, capacity['storage'], pointer)
}

function checkSource(findings: Findings, spec: Json, pointer: string): void {
  const [first, ...others] = persistentSources.filter((kind) => isObject(spec[kind]))
  for (const kind of others)
    report(
      findings,
      `${pointer}/${kind}`,
      `may not specify more than 1 volume type, and ${first ?? ''} stands here`,
      null,
      'key',
    )
  if (first === undefined && !hasFindingBelow(findings, pointer))
    report(findings, pointer, 'must specify a volume type', 'write hostPath, local or nfs', 'key')
  for (const kind of ['hostPath', 'local'] as const)
    if (isObject(spec[kind])) checkHostPath(findings, spec[kind], `${pointer}/${kind}`)
  if (isObject(spec['nfs'])) checkObjectSource(findings, 'nfs', spec['nfs'], `${pointer}/nfs`, {})
  if (spec['persistentVolumeReclaimPolicy'] === 'Recycle' && textOf(objectOf(spec, 'hostPath'), 'path') === '/')
    report(findings, `${pointer}/persistentVolumeReclaimPolicy`, "may not be 'recycle' for a hostPath mount of '/'")
}

/** Those of an NFS mount are one text for the kernel, with commas between; its server has a field of its own. */
function checkMountOptions(findings: Findings, spec: Json, pointer: string): void {
  const options = listOf(spec, 'mountOptions')
  if (options.length > 0 && !isObject(spec['nfs']) && persistentSources.some((kind) => isObject(spec[kind])))
    report(
      findings,
      `${pointer}/mountOptions`,
      'not supported: only an nfs volume is mounted',
      'remove the field',
      'key',
    )
  options.forEach((option, at) => {
    const place = `${pointer}/mountOptions/${at}`
    if (typeof option !== 'string') return
    if (option === '' || /[\s,\0]/.test(option))
      report(
        findings,
        place,
        'must be one mount option, without commas and white space',
        'write each as an item of its own',
      )
    else if (option.startsWith('addr='))
      report(findings, place, 'not supported: the server is that of nfs.server', 'remove it')
  })
}

function checkNodeAffinity(findings: Findings, affinity: Json, pointer: string): void {
  const { required } = affinity
  if (isObject(required)) checkNodeTerms(findings, required, `${pointer}/required`)
  else reportMissing(findings, `${pointer}/required`, 'must specify required node constraints')
}
