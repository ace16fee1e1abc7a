/** Offsets to lines and columns. Made once per file; asked only for what is shown to a person. */

export interface Place {
  /** 1-based. */
  readonly line: number
  /** 1-based, in characters. */
  readonly column: number
}

export interface LineTable {
  readonly text: string
  readonly starts: readonly number[]
  /** Whether there are characters that are two units of a JavaScript string. */
  readonly hasPairs: boolean
}

export function lineTable(text: string): LineTable {
  const starts = [0]
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1)) starts.push(end + 1)
  return { text, starts, hasPairs: /[\ud800-\udbff]/.test(text) }
}

export function placeOf(table: LineTable, offset: number): Place {
  let low = 0
  let high = table.starts.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((table.starts[middle] ?? 0) <= offset) low = middle
    else high = middle - 1
  }
  const start = table.starts[low] ?? 0
  return { line: low + 1, column: characterCount(table, start, offset) + 1 }
}

function characterCount({ text, hasPairs }: LineTable, start: number, end: number): number {
  let count = end - start
  if (!hasPairs) return count
  for (let at = start; at + 1 < end; at++) {
    if ((text.charCodeAt(at) & 0xfc00) === 0xd800 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00) count--
  }
  return count
}
