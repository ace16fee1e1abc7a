/**
 * What is wrong inside one document, before it has a file, a line and a column.
 *
 * F1  One finding per field: whatever is found later at the same pointer, or below it, is a consequence and left out.
 */

export interface Finding {
  /** JSON pointer from the document's root; it may name a field that is not there. */
  readonly pointer: string
  /** Whether to point at the field's name or at its value. */
  readonly at: 'key' | 'value'
  readonly message: string
  readonly suggestion: string | null
}

/** Filled while one object is examined. */
export interface Findings {
  readonly found: Finding[]
  /** Pointers about which nothing more is said. */
  readonly settled: Set<string>
  /** Names of fields that stand in the wrong place: where they belong, they are not missing. */
  readonly misplaced: Set<string>
}

export function noFindings(): Findings {
  return { found: [], settled: new Set(), misplaced: new Set() }
}

export function report(
  findings: Findings,
  pointer: string,
  message: string,
  suggestion: string | null = null,
  at: Finding['at'] = 'value',
): void {
  if (isSettled(findings, pointer)) return
  findings.settled.add(pointer)
  findings.found.push({ pointer, at, message, suggestion })
}

const requiredMessage = 'required, but missing'

export function reportMissing(findings: Findings, pointer: string, suggestion: string | null = null): void {
  if (findings.misplaced.has(lastSegment(pointer))) return
  report(findings, pointer, requiredMessage, suggestion, 'key')
}

export function isSettled(findings: Findings, pointer: string): boolean {
  if (findings.settled.size === 0) return false
  for (let end = pointer.length; end >= 0; end = end === 0 ? -1 : pointer.lastIndexOf('/', end - 1)) {
    if (findings.settled.has(pointer.slice(0, end))) return true
  }
  return false
}

/** Whether something is wrong at a pointer or in what it points at. */
export function hasFindingBelow(findings: Findings, pointer: string): boolean {
  return findings.found.some(({ pointer: other }) => other === pointer || other.startsWith(`${pointer}/`))
}

export function child(pointer: string, key: string | number): string {
  return typeof key === 'number' ? `${pointer}/${key}` : `${pointer}/${escapeSegment(key)}`
}

export function escapeSegment(key: string): string {
  return key.includes('~') || key.includes('/') ? key.replaceAll('~', '~0').replaceAll('/', '~1') : key
}

export function segmentsOf(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function lastSegment(pointer: string): string {
  return segmentsOf(pointer).at(-1) ?? ''
}

/** `/spec/containers/0/image` as a person writes it: `spec.containers[0].image`. */
export function fieldText(pointer: string): string {
  const segments = segmentsOf(pointer)
  return segments.reduce((text, segment, at) => {
    const isMapKey = ['labels', 'annotations', 'data', 'binaryData', 'stringData'].includes(segments[at - 1] ?? '')
    if (/^[A-Za-z_$][A-Za-z0-9_$-]*$/.test(segment)) return text === '' ? segment : `${text}.${segment}`
    return /^[0-9]+$/.test(segment) && !isMapKey ? `${text}[${segment}]` : `${text}[${JSON.stringify(segment)}]`
  }, '')
}
