/** The line of its file that a problem is in, for people. */

import { mayHoldSecret } from '../manifest/index.js'
import type { Problem } from '../pod/index.js'
import type { ScannedFile, ShownProblem } from '../ports/index.js'

const longestShown = 240
/** Where a Secret's values are, or would be had its kind been spelt right: nothing of such a file is shown. */
const dataField = /(^|["'\s{,])(string|binary)?data["']?\s*:/i

export function withSourceText(scanned: ScannedFile, problems: readonly Problem[]): ShownProblem[] {
  if (problems.length === 0) return []
  const text = scanned.kind === 'read' ? Buffer.from(scanned.bytes).toString() : ''
  const lines = mayHoldSecret(text) || dataField.test(text) ? [] : text.split('\n')
  return problems.map((problem) => ({ ...problem, source: shown(lines[(problem.line ?? 0) - 1]) }))
}

function shown(line: string | undefined): string | null {
  return line === undefined || line.length > longestShown ? null : line.trimEnd()
}
