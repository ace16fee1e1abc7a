/** `podkeep edit`: what may follow it. */

import type { Command } from 'commander'

import { addManifests, addNamespace, addServer } from '../options.js'
import { outputOption, type FormattedFlags } from '../output/format.js'
import type { Session } from '../verb.js'

const help = `
Opens the manifest's file in $KUBE_EDITOR, $VISUAL, $EDITOR or vi, as a copy. What is saved is checked before it takes the file's
place; when something is wrong, the editor opens again with what and where at the top. Nothing changes when nothing is saved.

Examples:
  podkeep edit pod/web
  podkeep edit web.yaml
  EDITOR=nano podkeep edit web -n shop
`

export function declare(command: Command, session: Session): void {
  addServer(addManifests(addNamespace(command)))
    .argument('<what...>', 'pod/NAME, or the name of a file in the directory')
    .addOption(outputOption(['json', 'yaml', 'name']))
    .addHelpText('after', help)
    .action(async (what: readonly string[], flags: FormattedFlags) => {
      const { edit } = await import('../manifests/edit.js')
      session.end(await edit(what, flags, session))
    })
}
