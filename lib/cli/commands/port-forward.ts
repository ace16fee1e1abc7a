/** `podkeep port-forward`: what may follow it. */

import type { Command } from 'commander'

import { usageError } from '../command-error.js'
import { addNamespace, addServer } from '../options.js'
import { withoutKind } from '../pods/pod-reference.js'
import type { Flags } from '../run-options.js'
import type { Session } from '../verb.js'

const help = `
Ports are LOCAL:REMOTE, one number for both, or :REMOTE for any free local port; REMOTE may be the name of a port. Goes on
when the pod is made anew. The program must listen on the pod's address, not on its loopback only.

Examples:
  podkeep port-forward web 8080:80
  podkeep port-forward pod/web :80 9000:metrics
  podkeep port-forward --address 0.0.0.0 web 8080:80
`

export function declare(command: Command, session: Session): void {
  addServer(addNamespace(command))
    .argument('<pod>', 'the pod: NAME, pod/NAME or NAMESPACE/NAME')
    .argument('<ports...>', 'LOCAL:REMOTE, PORT or :REMOTE')
    .option('--address <addresses>', 'local addresses to listen on, with commas', 'localhost')
    .addHelpText('after', help)
    .action(async (first: string, others: readonly string[], flags: Flags) => {
      const [pod = '', ...ports] = withoutKind([first, ...others])
      if (ports.length === 0) throw usageError('which ports?', `podkeep port-forward ${pod} LOCAL:REMOTE`)
      const { portForward } = await import('../port-forward.js')
      session.end(await portForward(pod, ports, flags, session))
    })
}
