/** `podkeep exec`: what may follow it. */

import type { Command } from 'commander'

import { usageError } from '../command-error.js'
import { addContainer, addNamespace, addServer, textOption } from '../options.js'
import { withoutKind } from '../pods/pod-reference.js'
import type { Flags } from '../run-options.js'
import type { Session } from '../verb.js'

const help = `
The exit code is the command's. Without podkeep running it works too, as long as the engine does.

Examples:
  podkeep exec web -- ls /data
  podkeep exec -it web -c app -- sh
  echo hello | podkeep exec -i web -- tee /tmp/hello
`

export function declare(command: Command, session: Session): void {
  addServer(addContainer(addNamespace(command)))
    .argument('<pod>', 'the pod: NAME, pod/NAME or NAMESPACE/NAME')
    .argument('[command...]', 'after --: the command and its arguments')
    .option('-i, --stdin', 'hand on what is typed or piped here')
    .option('-t, --tty', 'give the command a terminal')
    .option('-q, --quiet', 'no words of its own')
    .addHelpText('after', help)
    .action(async (first: string, others: readonly string[], flags: Flags) => {
      const [pod = '', ...words] = withoutKind([first, ...others])
      if (words.length === 0) throw usageError('which command?', `podkeep exec ${pod} -- COMMAND`)
      const { exec } = await import('../exec.js')
      const target = { pod, namespace: textOption(flags, 'namespace'), container: textOption(flags, 'container') }
      session.end(await exec(target, words, flags, session))
    })
}
