/** What a query says, or what is wrong with it. */

import type { FastifyRequest } from 'fastify'

import { badRequest } from './refusal.js'

/** A parameter that is given twice counts as it is given first. */
export function parameter(request: FastifyRequest, name: string): string | null {
  const { query } = request
  if (typeof query !== 'object' || query === null) return null
  const value = (query as Record<string, unknown>)[name]
  const first: unknown = Array.isArray(value) ? value[0] : value
  return typeof first === 'string' ? first : null
}

/** Kubernetes' reading: `?verbose` and `?verbose=true` say yes. */
export function isSet(request: FastifyRequest, name: string): boolean {
  const value = parameter(request, name)
  if (value === null) return false
  if (value === '' || value === 'true' || value === '1') return true
  if (value === 'false' || value === '0') return false
  throw badRequest(`${name}: ${JSON.stringify(value)} is neither true nor false`)
}

/** A whole number, below 0 too; null when it is not given. */
export function wholeNumber(request: FastifyRequest, name: string): number | null {
  const value = parameter(request, name)
  if (value === null || value === '') return null
  if (/^-?\d{1,15}$/.test(value)) return Number(value)
  throw badRequest(`${name}: ${JSON.stringify(value)} is not a whole number`)
}

/** Wall-clock milliseconds of an RFC 3339 time; null when it is not given. */
export function timeOf(request: FastifyRequest, name: string): number | null {
  const value = parameter(request, name)
  if (value === null || value === '') return null
  const atMs = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/.test(value)
    ? Date.parse(value)
    : Number.NaN
  if (Number.isFinite(atMs)) return atMs
  throw badRequest(`${name}: ${JSON.stringify(value)} is not a time such as 2026-01-02T03:04:05Z`)
}

const units = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** A time, or how long ago: `2026-01-02T03:04:05Z`, `90s`, `10m`, `2h`, `1d`. */
export function sinceOf(request: FastifyRequest, name: string, nowMs: number): number | null {
  const value = parameter(request, name)
  const [, amount, unit] = /^(\d{1,9})([smhd])$/.exec(value ?? '') ?? []
  if (amount === undefined || unit === undefined) {
    if (value !== null && value !== '' && !/^\d{4}-/.test(value)) {
      throw badRequest(
        `${name}: ${JSON.stringify(value)} is neither a time such as 2026-01-02T03:04:05Z nor an age such as 10m`,
      )
    }
    return timeOf(request, name)
  }
  return nowMs - Number(amount) * units[unit as keyof typeof units]
}

/** `namespace/name`, or a name in any namespace. */
export function isPodAsked(asked: string | null, key: string): boolean {
  return asked === null || asked === '' || asked === key || (!asked.includes('/') && key.endsWith(`/${asked}`))
}
