/** What is known of a field of a Pod: its type, what podkeep does with it, and what is below it. */

import { nearest } from './field-names.js'
import { fieldNotes, type FieldNote } from './field-notes.js'
import type { FieldRow } from './field-rows.js'
import { fieldSupport } from './field-support.js'
import { podFields } from './schema/pod-fields.generated.js'

export interface ExplainedField {
  /** `spec.containers[].image` */
  readonly path: string
  /** `string`, `[]Container` ... */
  readonly type: string
  /** null: a field that is only a name for what is below it. */
  readonly row: FieldRow | null
  readonly note: FieldNote | null
  readonly children: readonly { readonly name: string; readonly type: string; readonly row: FieldRow | null }[]
}

export type Explanation =
  | { readonly kind: 'field'; readonly field: ExplainedField }
  | { readonly kind: 'unknown'; readonly name: string; readonly parent: string; readonly suggestion: string | null }

const rows = new Map(fieldSupport.map((row) => [row.path, row]))

/** @param steps `pod`, `spec`, `containers`, `image`; the first may be left out */
export function explainField(steps: readonly string[]): Explanation {
  const names = /^pods?$/i.test(steps[0] ?? '') ? steps.slice(1) : steps
  let type = 'V1Pod'
  let path = ''
  let row: FieldRow | null = null
  for (const name of names.map((step) => step.replace(/\[.*\]$/, ''))) {
    const fields = podFields[definitionOf(type)] ?? {}
    const known = Object.hasOwn(fields, name) ? fields[name] : undefined
    if (known === undefined) {
      const near = nearest(name, Object.keys(fields))?.word ?? null
      return { kind: 'unknown', name, parent: path, suggestion: near }
    }
    path = below(path, type, name)
    row = rowOf(path, row)
    type = known
  }
  const children = Object.entries(podFields[definitionOf(type)] ?? {}).map(([name, childType]) => ({
    name,
    type: shortType(childType),
    row: rowOf(below(path, type, name), row),
  }))
  const noted = fieldNotes.get(path) ?? fieldNotes.get(asContainer(path)) ?? null
  return { kind: 'field', field: { path, type: shortType(type), row, note: noted, children } }
}

function below(path: string, type: string, name: string): string {
  return path === '' ? name : `${path}${type.startsWith('[]') ? '[]' : ''}.${name}`
}

/** Its own; below a field that is not supported, that one's. Rows of containers hold for init containers too. */
function rowOf(path: string, above: FieldRow | null): FieldRow | null {
  if (above !== null && above.support !== 'supported') return above
  return rows.get(path) ?? rows.get(asContainer(path)) ?? null
}

function asContainer(path: string): string {
  return path.replace(/^spec\.initContainers\[\]/, 'spec.containers[]')
}

function definitionOf(type: string): string {
  return type.replace(/^(\[\]|\{\})/, '')
}

/** `[]V1Container` as Kubernetes' documentation writes it. */
function shortType(type: string): string {
  return type
    .replace(/^\{\}/, 'map of ')
    .replace(/^\[\]/, 'list of ')
    .replace(/V1(?=[A-Z])/, '')
}
