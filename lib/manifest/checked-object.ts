/** What the checks of every kind that is no Pod's have in common: supported fields, the schema and metadata. */

import type { Findings } from './finding.js'
import type { KindForm } from './kind-table.js'
import { checkObjectMetadata } from './metadata-rules.js'
import { isObject, normal, type Json } from './normal-form.js'
import { checkSchema, type WrittenAt } from './schema-rules.js'
import { objectOf } from './shape.js'
import { checkSupport, type Branch } from './support-rules.js'

export interface KindRules {
  readonly form: KindForm
  readonly table: Branch | undefined
  readonly writtenAt: WrittenAt
  /** What is looked at before the schema, beside the supported fields. */
  readonly checkWritten?: () => void
  /** The kind's own rules; the object is in normal form. */
  readonly check: (object: Json) => void
}

/** In normal form; null when `findings` says why not. `pointer` is where it stands in its document. */
export function checkedObject(
  findings: Findings,
  { value, pointer }: { readonly value: Json; readonly pointer: string },
  { form, table, writtenAt, checkWritten, check }: KindRules,
): Json | null {
  checkSupport(findings, value, pointer, table)
  checkWritten?.()
  checkSchema(findings, value, pointer, writtenAt, form)
  const object = normal(value, form.definition)
  if (!isObject(object)) return null
  checkObjectMetadata(findings, objectOf(object, 'metadata'), `${pointer}/metadata`)
  check(object)
  return findings.found.length > 0 ? null : object
}
