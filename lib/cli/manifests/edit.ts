/** `podkeep edit`: a file of the directory in the person's editor, until it is right or given up. */

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { problemText, type Problem } from '../../pod/index.js'
import { CommandError, unavailable } from '../command-error.js'
import { exitCode } from '../exit-code.js'
import { textOption } from '../options.js'
import type { Flags } from '../run-options.js'
import type { Surroundings } from '../surroundings.js'
import type { Session } from '../verb.js'
import { checkedEdits, makeChanges } from './change.js'
import { effectText } from './edit-text.js'
import { lookInForce, notInDirectory, type InForce } from './in-force.js'
import { checkFolder, manifestFile, placeOf, withFiles, type ManifestFile } from './manifests-folder.js'
import { objectText, parseObjects } from './object-name.js'

export async function edit(what: string, flags: Flags, { surroundings, terminal }: Session): Promise<number> {
  const inForce = await lookInForce(flags, surroundings)
  const file = fileOf(what, flags, inForce)
  const folder = mkdtempSync(join(tmpdir(), 'podkeep-edit-'))
  const copy = join(folder, file.name)
  const text = untilRight(inForce, file, copy, surroundings)
  if (text === null) {
    rmSync(folder, { recursive: true })
    terminal.note('Edit cancelled, no changes made.\n')
    return exitCode.ok
  }
  const edited = manifestFile(file.name, text)
  const changes = new Map([[file.name, edited]])
  const objects = edited.documents.flatMap((document) => document.objects)
  const edits = checkedEdits(inForce, changes, objects)
  await makeChanges(inForce.folder.directory, changes)
  rmSync(folder, { recursive: true })
  for (const object of objects) {
    const effect = edits.get(object) ?? null
    if (effect?.effect !== 'unchanged')
      terminal.out(`${objectText(object)} ${effect === null ? 'edited' : effectText(effect)}\n`)
  }
  return exitCode.ok
}

function fileOf(what: string, flags: Flags, { folder }: InForce): ManifestFile {
  const named = folder.files.get(what)
  if (named !== undefined) return named
  const [object] = parseObjects([what], textOption(flags, 'namespace'))
  const place = object === undefined ? null : placeOf(folder, object)
  if (place === null) throw notInDirectory(object === undefined ? what : objectText(object), folder)
  return place.file
}

/** null: nothing was changed. @throws CommandError when it was given up while something was wrong */
function untilRight(inForce: InForce, file: ManifestFile, copy: string, surroundings: Surroundings): string | null {
  let text = file.text
  let problems: readonly Problem[] = []
  for (;;) {
    const shown = `${notes(problems)}${text}`
    writeFileSync(copy, shown, { mode: 0o600 })
    openEditor(copy, surroundings)
    const saved = readFileSync(copy, 'utf8')
    const next = withoutNotes(saved)
    if (next === file.text) return null
    if (saved === shown) {
      const lines = problems.map(problemText).join('\n  ')
      throw new CommandError(
        exitCode.problem,
        `edit cancelled, no valid changes were saved:\n  ${lines}`,
        `what was written is in ${copy}`,
      )
    }
    text = next
    const { folder } = inForce
    const after = checkFolder(withFiles(folder, new Map([[file.name, manifestFile(file.name, text)]])))
    problems = after.problems.filter((problem) => problem.file === file.name)
    if (problems.length === 0) return text
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

/** As git does it: what the variable says may have arguments. */
function openEditor(path: string, { env }: Surroundings): void {
  const editor =
    [env['KUBE_EDITOR'], env['VISUAL'], env['EDITOR']].find((one) => one !== undefined && one !== '') ?? 'vi'
  const { status, error } = spawnSync('sh', ['-c', `${editor} "$1"`, editor, path], { stdio: 'inherit' })
  if (error === undefined && status === 0) return
  const message = `the editor ${JSON.stringify(editor)} ended with ${error?.message ?? `exit code ${status ?? 'none'}`}`
  throw unavailable(message, 'set EDITOR to one that is installed, such as EDITOR=nano')
}
