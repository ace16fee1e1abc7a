/**
 * The JSON schema that editors complete and check manifests with: the validator's own, with what podkeep makes of each field in words.
 * Made by the build (schema/write-editor-schema.mjs); a validator that says more than the schema stays the judge.
 *
 * E1  What podkeep takes, the schema takes. A field that is refused is in it, with the reason, for some of its values are taken.
 */

import { fieldNotes } from './field-notes.js'
import type { FieldRow } from './field-rows.js'
import { kindRows } from './kind-rows.js'
import { ignoredKinds, kindForms, type Kind } from './kind-table.js'
import type { Json } from './normal-form.js'
import { podFields } from './schema/pod-fields.generated.js'

type Definitions = Readonly<Record<string, { readonly properties?: Readonly<Record<string, Json>> }>>

/** @param definitions of the validator's schema, complete */
export function editorSchema(definitions: Definitions): Json {
  const words = describedFields()
  const described = Object.entries(definitions).map(([name, definition]): [string, unknown] => {
    const { properties } = definition
    if (properties === undefined) return [name, definition]
    const fields = Object.entries(properties).map(([field, schema]): [string, unknown] => [
      field,
      withWords(schema, words.get(`${name}.${field}`)),
    ])
    return [name, { ...definition, properties: Object.fromEntries(fields) }]
  })
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'podkeep manifest',
    ...document([...Object.keys(kindForms), ...ignoredNames, 'List']),
    definitions: {
      ...Object.fromEntries(described),
      Document: document([...Object.keys(kindForms), ...ignoredNames]),
    },
  }
}

const ignoredNames = Object.keys(ignoredKinds).map((name) => name.replace(/^.* /, ''))

/** One of these kinds, by its name: so an editor knows which fields there are as soon as the kind is there. */
function document(kinds: readonly string[]): Json {
  const ofKind = kinds.filter((kind) => Object.hasOwn(kindForms, kind)) as Kind[]
  const choices = ofKind.map((kind) => {
    const { apiVersion, definition } = kindForms[kind]
    return when(kind, {
      properties: { apiVersion: { const: apiVersion } },
      allOf: [{ $ref: `#/definitions/${definition}` }],
    })
  })
  const items = { type: 'array', items: { $ref: '#/definitions/Document' } }
  return {
    type: 'object',
    required: ['apiVersion', 'kind'],
    properties: {
      apiVersion: { type: 'string', description: 'v1 of a Pod; apps/v1 of workloads; batch/v1 of Jobs.' },
      kind: { enum: kinds, description: 'What this document is.' },
    },
    allOf: [...choices, ...(kinds.includes('List') ? [when('List', { properties: { items } })] : [])],
  }
}

function when(kind: string, then: Json): Json {
  return { if: { required: ['kind'], properties: { kind: { const: kind } } }, then }
}

interface Words {
  readonly description: string
  readonly isRefused: boolean
}

/** By definition and field. Where the same definition is in several places, the one where most is supported speaks for it. */
function describedFields(): ReadonlyMap<string, Words> {
  const words = new Map<string, Words>()
  for (const [kind, rows] of Object.entries(kindRows)) {
    const byPath = new Map(rows.map((row) => [row.path, row]))
    describe({ words, byPath, notes: kind === 'Pod' }, kindForms[kind as Kind].definition, '', null, [])
  }
  return words
}

interface Describing {
  readonly words: Map<string, Words>
  readonly byPath: ReadonlyMap<string, FieldRow>
  /** The notes are on a Pod's fields. */
  readonly notes: boolean
}

function describe(
  to: Describing,
  definition: string,
  prefix: string,
  above: FieldRow | null,
  inside: readonly string[],
): void {
  if (inside.includes(definition)) return
  for (const [field, type] of Object.entries(podFields[definition] ?? {})) {
    const path = prefix === '' ? field : `${prefix}.${field}`
    const asContainer = path.replace(/^spec\.initContainers\[\]/, 'spec.containers[]')
    const isSettledAbove = above !== null && above.support !== 'supported'
    const row = isSettledAbove ? above : (to.byPath.get(path) ?? to.byPath.get(asContainer) ?? null)
    if (row === null) continue
    const place = `${definition}.${field}`
    const known = to.words.get(place)
    if (known === undefined || known.isRefused) to.words.set(place, wordsOf(row, to.notes ? asContainer : null))
    const [item, mark] = type.startsWith('[]') ? [type.slice(2), '[]'] : [type.replace(/^\{\}/, ''), '']
    describe(to, item, path + mark, row, [...inside, definition])
  }
}

function wordsOf({ support, reason, instead }: FieldRow, path: string | null): Words {
  const note = path === null ? undefined : fieldNotes.get(path)
  const otherwise = note?.otherwise ?? null
  const about = note === undefined ? '' : `${note.about}${otherwise === null ? '' : ` Left out: ${otherwise}.`} `
  const why = [reason, instead].filter((part) => part !== null).join(': ')
  const what = {
    supported: '',
    ignored: `podkeep ignores it: ${why}.`,
    never: `podkeep refuses it: ${why}.`,
  }[support]
  return { description: `${about}${what}`.trim(), isRefused: support === 'never' }
}

/** Beside a reference nothing counts, so it is wrapped. Editors that know `doNotSuggest` leave out what is refused. */
function withWords(schema: Json, words: Words | undefined): Json {
  if (words === undefined || words.description === '') return schema
  const inner = '$ref' in schema ? { allOf: [schema] } : schema
  const { description, isRefused } = words
  return { ...inner, description, ...(isRefused && { doNotSuggest: true, deprecationMessage: description }) }
}
