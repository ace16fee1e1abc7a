/** `podkeep delete`: what may follow it. */

import type { Command } from 'commander'

import type { ObjectName } from '../../manifest/index.js'
import { usageError } from '../command-error.js'
import { exitCode } from '../exit-code.js'
import { checkedEdits, makeChanges } from '../manifests/change.js'
import { givenDocuments } from '../manifests/given.js'
import { lookInForce, tellWhoseTurnItIs, notInDirectory } from '../manifests/in-force.js'
import {
  isEmpty,
  placeOf,
  withDocument,
  withFiles,
  type ManifestFile,
  type ManifestsFolder,
} from '../manifests/manifests-folder.js'
import { editedOutput } from '../manifests/edited-output.js'
import { objectText, parseObjects } from '../manifests/object-name.js'
import { addFiles, addManifests, addNamespace, addServer, listOption, textOption } from '../options.js'
import { outputOption, type FormattedFlags } from '../output/format.js'
import { readInput } from '../read-input.js'
import type { Session } from '../verb.js'

const help = `
Takes the object's document out of its file, and the file away when it is empty then; other documents stay byte for byte.
podkeep stops the pod with its grace period. "podkeep wait --for=delete pod/NAME" waits until it is gone.

Examples:
  podkeep delete pod/web
  podkeep delete -f web.yaml
`

export function declare(command: Command, session: Session): void {
  addServer(addManifests(addNamespace(addFiles(command))))
    .argument('[objects...]', 'pod/NAME')
    .option('--ignore-not-found', 'what is not there is no mistake')
    .option('--dry-run', 'tell, and change nothing')
    .addOption(outputOption(['json', 'yaml', 'name']))
    .addHelpText('after', help)
    .action(async (words: readonly string[], flags: FormattedFlags) => {
      session.end(await remove(words, flags, session))
    })
}

async function remove(
  words: readonly string[],
  flags: FormattedFlags,
  { surroundings, terminal }: Session,
): Promise<number> {
  const paths = listOption(flags, 'filename')
  if (words.length > 0 === paths.length > 0) throw usageError('what goes?', 'podkeep delete pod/NAME, or -f FILE')
  const inForce = await lookInForce(flags, surroundings)
  const objects =
    paths.length > 0
      ? (await givenDocuments(paths, inForce.policy, readInput)).flatMap((document) => document.objects)
      : parseObjects(words, textOption(flags, 'namespace'))
  const { changes, gone } = removed(inForce.folder, objects, flags['ignoreNotFound'] === true)
  const edits = checkedEdits(inForce, changes, gone)
  const isDryRun = flags['dryRun'] === true
  if (!isDryRun) await makeChanges(inForce.folder.directory, changes)
  const lines = gone.map((object) => `${objectText(object)} deleted${isDryRun ? ' (dry run)' : ''}\n`)
  terminal.out(editedOutput(flags.output, gone, edits) ?? lines.join(''))
  tellWhoseTurnItIs(inForce, terminal)
  return exitCode.ok
}

interface Removed {
  readonly changes: ReadonlyMap<string, ManifestFile | null>
  readonly gone: readonly ObjectName[]
}

function removed(folder: ManifestsFolder, objects: readonly ObjectName[], mayBeMissing: boolean): Removed {
  const changes = new Map<string, ManifestFile | null>()
  const gone: ObjectName[] = []
  let now = folder
  for (const object of objects) {
    const place = placeOf(now, object)
    if (place === null && mayBeMissing) continue
    if (place === null) throw notInDirectory(objectText(object), folder)
    const file = withDocument(place, '')
    changes.set(file.name, isEmpty(file) ? null : file)
    now = withFiles(now, new Map([[file.name, file]]))
    gone.push(object)
  }
  return { changes, gone }
}
