/** The schema's errors, in words: unknown fields with what was probably meant, wrong types with how to write the right one. */

import { podFields } from './schema/pod-fields.generated.js'
import { validators } from './schema/pod-validator.generated.js'
import { invariant } from '../pod/index.js'
import { child, isSettled, report, reportMissing, segmentsOf, type Findings } from './finding.js'
import { guessField, nearest } from './field-names.js'
import { isObject } from './normal-form.js'
import { quantityMessage } from './resource-rules.js'

/** Guessing what was meant is slow, and nobody misspells more. */
const mostGuesses = 100

interface SchemaError {
  readonly instancePath: string
  readonly keyword: string
  readonly params: Readonly<Record<string, unknown>>
}

/** What the author wrote at a pointer, as it stands in the file; null when there is no such scalar. */
export type WrittenAt = (pointer: string) => string | null

/** What an object should be: the name of its definition in the schema, and where its pod template is. */
export interface Form {
  readonly definition: string
  /** A pointer; null when it has none, or is a Pod itself. */
  readonly template: string | null
}

const podForm: Form = { definition: 'V1Pod', template: null }

export function checkSchema(
  findings: Findings,
  object: unknown,
  pointer: string,
  writtenAt: WrittenAt,
  form = podForm,
): void {
  const validate = validators[form.definition]
  invariant(validate !== undefined, `there is a validator for ${form.definition}`)
  if (validate(object)) return
  const errors: readonly SchemaError[] = validate.errors ?? []
  // Unknown fields first: they explain missing ones. Enumerations before types: they know which values there are.
  const order = ['additionalProperties', 'enum', 'type', 'minimum', 'maximum', 'required']
  const sorted = [...errors].sort((a, b) => order.indexOf(a.keyword) - order.indexOf(b.keyword))
  const unknown = sorted.filter(({ keyword }) => keyword === 'additionalProperties')
  unknown.sort((a, b) => depth(a) - depth(b))
  unknown.forEach((error, at) => reportUnknown(findings, { object, form }, pointer, error, at < mostGuesses))
  for (const error of sorted) reportError(findings, object, pointer, error, writtenAt)
}

/** metadata of an object that is no Pod: it is the same in all of them. */
export function checkMetadataSchema(
  findings: Findings,
  metadata: unknown,
  pointer: string,
  writtenAt: WrittenAt,
): void {
  checkSchema(findings, { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [] } }, pointer, writtenAt)
}

function depth(error: SchemaError): number {
  return segmentsOf(error.instancePath).length
}

function reportError(
  findings: Findings,
  object: unknown,
  base: string,
  error: SchemaError,
  writtenAt: WrittenAt,
): void {
  const pointer = base + error.instancePath
  if (isSettled(findings, pointer)) return
  const value = valueAt(object, error.instancePath)
  switch (error.keyword) {
    case 'additionalProperties':
      return
    case 'required':
      reportMissing(findings, child(pointer, String(error.params['missingProperty'])))
      return
    case 'enum':
      reportEnum(findings, pointer, value, allowedValues(error), writtenAt(pointer))
      return
    case 'type':
      reportType(findings, pointer, value, wantedType(error), writtenAt(pointer))
      return
    case 'minimum':
    case 'maximum':
      reportBound(findings, pointer, error)
      return
    default:
      report(findings, pointer, 'is not what the schema of Kubernetes allows here')
  }
}

function reportUnknown(
  findings: Findings,
  { object, form }: { readonly object: unknown; readonly form: Form },
  base: string,
  error: SchemaError,
  guesses: boolean,
): void {
  const name = String(error.params['additionalProperty'])
  const parent = base + error.instancePath
  if (isSettled(findings, child(parent, name))) return
  const { definition, pattern } = typeAt(form.definition, error.instancePath)
  const guess = guesses ? guessField(name, definition, pattern, form) : null
  report(findings, child(parent, name), 'unknown field', guess?.suggestion ?? null, 'key')
  const around = valueAt(object, error.instancePath)
  if (typeof guess?.sibling !== 'string') findings.misplaced.add(name)
  else if (!isObject(around) || !Object.hasOwn(around, guess.sibling))
    findings.settled.add(child(parent, guess.sibling))
}

function reportEnum(
  findings: Findings,
  pointer: string,
  value: unknown,
  allowed: readonly string[],
  written: string | null,
): void {
  const text = written ?? scalarText(value)
  const plain = (word: string): string => word.toLowerCase().replaceAll(/[^a-z]/g, '')
  const synonym = synonyms[plain(text)]
  const near =
    allowed.find((candidate) => candidate === synonym || plain(candidate) === plain(text)) ??
    nearest(text, allowed)?.word ??
    null
  report(findings, pointer, `must be one of ${allowed.join(', ')}`, near === null ? null : `did you mean "${near}"?`)
}

/** Docker's restart policies, which people try. */
const synonyms: Readonly<Record<string, string>> = {
  no: 'Never',
  false: 'Never',
  unlessstopped: 'Always',
  missing: 'IfNotPresent',
}

function reportType(findings: Findings, pointer: string, value: unknown, wanted: string, written: string | null): void {
  const is = wanted === 'string' && typeof value === 'number' ? 'a number' : typeName(value)
  const isScalar = typeof value !== 'object'
  const shown = written ?? scalarText(value)
  switch (wanted) {
    case 'string':
      report(findings, pointer, `must be a string, not ${is}`, isScalar ? `quote it: ${JSON.stringify(shown)}` : null)
      return
    case 'integer':
      report(findings, pointer, `must be a whole number, not ${is}`, unquoted(value, /^[0-9]+$/))
      return
    case 'boolean':
      report(findings, pointer, `must be true or false, not ${is}`, unquoted(value, /^(true|false)$/))
      return
    case 'array': {
      const suggestion = isScalar
        ? `write ${JSON.stringify(shown.split(' ')).replaceAll('","', '", "')}`
        : 'start each item with "- "'
      report(findings, pointer, `must be a list, not ${is}`, suggestion)
      return
    }
    case 'object':
      report(findings, pointer, `must be an object with fields, not ${is}`)
      return
    case 'string or number':
      report(findings, pointer, `${quantityMessage}, not ${is}`)
      return
    default:
      report(findings, pointer, `must be a ${wanted}, not ${is}`)
  }
}

function scalarText(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : ''
}

function unquoted(value: unknown, form: RegExp): string | null {
  return typeof value === 'string' && form.test(value) ? `write ${value} without quotes` : null
}

export function typeName(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'an object'
  if (typeof value === 'boolean') return 'true or false'
  if (typeof value === 'number') return Number.isInteger(value) ? 'a number' : 'a fraction'
  return 'a string'
}

function reportBound(findings: Findings, pointer: string, error: SchemaError): void {
  const isPort = /\/ports\/\d+\/(containerPort|hostPort|port)$/.test(pointer)
  if (isPort) report(findings, pointer, 'must be between 1 and 65535, inclusive')
  else if (error.keyword === 'minimum')
    report(findings, pointer, `must be greater than or equal to ${String(error.params['limit'])}`)
  else report(findings, pointer, `must be less than or equal to ${String(error.params['limit'])}`)
}

function wantedType(error: SchemaError): string {
  const type = error.params['type']
  const types = Array.isArray(type) ? type.map(String) : [String(type)]
  return types.filter((name) => name !== 'null').join(' or ')
}

function allowedValues(error: SchemaError): string[] {
  const values = error.params['allowedValues']
  return Array.isArray(values)
    ? values.filter((value): value is string => typeof value === 'string' && value !== '')
    : []
}

function valueAt(value: unknown, pointer: string): unknown {
  return segmentsOf(pointer).reduce<unknown>((part, segment) => {
    if (Array.isArray(part)) return part[Number(segment)] as unknown
    return isObject(part) && Object.hasOwn(part, segment) ? part[segment] : undefined
  }, value)
}

/** The definition of the object at a pointer, and its path without indexes. */
function typeAt(root: string, pointer: string): { definition: string; pattern: string } {
  let definition = root
  let pattern = ''
  for (const segment of segmentsOf(pointer)) {
    if (definition.startsWith('[]') || definition.startsWith('{}')) {
      pattern += definition.startsWith('[]') ? '[]' : '.{}'
      definition = definition.slice(2)
    } else {
      const fields = podFields[definition] ?? {}
      definition = (Object.hasOwn(fields, segment) ? fields[segment] : undefined) ?? 'any'
      pattern = pattern === '' ? segment : `${pattern}.${segment}`
    }
  }
  return { definition, pattern }
}
