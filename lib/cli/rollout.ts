/** `podkeep rollout`: the manifests a pod had, and back to one of them. */

import { withoutDefaults, yamlText } from '../manifest/index.js'
import type { V1Pod } from '../pod/index.js'
import { CommandError } from './command-error.js'
import { humanDuration } from './duration.js'
import { exitCode } from './exit-code.js'
import { applied } from './manifests/apply.js'
import { checkedEdits, makeChanges } from './manifests/change.js'
import { effectText } from './manifests/edit-text.js'
import { editedOutput } from './manifests/edited-output.js'
import { lookInForce } from './manifests/in-force.js'
import { objectText } from './manifests/object-name.js'
import { numberOption, textOption } from './options.js'
import { objectText as formatted, type FormattedFlags } from './output/format.js'
import { parsePodReference, podNotFound } from './pods/pod-reference.js'
import type { Flags } from './run-options.js'
import { ask } from './server/ask.js'
import type { Surroundings } from './surroundings.js'
import { cell, renderTable } from './table.js'
import type { Session } from './verb.js'

interface Revision {
  readonly revision: number
  readonly time: string
  readonly file: string
  readonly outcome: string
  readonly message: string
  readonly changes: readonly string[]
  readonly manifest: V1Pod | null
  /** As it was written, where that is known. */
  readonly source?: string
}

export async function history(
  podText: string,
  flags: FormattedFlags,
  { surroundings, terminal }: Session,
): Promise<number> {
  const { pod, revisions } = await askRevisions(podText, flags, surroundings)
  const number = numberOption(flags, 'revision')
  if (number !== null) {
    const value = chosen(revisions, number)
    terminal.out(formatted(flags.output, value, []) ?? yamlText(value.manifest))
    return exitCode.ok
  }
  const text = formatted(flags.output, { pod, revisions }, [])
  if (text !== null) terminal.out(text)
  else {
    const rows = revisions.map(({ revision, time, outcome, message, changes }) => [
      cell(String(revision)),
      cell(humanDuration(Date.now() - Date.parse(time))),
      cell(outcome, outcome === 'ready' ? 'green' : ['failed', 'held'].includes(outcome) ? 'red' : null),
      cell(flags.output.kind === 'wide' ? changes.join(', ') : firstChanges(changes)),
      cell(message),
    ])
    terminal.out(renderTable(['REVISION', 'AGE', 'OUTCOME', 'CHANGES', 'MESSAGE'], rows, terminal.paint))
  }
  return exitCode.ok
}

/** As many as fit a column; the others are counted. */
const widestChanges = 60

function firstChanges(changes: readonly string[]): string {
  const fitting = changes.filter((_, index) => changes.slice(0, index + 1).join(', ').length <= widestChanges)
  const [first = ''] = changes
  const shown = fitting.length > 0 ? fitting : first === '' ? [] : [`${first.slice(0, widestChanges - 3)}...`]
  const more = changes.length - shown.length
  return `${shown.join(', ')}${more === 0 ? '' : ` and ${more} more`}`
}

export async function undo(
  podText: string,
  flags: FormattedFlags,
  { surroundings, terminal }: Session,
): Promise<number> {
  const { revisions } = await askRevisions(podText, flags, surroundings)
  const target = undoTarget(revisions, numberOption(flags, 'toRevision'))
  const inForce = await lookInForce(flags, surroundings)
  const { manifest } = target
  if (manifest === null) {
    throw new CommandError(
      exitCode.problem,
      `revision ${target.revision} could not be read then: nothing is kept of it`,
    )
  }
  const object = { kind: 'Pod', namespace: manifest.metadata.namespace, name: manifest.metadata.name }
  const text = target.source ?? yamlText(withoutDefaults(manifest))
  const { changes } = applied(inForce.folder, [{ text, objects: [object], source: '' }])
  const edits = checkedEdits(inForce, changes, [object])
  const edit = edits.get(object) ?? null
  const isDryRun = flags['dryRun'] === true
  if (!isDryRun) await makeChanges(inForce.folder.directory, changes)
  const effect = edit === null ? 'configured' : effectText(edit)
  const told = editedOutput(flags.output, [object], edits, { revision: target.revision })
  terminal.out(
    told ??
      `${objectText(object)} rolled back to revision ${target.revision}, ${effect}${isDryRun ? ' (dry run)' : ''}\n`,
  )
  return exitCode.ok
}

/** Without a number: the newest before the last that could be read. */
function undoTarget(revisions: readonly Revision[], number: number | null): Revision {
  if (number !== null) return chosen(revisions, number)
  const good = revisions.filter(({ manifest }) => manifest !== null)
  const isBroken = revisions.at(-1)?.manifest === null
  const target = good.at(isBroken ? -1 : -2)
  if (target !== undefined) return target
  throw new CommandError(
    exitCode.problem,
    'there is no revision before this one',
    '"podkeep rollout history" lists them',
  )
}

function chosen(revisions: readonly Revision[], number: number): Revision {
  const found = revisions.find(({ revision }) => revision === number)
  if (found !== undefined) return found
  const known = revisions.map(({ revision }) => revision).join(', ')
  throw new CommandError(exitCode.problem, `there is no revision ${number}`, `there are ${known}`)
}

interface PodRevisions {
  readonly pod: string
  readonly revisions: readonly Revision[]
}

async function askRevisions(podText: string, flags: Flags, surroundings: Surroundings): Promise<PodRevisions> {
  const reference = parsePodReference(podText, textOption(flags, 'namespace'))
  const answer = await ask('/revisions', flags, surroundings)
  const items =
    typeof answer === 'object' && answer !== null && 'items' in answer ? (answer.items as readonly PodRevisions[]) : []
  const found = items.filter(({ pod }) => {
    const [namespace, name] = pod.split('/')
    return name === reference.name && (reference.namespace === null || namespace === reference.namespace)
  })
  const [first, second] = found
  if (first === undefined) throw podNotFound(reference)
  if (second === undefined) return first
  const message = `there is a pod ${JSON.stringify(reference.name)} in several namespaces`
  throw new CommandError(exitCode.usage, message, 'choose one with -n')
}
