/** `podkeep get manifests`: each file of the directory, and what is wrong with it. */

import { problemText, type Problem } from '../pod/index.js'
import type { ManifestsStatus, ManifestStatus } from '../ports/index.js'
import { CommandError } from './command-error.js'
import { exitCode, type ExitCode } from './exit-code.js'
import { objectText, type Format } from './output/format.js'
import { printable } from './printable.js'
import { cell, renderTable, type Cell } from './table.js'
import type { Color, Terminal } from './terminal.js'

const stateColor: Readonly<Record<ManifestStatus['state'], Color>> = {
  ok: 'green',
  held: 'yellow',
  refused: 'red',
  ignored: 'gray',
}

export function showManifests(answer: unknown, format: Format, terminal: Terminal): ExitCode {
  const manifests = manifestsStatus(answer)
  const text = objectText(
    format,
    manifests,
    manifests.files.map(({ file }) => `manifest/${file}`),
  )
  if (text !== null) {
    terminal.out(text)
    return exitCode.ok
  }
  const directory = printable(manifests.directory)
  if (manifests.problem !== null) terminal.note(`${directory}: ${printable(manifests.problem)}\n`)
  if (manifests.files.length > 0) {
    const rows = manifests.files.flatMap(manifestRows)
    terminal.out(renderTable(['FILE', 'STATE', 'PODS', 'PROBLEM'], rows, terminal.paint))
  } else if (manifests.problem === null) {
    terminal.note(`No manifests in ${directory}: put a Pod manifest (*.yaml) there and it runs.\n`)
  }
  return exitCode.ok
}

/** One row, and one more for each further problem or warning. */
function manifestRows({ file, state, reason, pods, problems, warnings }: ManifestStatus): Cell[][] {
  const [first, ...further] = [...problems.map(placedText), ...warnings.map((one) => `warning: ${placedText(one)}`)]
  const why = first ?? reason ?? ''
  return [
    [cell(file), cell(state, stateColor[state]), cell(pods.join(',')), cell(why)],
    ...further.map((text) => [cell(''), cell(''), cell(''), cell(text)]),
  ]
}

/** The file stands in the first column already. */
function placedText(problem: Problem): string {
  return problemText(problem).slice(problem.file.length).replace(/^:\s?/, '')
}

export function manifestsStatus(answer: unknown): ManifestsStatus {
  if (typeof answer === 'object' && answer !== null && 'files' in answer && Array.isArray(answer.files)) {
    return answer as ManifestsStatus
  }
  throw new CommandError(exitCode.problem, 'what answers is not podkeep: no list of manifests came back')
}
