/** `podkeep events`: what may follow it. */

import type { Command } from 'commander'

import { addNamespace, addServer, textOption } from '../options.js'
import { outputOption, type Format } from '../output/format.js'
import type { Flags } from '../run-options.js'
import { showEvents } from '../show-events.js'
import type { Session } from '../verb.js'

const help = `
Oldest first; an event that came several times is one line with its count. They survive podkeep's restart.

Examples:
  podkeep events
  podkeep events --for pod/web
  podkeep events -n shop --types=Warning --watch
`

export function declare(command: Command, session: Session): void {
  addServer(addNamespace(command))
    .option('--for <pod>', 'only of this pod: pod/NAME')
    .option('--types <types>', 'only of these types: Warning, Normal')
    .option('-A, --all-namespaces', 'all namespaces, which is the default')
    .option('-w, --watch', 'go on, and show what comes')
    .option('--no-headers', 'rows only')
    .addOption(outputOption(['json', 'yaml', 'name', 'jsonpath']))
    .addHelpText('after', help)
    .action(async (flags: Flags & { readonly output: Format }) => {
      session.end(await showEvents(textOption(flags, 'for'), flags, session))
    })
}
