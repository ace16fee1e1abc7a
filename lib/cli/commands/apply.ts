/** `podkeep apply`: what may follow it. */

import type { Command } from 'commander'

import { unavailable } from '../command-error.js'
import { exitCode } from '../exit-code.js'
import { applied } from '../manifests/apply.js'
import { afterChanges, checkedEdits, makeChanges } from '../manifests/change.js'
import { effectText } from '../manifests/edit-text.js'
import { givenDocuments } from '../manifests/given.js'
import { lookInForce, tellWhoseTurnItIs } from '../manifests/in-force.js'
import { objectText } from '../manifests/object-name.js'
import { addFiles, addManifests, addServer, listOption } from '../options.js'
import { objectsOutput, outputOption, type Format } from '../output/format.js'
import { readInput } from '../read-input.js'
import type { Flags } from '../run-options.js'
import type { Session } from '../verb.js'
import { awaitedOf, waitApplied } from '../waiting/wait-applied.js'

const help = `
Checks the manifests, alone and together with those of the directory, and then writes them there: into the place of the same
object where it has one, otherwise into KIND-NAMESPACE-NAME.yaml. Other documents of a file stay as they are, byte for byte.
Tells what happens to which container; "podkeep diff" tells it in detail without doing it.

Examples:
  podkeep apply -f web.yaml
  podkeep apply -f pods/ --dry-run
  podkeep apply -f web.yaml --wait --timeout 2m
  kubectl run web --image=nginx --dry-run=client -o yaml | podkeep apply -f -
`

export function declare(command: Command, session: Session): void {
  addServer(addManifests(addFiles(command)))
    .option('--dry-run', 'check and tell, and change nothing')
    .option(
      '--wait',
      'until the pods are as asked, those that read a changed ConfigMap or Secret too, and Ready or done',
    )
    .option('--timeout <duration>', 'how long: 30s, 5m', '5m')
    .addOption(outputOption(['json', 'yaml', 'name']))
    .addHelpText('after', help)
    .action(async (flags: Flags & { readonly output: Format }) => {
      session.end(await apply(flags, session))
    })
}

async function apply(flags: Flags & { readonly output: Format }, session: Session): Promise<number> {
  const { surroundings, terminal } = session
  const inForce = await lookInForce(flags, surroundings)
  const documents = await givenDocuments(listOption(flags, 'filename'), inForce.policy, readInput)
  const { changes, objects, files } = applied(inForce.folder, documents)
  const edits = checkedEdits(inForce, changes, objects)
  const isDryRun = flags['dryRun'] === true
  const waits = flags['wait'] === true && !isDryRun
  if (waits && !inForce.isRunning)
    throw unavailable(
      'nothing is changed: podkeep does not run, and so would not come to it',
      'start it with "podkeep run", or leave --wait out',
    )
  const awaited = waits ? await awaitedOf([...edits.values()], flags, surroundings) : null
  if (!isDryRun) await makeChanges(inForce.folder.directory, changes)
  const done = objects.map((object) => {
    const edit = edits.get(object) ?? null
    const isWritten = changes.has(files.get(object) ?? '')
    const effect = edit === null ? (isWritten ? 'configured' : 'unchanged') : effectText(edit)
    return { ...object, file: files.get(object), effect, edit }
  })
  const lines = done.map((one) => `${objectText(one)} ${one.effect}${isDryRun ? ' (dry run)' : ''}\n`)
  terminal.out(
    objectsOutput(
      flags.output,
      done,
      done.map(({ kind, name }) => `${kind.toLowerCase()}/${name}`),
    ) ?? lines.join(''),
  )
  if (awaited !== null) await waitApplied(awaited, afterChanges(inForce, changes), flags, session)
  tellWhoseTurnItIs(inForce, terminal)
  return exitCode.ok
}
