/** `podkeep logs`: what may follow it. */

import type { Command } from 'commander'

import { usageError } from '../command-error.js'
import { addContainer, addNamespace, addSelector, addServer } from '../options.js'
import { withoutKind } from '../pods/pod-reference.js'
import type { Flags } from '../run-options.js'
import type { Session } from '../verb.js'

const help = `
Without podkeep running it works too, as long as the engine does.

Examples:
  podkeep logs -f web
  podkeep logs web -c app --previous
  podkeep logs web --all-containers --since 10m --timestamps
  podkeep logs -l app=web --prefix --tail 20
`

export function declare(command: Command, session: Session): void {
  addServer(addSelector(addContainer(addNamespace(command))))
    .argument('[pod...]', 'the pod: NAME, pod/NAME or NAMESPACE/NAME; and its container, as -c')
    .option('-f, --follow', 'go on with what comes')
    .option('-p, --previous', 'of the instance before')
    .option('--all-containers', 'of all containers')
    .option('--tail <lines>', 'so many lines from the end (default: all, with -l 10)')
    .option('--since <duration>', 'newer than that: 30s, 10m, 2h')
    .option('--since-time <time>', 'from then on: 2026-01-02T03:04:05Z')
    .option('--timestamps', 'each line with its time')
    .option('--prefix', 'each line with its pod and container')
    .addHelpText('after', help)
    .action(async (words: readonly string[], flags: Flags) => {
      const { logs } = await import('../logs.js')
      const [pod, container, ...more] = withoutKind(words)
      if (more.length > 0) throw usageError(`one pod, and not ${words.join(' ')}`, 'podkeep logs pod/NAME -c CONTAINER')
      session.end(await logs(pod ?? null, { ...flags, container: flags['container'] ?? container }, session))
    })
}
