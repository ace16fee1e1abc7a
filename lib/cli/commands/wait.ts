/** `podkeep wait`: what may follow it. */

import type { Command } from 'commander'

import { addNamespace, addSelector, addServer } from '../options.js'
import { outputOption, type FormattedFlags } from '../output/format.js'
import type { Session } from '../verb.js'

const help = `
--for may be:
  condition=NAME[=VALUE]        a condition is True, or VALUE: condition=Ready, condition=Ready=false
  delete                        the pods are gone
  create                        the pods are there
  jsonpath='{PATH}'[=VALUE]     what is there is VALUE, or is there at all

Exit code 0 when all of them are so, 1 when the time is over first. With -o the pods are shown as they are then; those that are gone as they
were last.

Examples:
  podkeep wait --for=condition=Ready pod/web --timeout=60s
  podkeep wait --for=jsonpath='{.status.phase}'=Succeeded pod/job
  podkeep wait --for=delete pod -l app=web
`

export function declare(command: Command, session: Session): void {
  addServer(addSelector(addNamespace(command)))
    .argument('<what>', 'pod/NAME, or pods with names, -l or --all')
    .argument('[names...]', 'which')
    .requiredOption('--for <condition>', 'what is waited for')
    .option('--timeout <duration>', 'how long: 30s, 5m; 0 looks once, -1s waits for a week', '30s')
    .option('--all', 'all pods')
    .addOption(outputOption(['json', 'yaml', 'name', 'jsonpath']))
    .addHelpText('after', help)
    .action(async (what: string, names: readonly string[], flags: FormattedFlags) => {
      const { wait } = await import('../waiting/wait.js')
      session.end(await wait([what, ...names], flags, session))
    })
}
