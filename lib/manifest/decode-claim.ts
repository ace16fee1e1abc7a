/** A PersistentVolumeClaim, already a value: checked by every rule, or in podkeep's own terms. */

import { podKey, type Claim, type ClaimTerms, type DesiredClaim } from '../pod/index.js'
import { checkedObject } from './checked-object.js'
import { claimRows } from './claim-fields.js'
import { checkClaimSpec, isForOnePod } from './claim-rules.js'
import { reportMissing, type Findings } from './finding.js'
import { kindForms } from './kind-table.js'
import { namespaceOf } from './metadata-rules.js'
import { isObject, type Json } from './normal-form.js'
import type { WrittenAt } from './schema-rules.js'
import { bytesOf } from './quantity.js'
import { listOf, objectOf, textOf, textOrNull } from './shape.js'
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
  return desiredClaim(objectOf(object, 'spec'), { namespace, name: textOf(metadata, 'name') ?? '' }, file)
}

/** @param spec in normal form, without any fault */
export function desiredClaim(spec: Json, { namespace, name }: Claim, file: string): DesiredClaim {
  const key = podKey(namespace, name)
  return { key, namespace, name, file, isForOnePod: isForOnePod(spec), terms: termsOf(spec) }
}

function termsOf(spec: Json): ClaimTerms {
  const selector = objectOf(spec, 'selector')
  return {
    storageClassName: textOf(spec, 'storageClassName') ?? null,
    accessModes: listOf(spec, 'accessModes') as string[],
    requestBytes: bytesOf(objectOf(objectOf(spec, 'resources'), 'requests'), 'storage') ?? 0,
    volumeName: textOrNull(spec, 'volumeName'),
    selector: Object.keys(selector).length === 0 ? null : selector,
  }
}
