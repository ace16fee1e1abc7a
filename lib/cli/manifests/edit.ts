/**
 * `podkeep edit`: a file of the directory in the person's editor, until it is right or given up.
 *
 * E1  The copy that is edited is readable by its owner only, and goes when the command ends, however it ends. It is kept only where
 *     work would be lost, and never when a Secret may be in it.
 */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as immediate } from 'node:timers/promises'

import { mayHoldSecret, type ObjectName } from '../../manifest/index.js'
import { problemText, type Problem } from '../../pod/index.js'
import { CommandError, usageError } from '../command-error.js'
import { exitCode } from '../exit-code.js'
import { textOption } from '../options.js'
import type { FormattedFlags } from '../output/format.js'
import type { Flags } from '../run-options.js'
import type { Surroundings } from '../surroundings.js'
import type { Session } from '../verb.js'
import { checkedEdits, makeChanges } from './change.js'
import { effectText } from './edit-text.js'
import { editedOutput } from './edited-output.js'
import { runEditor, withEndRequest, type EndRequest } from './editor.js'
import { lookInForce, notInDirectory, tellWhoseTurnItIs, type InForce } from './in-force.js'
import { checkFolder, manifestFile, placeOf, readFolder, withFiles, type ManifestFile } from './manifests-folder.js'
import type { ObjectEdit } from './object-edit.js'
import { objectText, parseObjects } from './object-name.js'

export async function edit(
  what: readonly string[],
  flags: FormattedFlags,
  { surroundings, terminal }: Session,
): Promise<number> {
  const inForce = await lookInForce(flags, surroundings)
  const file = fileOf(what, flags, inForce)
  const done = await withEndRequest((end) =>
    withCopy(file, async (copy) => {
      const text = await untilRight(inForce, file, copy, end, surroundings)
      return text === null ? null : written(inForce, file, text)
    }),
  )
  if (done === null) terminal.note('Edit cancelled, no changes made.\n')
  else {
    terminal.out(editedOutput(flags.output, done.objects, done.edits) ?? editedLines(done))
    tellWhoseTurnItIs(inForce, terminal)
  }
  return exitCode.ok
}

interface Edited {
  readonly objects: readonly ObjectName[]
  readonly edits: ReadonlyMap<ObjectName, ObjectEdit | null>
}

/** @returns what became of each object in it */
async function written(inForce: InForce, file: ManifestFile, text: string): Promise<Edited> {
  const { directory } = inForce.folder
  const edited = manifestFile(file.name, text)
  const changes = new Map([[file.name, edited]])
  const objects = edited.documents.flatMap((document) => document.objects)
  const edits = checkedEdits(inForce, changes, objects)
  const now = (await readFolder(directory)).files.get(file.name)
  if (now?.text !== file.text) {
    throw new GivenUp(exitCode.problem, `nothing is changed: ${file.name} was changed meanwhile by somebody else`)
  }
  try {
    await makeChanges(directory, changes)
  } catch (error) {
    throw error instanceof CommandError ? new GivenUp(error.exitCode, error.message) : error
  }
  return { objects, edits }
}

function editedLines({ objects, edits }: Edited): string {
  const lines = objects.flatMap((object) => {
    const effect = edits.get(object) ?? null
    if (effect?.effect === 'unchanged') return []
    return [`${objectText(object)} ${effect === null ? 'edited' : effectText(effect)}\n`]
  })
  return lines.join('')
}

function fileOf(what: readonly string[], flags: Flags, { folder }: InForce): ManifestFile {
  const named = what.length === 1 ? folder.files.get(what[0] ?? '') : undefined
  if (named !== undefined) return named
  const objects = parseObjects(what, textOption(flags, 'namespace'))
  const [object] = objects
  if (object === undefined || objects.length > 1) {
    throw usageError(`one at a time, and not ${what.join(' ')}`, 'podkeep edit pod/NAME')
  }
  const place = placeOf(folder, object)
  if (place === null) throw notInDirectory(objectText(object), folder)
  return place.file
}

/** Given up with something that is worth keeping. */
class GivenUp extends CommandError {}

async function withCopy<Result>(file: ManifestFile, use: (copy: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'podkeep-edit-'))
  const copy = join(folder, file.name)
  let isKept = false
  try {
    return await use(copy)
  } catch (error) {
    if (!(error instanceof GivenUp)) throw error
    isKept = !mayHoldSecret(file.text) && !mayHoldSecret(contentOf(copy))
    const hint = isKept
      ? `what was written is in ${copy}`
      : 'what was written is not kept, for there may be a Secret in it'
    throw new CommandError(error.exitCode, error.message, hint)
  } finally {
    if (!isKept) rmSync(folder, { recursive: true, force: true })
  }
}

/** null: nothing was changed. @throws CommandError when it was given up while something was wrong */
async function untilRight(
  inForce: InForce,
  file: ManifestFile,
  copy: string,
  end: EndRequest,
  surroundings: Surroundings,
): Promise<string | null> {
  let text = file.text
  let problems: readonly Problem[] = []
  for (;;) {
    writeFileSync(copy, `${notes(problems)}${text}`, { mode: 0o600 })
    await openEditor(copy, file, end, surroundings)
    const saved = withoutNotes(contentOf(copy))
    if (saved === file.text) return null
    // The notes are podkeep's own words: whatever became of them is no change.
    if (saved === text) throw noValidChange('edit cancelled', problems)
    text = saved
    const changed = withFiles(inForce.folder, new Map([[file.name, manifestFile(file.name, text)]]))
    const after = checkFolder(changed, inForce.policy, inForce.before)
    problems = after.problems.filter((problem) => problem.file === file.name)
    if (problems.length === 0) return text
    // What arrived while all this was looked at.
    await immediate()
    const signal = end.asked()
    if (signal !== null) throw noValidChange(`edit cancelled by ${signal}`, problems)
  }
}

function noValidChange(what: string, problems: readonly Problem[]): GivenUp {
  const lines = problems.map(problemText).join('\n  ')
  return new GivenUp(exitCode.problem, `${what}, no valid changes were saved:\n  ${lines}`)
}

function contentOf(copy: string): string {
  try {
    return readFileSync(copy, 'utf8')
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new CommandError(exitCode.problem, `nothing is changed: the copy that was edited cannot be read: ${why}`)
  }
}

const noteMark = '#! '

/** In lines that are taken out again; the line numbers are those of what is below them. */
function notes(problems: readonly Problem[]): string {
  if (problems.length === 0) return ''
  const lines = [
    'The manifest is not right yet. Correct it and save, or leave without a change to give it up.',
    'Line numbers count without these lines, which are taken out.',
    ...problems.map(problemText),
  ]
  return lines.map((line) => `${noteMark}${line.replaceAll('\n', ' ')}\n`).join('')
}

function withoutNotes(text: string): string {
  return text
    .split('\n')
    .filter((line) => !line.startsWith(noteMark))
    .join('\n')
}

/** @throws CommandError when it fails, or podkeep is to end: then nothing was meant */
async function openEditor(
  path: string,
  file: ManifestFile,
  end: EndRequest,
  surroundings: Surroundings,
): Promise<void> {
  const { editor, failure, isMissing } = await runEditor(path, end, surroundings)
  const isEnding = end.editorToo.aborted
  if (failure === null && !isEnding) return
  const message = isEnding
    ? `nothing is changed: edit cancelled by ${end.asked() ?? 'a signal'}`
    : `nothing is changed: the editor ${JSON.stringify(editor)} ended with ${failure ?? ''}`
  const hint = 'set EDITOR to one that is installed, such as EDITOR=nano'
  if (isMissing) throw new CommandError(exitCode.problem, message, hint)
  if (withoutNotes(contentOf(path)) === file.text) throw new CommandError(exitCode.problem, message)
  throw new GivenUp(exitCode.problem, message)
}
