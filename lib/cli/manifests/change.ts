/** A change of the manifests directory: checked as a whole, told, and then made. */

import type { ObjectName } from '../../manifest/index.js'
import { problemText, type Problem } from '../../pod/index.js'
import { CommandError } from '../command-error.js'
import { exitCode } from '../exit-code.js'
import type { InForce } from './in-force.js'
import { checkFolder, withFiles, type Checked, type ManifestFile } from './manifests-folder.js'
import { objectEdit, type ObjectEdit } from './object-edit.js'
import { removeManifest, writeManifest } from './write-file.js'

/** By file name; null: the file goes. */
export type Changes = ReadonlyMap<string, ManifestFile | null>

/** @throws CommandError with every problem that the changed files would have */
export function checkedEdits(
  inForce: InForce,
  changes: Changes,
  objects: readonly ObjectName[],
): ReadonlyMap<ObjectName, ObjectEdit | null> {
  const after = afterChanges(inForce, changes)
  const own = after.problems.filter(({ file }) => changes.has(file))
  if (own.length > 0) throw refused(own)
  return new Map(objects.map((object) => [object, objectEdit(object, inForce, after, Date.now())]))
}

/** What podkeep makes of the directory then. */
export function afterChanges(inForce: InForce, changes: Changes): Checked {
  return checkFolder(withFiles(inForce.folder, changes), inForce.policy, inForce.before)
}

function refused(problems: readonly Problem[]): CommandError {
  const lines = problems.map(problemText).join('\n  ')
  return new CommandError(exitCode.problem, `nothing is changed, for this would be wrong:\n  ${lines}`)
}

export async function makeChanges(directory: string, changes: Changes): Promise<void> {
  for (const [name, file] of changes) {
    if (file === null) await removeManifest(directory, name)
    else await writeManifest(directory, name, file.text, holdsSecrets(file) ? 0o600 : 0o644)
  }
}

function holdsSecrets(file: ManifestFile): boolean {
  return file.documents.some(({ objects }) => objects.some(({ kind }) => kind === 'Secret'))
}
