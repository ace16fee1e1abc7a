/** `podkeep rollout`: what may follow it. */

import type { Command } from 'commander'

import { addContainer, addManifests, addNamespace, addServer } from '../options.js'
import { outputOption, type FormattedFlags } from '../output/format.js'
import { onlyPod } from '../pods/pod-reference.js'
import type { Session } from '../verb.js'

const help = `
podkeep keeps the last manifests of each pod, with what became of them. undo writes one again as it was written, comments and all;
where that is not known (part of a List, or a Secret may be in it), without what are defaults.

Examples:
  podkeep rollout history pod/web
  podkeep rollout history pod/web -o wide
  podkeep rollout history pod/web --revision 3 -o yaml
  podkeep rollout undo pod/web
  podkeep rollout undo pod/web --to-revision 3 --dry-run
`

export function declare(command: Command, session: Session): void {
  command.addHelpText('after', help)
  addServer(addNamespace(command.command('history').description('the manifests a pod had, and what became of them')))
    .argument('<pod...>', 'NAME, pod/NAME or NAMESPACE/NAME')
    .option('--revision <number>', 'this one, whole')
    .addOption(outputOption(['wide', 'json', 'yaml']))
    .action(async (words: readonly string[], flags: FormattedFlags) => {
      const { history } = await import('../rollout.js')
      session.end(await history(onlyPod(words, 'podkeep rollout history pod/NAME'), flags, session))
    })
  addServer(addManifests(addNamespace(command.command('undo').description('write an earlier manifest again'))))
    .argument('<pod...>', 'NAME, pod/NAME or NAMESPACE/NAME')
    .option('--to-revision <number>', 'that one (default: the one before)')
    .option('--dry-run', 'tell, and change nothing')
    .addOption(outputOption(['json', 'yaml', 'name']))
    .action(async (words: readonly string[], flags: FormattedFlags) => {
      const { undo } = await import('../rollout.js')
      session.end(await undo(onlyPod(words, 'podkeep rollout undo pod/NAME'), flags, session))
    })
  addServer(addManifests(addNamespace(addContainer(command.command('restart').description('as "podkeep restart"')))))
    .argument('<names...>', 'NAME, KIND/NAME, KIND NAME or NAMESPACE/NAME')
    .addOption(outputOption(['json', 'yaml', 'name']))
    .action(async (pods: readonly string[], flags: FormattedFlags) => {
      const { restart } = await import('../manifests/restart.js')
      session.end(await restart(pods, flags, session))
    })
}
