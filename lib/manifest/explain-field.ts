/** What is known of a field of a kind: its type, what podkeep does with it, and what is below it. */

import { nearest } from './field-names.js'
import { fieldNotes, type FieldNote } from './field-notes.js'
import type { FieldRow } from './field-rows.js'
import { kindRows, templateRows } from './kind-rows.js'
import { kindForms, type Kind, type KindForm } from './kind-table.js'
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

type Rows = ReadonlyMap<string, FieldRow>

/** The tables of a kind, and of the template in it. */
interface Tables {
  readonly own: Rows
  /** `spec.template.`; what is below it is looked up without it. null: the kind is a Pod's or has none. */
  readonly template: string | null
}

const byPath = (rows: readonly FieldRow[]): Rows => new Map(rows.map((row) => [row.path, row]))
const ofTemplate = byPath(templateRows)

/** @param steps `spec`, `containers`, `image` */
export function explainField(kind: Kind, steps: readonly string[]): Explanation {
  const form: KindForm = kindForms[kind]
  const template = form.template === null ? null : `${form.template.slice(1).replaceAll('/', '.')}.`
  const tables: Tables = { own: byPath(kindRows[kind]), template }
  let type = form.definition
  let path = ''
  let row: FieldRow | null = null
  for (const name of steps.map((step) => step.replace(/\[.*\]$/, ''))) {
    const fields = podFields[definitionOf(type)] ?? {}
    const known = Object.hasOwn(fields, name) ? fields[name] : undefined
    if (known === undefined) {
      const near = nearest(name, Object.keys(fields))?.word ?? null
      return { kind: 'unknown', name, parent: path, suggestion: near }
    }
    path = below(path, type, name)
    row = rowOf(tables, path, row)
    type = known
  }
  const children = Object.entries(podFields[definitionOf(type)] ?? {}).map(([name, childType]) => ({
    name,
    type: shortType(childType),
    row: rowOf(tables, below(path, type, name), row),
  }))
  // What a pod's field means, a template's that is ignored does not.
  const note = kind !== 'Pod' && row?.support === 'ignored' ? null : noteOf(kind, tables, path)
  return { kind: 'field', field: { path, type: shortType(type), row, note, children } }
}

function below(path: string, type: string, name: string): string {
  return path === '' ? name : `${path}${type.startsWith('[]') ? '[]' : ''}.${name}`
}

/** Its own; below a field that is not supported, that one's. Rows of containers hold for init containers too. */
function rowOf(tables: Tables, path: string, above: FieldRow | null): FieldRow | null {
  if (above !== null && above.support !== 'supported') return above
  const inTemplate = partOfTemplate(tables, path)
  const [rows, place] = inTemplate === null ? [tables.own, path] : [ofTemplate, inTemplate]
  return rows.get(place) ?? rows.get(asContainer(place)) ?? null
}

/** The notes are on a Pod's fields. */
function noteOf(kind: Kind, tables: Tables, path: string): FieldNote | null {
  const place = kind === 'Pod' ? path : partOfTemplate(tables, path)
  return place === null ? null : (fieldNotes.get(place) ?? fieldNotes.get(asContainer(place)) ?? null)
}

function partOfTemplate({ template }: Tables, path: string): string | null {
  return template !== null && path.startsWith(template) ? path.slice(template.length) : null
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
