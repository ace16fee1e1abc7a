/**
 * When a CronJob is due. The form is that of Kubernetes' parser (github.com/robfig/cron, ParseStandard), which is narrower than
 * that of the library that counts here.
 *
 * C1  A schedule that names hours follows the wall clock: an hour that is skipped in spring makes a run late, one that comes twice
 *     in autumn makes no second run.
 * C2  One that runs in every hour, or every few, follows the time that passes: nothing of it changes on those days.
 */

import { Cron } from 'croner'

import type { CronSchedule } from '../pod/index.js'
import { durationMs } from './annotations.js'

const minute = 60_000

interface Field {
  readonly name: string
  readonly from: number
  readonly to: number
  readonly words: readonly string[]
}

const months = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ')
const days = 'sun mon tue wed thu fri sat'.split(' ')

const fields: readonly Field[] = [
  { name: 'minute', from: 0, to: 59, words: [] },
  { name: 'hour', from: 0, to: 23, words: [] },
  { name: 'day of month', from: 1, to: 31, words: [] },
  { name: 'month', from: 1, to: 12, words: months },
  { name: 'day of week', from: 0, to: 6, words: days },
]

const macros: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
}

export interface Fault {
  readonly message: string
  readonly suggestion: string | null
}

/** What is wrong with a schedule; null when it is right. */
export function scheduleFault(text: string): Fault | null {
  if (/^(CRON_)?TZ=/.test(text)) return { message: 'must not name a time zone', suggestion: 'write spec.timeZone' }
  if (text.startsWith('@')) return macroFault(text)
  const parts = text.trim().split(/\s+/)
  if (parts.length !== fields.length || text.trim() === '') {
    const message = `must have five fields (minute, hour, day of month, month, day of week), and has ${text.trim() === '' ? 0 : parts.length}`
    return { message, suggestion: parts.length === 6 ? 'there are no seconds here: leave the first field out' : null }
  }
  for (const [at, field] of fields.entries()) {
    const fault = fieldFault(parts[at] ?? '', field)
    if (fault !== null) return fault
  }
  return nextTime({ expression: text, timeZone: 'UTC' }, 0, 0) === null
    ? { message: 'names a day that never comes', suggestion: null }
    : null
}

function macroFault(text: string): Fault | null {
  if (Object.hasOwn(macros, text)) return null
  const every = /^@every (.+)$/.exec(text)?.[1]
  if (every === undefined)
    return { message: `must be one of ${Object.keys(macros).join(', ')}, or @every and a duration`, suggestion: null }
  const ms = durationMs(every)
  if (ms === null) return { message: 'must be @every and a duration like 90m or 1h30m', suggestion: null }
  return ms < minute
    ? { message: 'must be @every and at least one minute', suggestion: 'a run is named by its minute' }
    : null
}

function fieldFault(text: string, field: Field): Fault | null {
  for (const part of text.split(',')) {
    const message = partFault(part, field)
    if (message !== null) return { message: `${field.name} "${text}": ${message}`, suggestion: null }
  }
  return null
}

/** `*`, `?`, `5`, `1-5`, each with `/2` or without; months and days by name, too. */
const partForm = /^(?:([*?])|([a-z0-9]+)(?:-([a-z0-9]+))?)(?:\/([0-9]+))?$/i

function partFault(part: string, field: Field): string | null {
  const match = partForm.exec(part)
  if (match === null) return `"${part}" is none of *, a number, a range like 1-5, or one of them with a step like /2`
  const [, , low, high, step] = match
  if (step !== undefined && Number(step) === 0) return 'a step must be greater than 0'
  const numbers = [low, high].filter((text) => text !== undefined).map((text) => numberOf(text, field))
  const range = `${field.from} to ${field.to}${field.words.length === 0 ? '' : ` or ${field.words[0] ?? ''} to ${field.words.at(-1) ?? ''}`}`
  if (numbers.some((number) => number === null || number < field.from || number > field.to))
    return `must be ${range}${field.name === 'day of week' && low === '7' ? ': Sunday is 0' : ''}`
  const [from, to] = numbers
  return typeof from === 'number' && typeof to === 'number' && from > to ? `${low ?? ''} is after ${high ?? ''}` : null
}

function numberOf(text: string, { words, from }: Field): number | null {
  if (/^[0-9]{1,3}$/.test(text)) return Number(text)
  const at = words.indexOf(text.toLowerCase())
  return at < 0 ? null : at + from
}

/**
 * Every number that is meant: the library takes neither `5/20` nor a step that is longer than the field. What is wholly open stays
 * `*`, for only that leaves the other of the two days alone.
 */
function plain(pattern: string): string {
  const parts = pattern.trim().split(/\s+/)
  return fields.map((field, at) => plainField(parts[at] ?? '', field)).join(' ')
}

function plainField(text: string, field: Field): string {
  if (/^[*?](\/1)?$/.test(text)) return '*'
  const numbers = text.split(',').flatMap((part) => {
    const [, , low, high, step] = partForm.exec(part) ?? []
    const from = low === undefined ? field.from : (numberOf(low, field) ?? field.from)
    const isSingle = low !== undefined && high === undefined && step === undefined
    const to = high === undefined ? (isSingle ? from : field.to) : (numberOf(high, field) ?? field.to)
    const by = Number(step ?? 1)
    return Array.from({ length: Math.floor((to - from) / by) + 1 }, (_, count) => from + count * by)
  })
  return [...new Set(numbers)].sort((a, b) => a - b).join(',')
}

export function isTimeZone(name: string): boolean {
  // The library of Go that Kubernetes uses knows names only.
  if (!/^[A-Za-z]/.test(name) || name === 'Local') return false
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

/** The machine's own. */
export function localTimeZone(): string {
  return new Intl.DateTimeFormat('en').resolvedOptions().timeZone
}

/**
 * The first time after `afterMs` that it is due; null: never again.
 * @param sinceMs what `@every` counts from
 */
export function nextTime(schedule: CronSchedule, afterMs: number, sinceMs: number): number | null {
  const { expression, timeZone } = schedule
  const everyMs = expression.startsWith('@every ') ? durationMs(expression.slice('@every '.length)) : null
  if (everyMs !== null) return sinceMs + (Math.floor(Math.max(0, afterMs - sinceMs) / everyMs) + 1) * everyMs
  const written = macros[expression] ?? expression
  const isEveryHour = /^[*?]/.test(written.trim().split(/\s+/)[1] ?? '')
  const pattern = plain(written)
  return isEveryHour ? byTimePassed(pattern, timeZone, afterMs) : counted(pattern, { timezone: timeZone }, afterMs)
}

/** The last time after `afterMs`, and not after `nowMs`, that it was due; null: there was none. */
export function latestTime(
  schedule: CronSchedule,
  { afterMs, nowMs, sinceMs }: { readonly afterMs: number; readonly nowMs: number; readonly sinceMs: number },
): number | null {
  if (afterMs >= nowMs) return null
  for (let backMs = minute; ; backMs *= 2) {
    const startMs = Math.max(afterMs, nowMs - backMs)
    let latest: number | null = null
    for (
      let next = nextTime(schedule, startMs, sinceMs);
      next !== null && next <= nowMs;
      next = nextTime(schedule, next, sinceMs)
    )
      latest = next
    if (latest !== null || startMs === afterMs) return latest
  }
}

/** By the offset that the zone has before and after a change of its clock, whichever comes first. */
function byTimePassed(pattern: string, timeZone: string, afterMs: number): number | null {
  const offset = offsetMinutes(timeZone, afterMs)
  const next = counted(pattern, { utcOffset: offset }, afterMs)
  if (next === null || offsetMinutes(timeZone, next) === offset) return next
  const changeMs = lastBefore(afterMs, next, (ms) => offsetMinutes(timeZone, ms) === offset)
  const later = counted(pattern, { utcOffset: offsetMinutes(timeZone, next) }, changeMs)
  return later
}

/** The last minute, of those from `lowMs` to `highMs`, for which `holds` is still true; it holds for the first and not for the last. */
function lastBefore(lowMs: number, highMs: number, holds: (ms: number) => boolean): number {
  let [low, high] = [Math.floor(lowMs / minute), Math.ceil(highMs / minute)]
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (holds(middle * minute)) low = middle
    else high = middle
  }
  return Math.max(lowMs, low * minute)
}

function counted(
  pattern: string,
  zone: { readonly timezone: string } | { readonly utcOffset: number },
  afterMs: number,
): number | null {
  // eslint-disable-next-line no-restricted-globals -- hands on a value it is given; the rule is against reading the clock
  const after = new Date(afterMs)
  const next = new Cron(pattern, { ...zone, paused: true, mode: '5-part' }).nextRun(after)
  return next === null ? null : next.getTime()
}

/** How far the zone's clock is ahead of UTC. */
function offsetMinutes(timeZone: string, atMs: number): number {
  const format = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' })
  const name = format.formatToParts(atMs).find(({ type }) => type === 'timeZoneName')?.value ?? 'GMT'
  const [, sign, hours, minutes] = /^GMT([+-])(\d\d):(\d\d)/.exec(name) ?? []
  const amount = Number(hours ?? 0) * 60 + Number(minutes ?? 0)
  return sign === '-' ? -amount : amount
}
