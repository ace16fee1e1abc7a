/** `podkeep diff`: what may follow it. */

import type { Command } from 'commander'

import { CommandError, usageError } from '../command-error.js'
import { exitCode } from '../exit-code.js'
import { applied } from '../manifests/apply.js'
import { checkedEdits } from '../manifests/change.js'
import { diffText } from '../manifests/edit-text.js'
import { givenDocuments } from '../manifests/given.js'
import { lookInForce } from '../manifests/in-force.js'
import { objectText } from '../manifests/object-name.js'
import { addFiles, addManifests, addServer, listOption } from '../options.js'
import { objectsOutput, outputOption, type Format } from '../output/format.js'
import { readInput } from '../read-input.js'
import type { Flags } from '../run-options.js'
import type { Session } from '../verb.js'

const help = `
Tells what applying the manifests would do: which pods are made anew, which containers are replaced, what is changed as it
runs, and because of which fields; of a ConfigMap or Secret by key, never with what a Secret says. Changes nothing; podkeep need not run. Exit code 0 when nothing would change, 1 when
something would, and a higher one when that cannot be told, as kubectl diff.

Examples:
  podkeep diff web.yaml
  podkeep diff -f pods/ -o json
`

export function declare(command: Command, session: Session): void {
  addServer(addManifests(addFiles(command)))
    .argument('[files...]', 'files, directories, or - for standard input')
    .addOption(outputOption(['json', 'yaml', 'name']))
    .addHelpText('after', help)
    .action(async (paths: readonly string[], flags: Flags & { readonly output: Format }) => {
      session.end(await diff([...paths, ...listOption(flags, 'filename')], flags, session).catch(tellApart))
    })
}

/** 1 says that there is a difference. */
function tellApart(error: unknown): never {
  const isProblem = error instanceof CommandError && error.exitCode === exitCode.problem
  throw isProblem ? usageError(error.message, error.hint) : error
}

async function diff(
  paths: readonly string[],
  flags: Flags & { readonly output: Format },
  { surroundings, terminal }: Session,
): Promise<number> {
  const inForce = await lookInForce(flags, surroundings)
  const documents = await givenDocuments(paths, inForce.policy, readInput)
  const { changes, objects, files } = applied(inForce.folder, documents)
  const edits = checkedEdits(inForce, changes, objects)
  const told = objects.map((object) => {
    const isWritten = changes.has(files.get(object) ?? '')
    return { ...object, file: files.get(object), isWritten, edit: edits.get(object) ?? null }
  })
  const text = told.map(({ edit, isWritten, ...object }) =>
    edit === null
      ? `${objectText(object)} ${isWritten ? 'configured' : 'unchanged'}\n`
      : diffText(objectText(object), edit, terminal.paint),
  )
  const names = told.map(({ kind, name }) => `${kind.toLowerCase()}/${name}`)
  terminal.out(objectsOutput(flags.output, told, names) ?? text.join(''))
  const isSame = told.every(({ edit, isWritten }) => (edit === null ? !isWritten : edit.effect === 'unchanged'))
  return isSame ? exitCode.ok : exitCode.problem
}
