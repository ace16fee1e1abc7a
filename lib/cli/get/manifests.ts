/** `podkeep get manifests`: each file of the directory, and what is wrong with it. */

import { problemText, type Problem } from '../../pod/index.js'
import type { ManifestsStatus, ManifestStatus } from '../../ports/index.js'
import { CommandError } from '../command-error.js'
import { exitCode, type ExitCode } from '../exit-code.js'
import { objectText, type Format } from '../output/format.js'
import { printable } from '../printable.js'
import type { Flags } from '../run-options.js'
import { follow } from '../server/stream.js'
import { cell, renderTable, tableRenderer, type Cell } from '../table.js'
import type { Color, Terminal } from '../terminal.js'
import type { Session } from '../verb.js'

export interface ManifestsQuery {
  /** Empty: all. */
  readonly names: readonly string[]
  readonly format: Format
  readonly headers: boolean
}

const stateColor: Readonly<Record<ManifestStatus['state'], Color>> = {
  ok: 'green',
  held: 'yellow',
  refused: 'red',
  waiting: 'yellow',
  ignored: 'gray',
}

/** @returns as `validate` does, 1 when something is wrong with what was looked at */
export function showManifests(answer: unknown, query: ManifestsQuery, terminal: Terminal): ExitCode {
  const manifests = manifestsStatus(answer)
  const { directory } = manifests
  const files = askedFiles(manifests, query.names)
  const only = query.names.length === 1 ? files[0] : undefined
  const text = objectText(
    query.format,
    only ?? { ...manifests, files },
    files.map(({ file }) => `manifest/${file}`),
  )
  if (text !== null) terminal.out(text)
  else {
    if (manifests.problem !== null) terminal.note(`${printable(directory)}: ${printable(manifests.problem)}\n`)
    if (files.length > 0) terminal.out(manifestTable(files, query.headers, terminal))
    else if (manifests.problem === null) {
      terminal.note(`No manifests in ${printable(directory)}: put a Pod manifest (*.yaml) there and it runs.\n`)
    }
  }
  return manifests.problem === null && files.every(isWell) ? exitCode.ok : exitCode.problem
}

/** All of them once, then each that changes, until it is interrupted. */
export async function watchManifests(flags: Flags, query: ManifestsQuery, session: Session): Promise<void> {
  const { surroundings, terminal } = session
  const shown = new Map<string, string>()
  let { headers } = query
  const render = tableRenderer(terminal.paint)
  for await (const change of follow(flags, surroundings, terminal.gone)) {
    if (change.kind !== 'manifests') continue
    const { files } = manifestsStatus(change.manifests)
    const asked = files.filter(({ file }) => query.names.length === 0 || query.names.includes(file))
    const gone = [...shown.keys()].filter((name) => !files.some(({ file }) => file === name))
    for (const name of gone) shown.delete(name)
    const changed = asked.filter((file) => shown.get(file.file) !== JSON.stringify(file))
    for (const file of changed) shown.set(file.file, JSON.stringify(file))
    const names = changed.map(({ file }) => `manifest/${file}`)
    const texts = changed.map((file, at) => objectText(query.format, file, [names[at] ?? '']) ?? '')
    terminal.out(texts.join(''))
    if (!['table', 'wide'].includes(query.format.kind)) continue
    const rows = [...changed.flatMap(manifestRows), ...gone.map(goneRow)]
    if (rows.length > 0) terminal.out(render(headers ? titles : null, rows))
    headers &&= rows.length === 0
  }
}

export function askedFiles({ files, directory }: ManifestsStatus, names: readonly string[]): readonly ManifestStatus[] {
  if (names.length === 0) return files
  return names.map((name) => {
    const found = files.find(({ file }) => file === name)
    if (found !== undefined) return found
    const message = `there is no file ${JSON.stringify(name)} in ${directory}`
    throw new CommandError(exitCode.problem, message, '"podkeep get manifests" lists them all')
  })
}

function isWell({ state }: ManifestStatus): boolean {
  return state !== 'held' && state !== 'refused'
}

const titles = ['FILE', 'STATE', 'PODS', 'PROBLEM']

function manifestTable(files: readonly ManifestStatus[], headers: boolean, terminal: Terminal): string {
  return renderTable(headers ? titles : null, files.flatMap(manifestRows), terminal.paint)
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

function goneRow(file: string): Cell[] {
  return [cell(file), cell('gone', 'gray'), cell(''), cell('')]
}

/** The file is named elsewhere. */
export function placedText(problem: Problem): string {
  return problemText(problem).slice(problem.file.length).replace(/^:\s?/, '')
}

export function manifestsStatus(answer: unknown): ManifestsStatus {
  if (typeof answer === 'object' && answer !== null && 'files' in answer && Array.isArray(answer.files)) {
    return answer as ManifestsStatus
  }
  throw new CommandError(exitCode.problem, 'what answers is not podkeep: no list of manifests came back')
}
