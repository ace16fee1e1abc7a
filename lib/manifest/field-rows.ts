/** How rows of the table of fields are written: many names at a time. */

import { isObject, type Json } from './normal-form.js'

export type Support = 'supported' | 'ignored' | 'never'

export interface FieldRow {
  /** `spec.containers[].image`; `{}` stands for any key of a map. */
  readonly path: string
  readonly support: Support
  /** Why it is ignored or refused. */
  readonly reason: string | null
  /** What to write in place of what is refused. */
  readonly instead: string | null
  /** Values of a refused field that ask for nothing special. */
  readonly fine: Fine
}

/** @param name the field's own: of a row for any key of a map which one */
export type Fine = (value: unknown, spec: Json, name: string) => boolean

const nothingIsFine: Fine = (value) => Array.isArray(value) && value.length === 0
export const fineIf =
  (...values: unknown[]): Fine =>
  (value, spec, name) =>
    values.includes(value) || nothingIsFine(value, spec, name)
export const fineIfEmpty: Fine = (value) => isObject(value) && Object.keys(value).length === 0

export function supported(parent: string, names: string): FieldRow[] {
  return rows(parent, names, { support: 'supported', reason: null, instead: null, fine: nothingIsFine })
}

export function ignored(parent: string, names: string, reason: string): FieldRow[] {
  return rows(parent, names, { support: 'ignored', reason, instead: null, fine: nothingIsFine })
}

export function never(
  parent: string,
  names: string,
  reason: string,
  instead: string,
  fine: Fine = nothingIsFine,
): FieldRow[] {
  return rows(parent, names, { support: 'never', reason, instead, fine })
}

/** Of what a pod says for all of its containers, and each of them for itself. */
export const profileNames = [
  ...['seccompProfile', 'appArmorProfile'].flatMap((name) => [name, `${name}.type`, `${name}.localhostProfile`]),
  'seLinuxOptions',
  ...['user', 'role', 'type', 'level'].map((name) => `seLinuxOptions.${name}`),
].join(' ')

function rows(parent: string, names: string, row: Omit<FieldRow, 'path'>): FieldRow[] {
  return names.split(' ').map((name) => ({ path: parent === '' ? name : `${parent}.${name}`, ...row }))
}
