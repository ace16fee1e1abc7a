/** A PersistentVolumeClaim, already a value: checked by every rule, or in podkeep's own terms. */

import { podKey, type DesiredClaim } from '../pod/index.js'
import { claimRows } from './claim-fields.js'
import { checkClaimSpec, isForOnePod } from './claim-rules.js'
import { reportMissing, type Findings } from './finding.js'
import { kindForms } from './kind-table.js'
import { checkObjectMetadata, namespaceOf } from './metadata-rules.js'
import { isObject, normal, type Json } from './normal-form.js'
import { checkSchema, type WrittenAt } from './schema-rules.js'
import { objectOf, textOf } from './shape.js'
import { checkSupport, reportLater, tree } from './support-rules.js'

const table = tree(claimRows)

/** The claim, or null when `findings` says why not. */
export function decodeClaim(
  findings: Findings,
  { value, pointer }: { readonly value: Json; readonly pointer: string },
  file: string,
  writtenAt: WrittenAt,
): DesiredClaim | null {
  const form = kindForms.PersistentVolumeClaim
  const later = checkSupport(findings, value, pointer, table)
  checkSchema(findings, value, pointer, writtenAt, form)
  const object = normal(value, form.definition)
  if (!isObject(object)) return null
  const metadata = objectOf(object, 'metadata')
  checkObjectMetadata(findings, metadata, `${pointer}/metadata`)
  const spec = objectOf(object, 'spec')
  if (isObject(object['spec'])) checkClaimSpec(findings, spec, `${pointer}/spec`)
  else reportMissing(findings, `${pointer}/spec`)
  reportLater(findings, later)
  if (findings.found.length > 0) return null
  const namespace = namespaceOf(metadata)
  const name = textOf(metadata, 'name') ?? ''
  return { key: podKey(namespace, name), namespace, name, file, isForOnePod: isForOnePod(spec) }
}
