/**
 * One log line for a person: `13:04:05 default/web  container started  container=web attempt=1`, and below it, where there
 * is an error, what went wrong, why, and what may help.
 */

import type { ErrorDescription } from './error-description.js'
import { printable } from './printable.js'
import type { Color, Paint } from './terminal.js'

const colors: Readonly<Record<string, Color>> = { debug: 'gray', warn: 'yellow', error: 'red', fatal: 'red' }
const placed = new Set(['time', 'level', 'msg', 'pod', 'err'])

/** @param line one of pino's JSON lines */
export function readableLine(line: string, paint: Paint): string {
  const fields = JSON.parse(line) as Record<string, unknown>
  const level = String(fields['level'])
  const color = colors[level]
  const phrase = printable(String(fields['msg']))
  const marked = color === undefined ? phrase : paint(color, level === 'debug' ? phrase : `${level}: ${phrase}`)
  const parts = [
    paint('gray', localTime(String(fields['time']))),
    ...(typeof fields['pod'] === 'string' ? [paint('cyan', printable(fields['pod']))] : []),
  ]
  const rest = Object.entries(fields)
    .filter(([name]) => !placed.has(name))
    .map(([name, value]) => `${paint('gray', `${name}=`)}${fieldText(value)}`)
  const first = `${parts.join(' ')}  ${marked}${rest.length === 0 ? '' : `  ${rest.join(' ')}`}`
  return `${[first, ...errorLines(fields['err'], paint)].join('\n')}\n`
}

function localTime(iso: string): string {
  const time = new Date(iso)
  return [time.getHours(), time.getMinutes(), time.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':')
}

function fieldText(value: unknown): string {
  if (typeof value !== 'string') return printable(JSON.stringify(value))
  return /^[^\s"=]+$/.test(value) ? printable(value) : JSON.stringify(printable(value))
}

function errorLines(err: unknown, paint: Paint): string[] {
  if (typeof err !== 'object' || err === null) return []
  const top = err as ErrorDescription
  const lines: string[] = []
  for (let error: ErrorDescription | undefined = top; error !== undefined; error = error.cause) {
    const code = error.code === undefined ? '' : ` [${error.code}]`
    lines.push(`${error === top ? '' : 'because: '}${printable(error.message)}${code}`)
  }
  if (top.hint !== undefined) lines.push(paint('yellow', `hint: ${printable(top.hint)}`))
  // The stack's first line is the message again.
  const stack = top.stack?.split('\n').slice(1) ?? []
  return [...lines, ...stack.map((line) => paint('gray', printable(line.trim())))].map((line) => `         ${line}`)
}
