/** An event as a line of the file, with the format's version inside. */

import type { EventSubject, RecordedEvent } from '../pod/index.js'

const format = 1

export function encodeEvent(event: RecordedEvent): string {
  return `${JSON.stringify({ format, event })}\n`
}

/** null when the line is damaged, or of another podkeep's format. */
export function decodeEvent(line: string): RecordedEvent | null {
  let content: unknown
  try {
    content = JSON.parse(line)
  } catch {
    return null
  }
  if (!isObject(content) || content['format'] !== format) return null
  return isEvent(content['event']) ? content['event'] : null
}

function isEvent(value: unknown): value is RecordedEvent {
  if (!isObject(value)) return false
  const { id, type, reason, message, fieldPath, subject, count, firstAtMs, lastAtMs } = value
  const areTexts = [id, reason, message, fieldPath].every((text) => typeof text === 'string')
  const areNumbers = [count, firstAtMs, lastAtMs].every((number) => Number.isFinite(number))
  return areTexts && areNumbers && (type === 'Normal' || type === 'Warning') && isSubject(subject)
}

function isSubject(value: unknown): value is EventSubject {
  if (!isObject(value)) return false
  const { kind, key, uid, file } = value
  if (kind === 'Pod') return typeof key === 'string' && typeof uid === 'string'
  return kind === 'Node' || (kind === 'Manifest' && typeof file === 'string')
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
