/** The line of its file that a problem is in, for people. */

import { mayHoldValues } from '../manifest/index.js'
import type { Problem } from '../pod/index.js'
import type { ScannedFile, ShownProblem } from '../ports/index.js'

const longestShown = 240

export function withSourceText(scanned: ScannedFile, problems: readonly Problem[]): ShownProblem[] {
  if (problems.length === 0) return []
  const text = scanned.kind === 'read' ? Buffer.from(scanned.bytes).toString() : ''
  const lines = mayHoldValues(text) ? [] : text.split('\n')
  return problems.map((problem) => ({ ...problem, source: shown(lines[(problem.line ?? 0) - 1]) }))
}

function shown(line: string | undefined): string | null {
  return line === undefined || line.length > longestShown ? null : line.trimEnd()
}
