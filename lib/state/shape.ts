/** What a value from a file is, for records that another podkeep, a hand or a bad disk may have written. */

export type Check = (value: unknown) => boolean

export const text: Check = (value) => typeof value === 'string'
export const truth: Check = (value) => typeof value === 'boolean'
export const amount: Check = (value) => typeof value === 'number' && Number.isFinite(value)
/** In the years that a date can tell. */
export const moment: Check = (value) => typeof value === 'number' && value >= 0 && value <= 8.64e15
export const oneOf =
  (...words: readonly unknown[]): Check =>
  (value) =>
    words.includes(value)
export const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value)
export const shape =
  (fields: Readonly<Record<string, Check>>): Check =>
  (value) =>
    isObject(value) && Object.entries(fields).every(([name, check]) => check(value[name]))
export const mapOf =
  (check: Check): Check =>
  (value) =>
    isObject(value) && Object.values(value).every(check)
export const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check)

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
