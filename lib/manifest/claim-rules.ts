/** What the API server checks of a claim, and of what it may be bound to. Source: ValidatePersistentVolumeClaimSpec. */

import { report, reportMissing, type Findings } from './finding.js'
import { subdomainProblem } from './names.js'
import type { Json } from './normal-form.js'
import { isWhole } from './quantity.js'
import { checkQuantity } from './resource-rules.js'
import { checkLabelSelector } from './selector-rules.js'
import { listOf, objectOf } from './shape.js'
import { checkOptionalName } from './text-rules.js'

const onePod = 'ReadWriteOncePod'

/** `spec` is in normal form. */
export function checkClaimSpec(findings: Findings, spec: Json, pointer: string): void {
  checkAccessModes(findings, spec, pointer)
  checkStorage(findings, objectOf(objectOf(spec, 'resources'), 'requests')['storage'], `${pointer}/resources/requests`)
  checkLabelSelector(findings, objectOf(spec, 'selector'), `${pointer}/selector`)
  for (const field of ['storageClassName', 'volumeAttributesClassName', 'volumeName'])
    checkOptionalName(findings, spec, field, pointer, subdomainProblem)
}

export function checkAccessModes(findings: Findings, spec: Json, pointer: string): void {
  const modes = listOf(spec, 'accessModes')
  if (modes.length === 0)
    reportMissing(findings, `${pointer}/accessModes`, 'at least 1 access mode is required: write [ReadWriteOnce]')
  else if (modes.includes(onePod) && modes.some((mode) => mode !== onePod))
    report(findings, `${pointer}/accessModes`, `may not use ${onePod} with other access modes`)
}

export function checkStorage(findings: Findings, storage: unknown, base: string): void {
  const pointer = `${base}/storage`
  if (storage === undefined) reportMissing(findings, pointer, 'write how much it should hold, as in 1Gi')
  const amount = checkQuantity(findings, storage, pointer)
  if (amount === null) return
  if (amount.nanos === 0n) report(findings, pointer, 'must be greater than zero')
  else if (!isWhole(amount)) report(findings, pointer, 'must be whole bytes')
}

export function isForOnePod(spec: Json): boolean {
  return listOf(spec, 'accessModes').includes(onePod)
}
