/** `podkeep restart`: what may follow it. */

import type { Command } from 'commander'

import { addContainer, addManifests, addNamespace, addServer } from '../options.js'
import { outputOption, type FormattedFlags } from '../output/format.js'
import type { Session } from '../verb.js'

const help = `
Replaces the pod's containers, or one of them, with preStop hook and grace period; the address, the volumes and the other
containers stay, and init containers do not run again. It writes the annotation podkeep.io/restarted-at into the manifest, as
kubectl rollout restart does: a restart is an edit, done once whatever happens meanwhile, and it stands in the history. Of a
Deployment, StatefulSet or DaemonSet it is written into the template: the pods follow one after the other.

Examples:
  podkeep restart web
  podkeep restart web -c app
  podkeep restart deployment/web
`

export function declare(command: Command, session: Session): void {
  addServer(addManifests(addNamespace(addContainer(command))))
    .argument('<names...>', 'NAME, KIND/NAME, KIND NAME or NAMESPACE/NAME')
    .addOption(outputOption(['json', 'yaml', 'name']))
    .addHelpText('after', help)
    .action(async (pods: readonly string[], flags: FormattedFlags) => {
      const { restart } = await import('../manifests/restart.js')
      session.end(await restart(pods, flags, session))
    })
}
