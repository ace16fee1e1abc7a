/** Rules that many fields share: texts that must be there, names, paths, ranges of numbers. */

import { report, reportMissing, type Findings } from './finding.js'
import { nameSuggestion } from './names.js'
import type { Json } from './normal-form.js'
import { numberOf, textOf } from './shape.js'

/** null when it is missing, which is reported, or no text, which has been. */
export function requiredText(findings: Findings, object: Json, field: string, pointer: string): string | null {
  const text = textOf(object, field) ?? ''
  if (text !== '') return text
  if (object[field] === undefined || object[field] === '') reportMissing(findings, `${pointer}/${field}`)
  return null
}

export type ProblemOf = (text: string) => string | null

export function checkName(findings: Findings, pointer: string, name: string, problemOf: ProblemOf): void {
  const message = problemOf(name)
  if (message !== null) report(findings, pointer, message, nameSuggestion(name))
}

/** A name that may be left out; for Go an empty text is left out too. */
export function checkOptionalName(
  findings: Findings,
  object: Json,
  field: string,
  pointer: string,
  problemOf: ProblemOf,
): void {
  const name = textOf(object, field) ?? ''
  if (name !== '') checkName(findings, `${pointer}/${field}`, name, problemOf)
}

export function checkRequiredName(
  findings: Findings,
  object: Json,
  field: string,
  pointer: string,
  problemOf: ProblemOf,
): void {
  const name = requiredText(findings, object, field, pointer)
  if (name !== null) checkName(findings, `${pointer}/${field}`, name, problemOf)
}

/** Source: InclusiveRangeError. */
export function rangeMessage(from: number, to: number): string {
  return `must be between ${from} and ${to}, inclusive`
}

export function checkRange(
  findings: Findings,
  object: Json,
  field: string,
  pointer: string,
  from: number,
  to: number,
): void {
  const value = numberOf(object, field)
  if (value !== undefined && (value < from || value > to))
    report(findings, `${pointer}/${field}`, rangeMessage(from, to))
}

export const portMessage = rangeMessage(1, 65535)
/** Of users, groups and deadlines. */
export const int32Most = 2_147_483_647

/** Source: validatePathNoBacksteps. */
export function hasBacksteps(path: string): boolean {
  return path.split('/').includes('..')
}

/** Source: validateLocalDescendingPath. */
export function checkDescendingPath(findings: Findings, pointer: string, path: string): void {
  if (path.startsWith('/')) report(findings, pointer, 'must be a relative path')
  else if (hasBacksteps(path)) report(findings, pointer, 'must not contain ".."')
}

/** Source: ValidateLocalNonReservedPath. */
export function checkFilePath(findings: Findings, pointer: string, path: string): void {
  checkDescendingPath(findings, pointer, path)
  if (path.startsWith('..')) report(findings, pointer, 'must not start with ".."')
}

/** YAML can write it ("\0"), and no program can be handed it. */
export function checkNul(findings: Findings, pointer: string, text: string): void {
  if (text.includes('\0')) report(findings, pointer, 'must not contain a NUL character')
}
