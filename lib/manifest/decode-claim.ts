/** A PersistentVolumeClaim, already a value: checked by every rule, or in podkeep's own terms. */

import { podKey, type DesiredClaim } from '../pod/index.js'
import { checkedObject } from './checked-object.js'
import { claimRows } from './claim-fields.js'
import { checkClaimSpec, isForOnePod } from './claim-rules.js'
import { reportMissing, type Findings } from './finding.js'
import { kindForms } from './kind-table.js'
import { namespaceOf } from './metadata-rules.js'
import { isObject, type Json } from './normal-form.js'
import type { WrittenAt } from './schema-rules.js'
import { objectOf, textOf } from './shape.js'
import { tree } from './support-rules.js'

const table = tree(claimRows)

/** The claim, or null when `findings` says why not. */
export function decodeClaim(
  findings: Findings,
  listed: { readonly value: Json; readonly pointer: string },
  file: string,
  writtenAt: WrittenAt,
): DesiredClaim | null {
  const object = checkedObject(findings, listed, {
    form: kindForms.PersistentVolumeClaim,
    table,
    writtenAt,
    check: ({ spec }) => {
      if (isObject(spec)) checkClaimSpec(findings, spec, `${listed.pointer}/spec`)
      else reportMissing(findings, `${listed.pointer}/spec`)
    },
  })
  if (object === null) return null
  const metadata = objectOf(object, 'metadata')
  const namespace = namespaceOf(metadata)
  const name = textOf(metadata, 'name') ?? ''
  return { key: podKey(namespace, name), namespace, name, file, isForOnePod: isForOnePod(objectOf(object, 'spec')) }
}
