/** `podkeep get`: what may follow it. */

import { Argument, Option, type Command } from 'commander'

import { addServer } from '../options.js'
import type { Flags } from '../run-options.js'
import { ask } from '../status-client.js'
import { statusAddresses } from '../status-addresses.js'
import type { Session } from '../verb.js'

export function declare(get: Command, session: Session): void {
  const { surroundings, terminal, end } = session
  const pods = get
    .command('pods')
    .aliases(['pod', 'po'])
    .description('the pods and how they are')
    .addArgument(new Argument('[name]', 'only this pod: name, or namespace/name'))
    .addOption(new Option('-n, --namespace <namespace>', 'only this namespace (default: all)'))
    .addOption(new Option('-o, --output <format>', 'wide or json').choices(['wide', 'json']))
  addServer(pods)
    .addHelpText('after', podsHelp)
    .action(async (name: string | undefined, flags: Flags) => {
      const { showPods } = await import('../get-pods.js')
      const answer = await ask(statusAddresses(flags, surroundings), '/pods')
      const output = flags['output'] === 'json' ? 'json' : flags['output'] === 'wide' ? 'wide' : 'table'
      const namespace = typeof flags['namespace'] === 'string' ? flags['namespace'] : null
      end(showPods(answer, { name: name ?? null, namespace, output }, Date.now(), terminal))
    })
  const manifests = get
    .command('manifests')
    .alias('manifest')
    .description('the files of the manifests directory, and what is wrong with which')
    .addOption(new Option('-o, --output <format>', 'json').choices(['json']))
  addServer(manifests)
    .addHelpText('after', manifestsHelp)
    .action(async (flags: Flags) => {
      const { showManifests } = await import('../get-manifests.js')
      const answer = await ask(statusAddresses(flags, surroundings), '/manifests')
      end(showManifests(answer, flags['output'] === 'json' ? 'json' : 'table', terminal))
    })
}

const podsHelp = `
STATUS is what kubectl shows (Running, CrashLoopBackOff, ImagePullBackOff ...). "Running,Held" means that the manifest is
broken and the pod stays as it was.

Examples:
  podkeep get pods -o wide
  podkeep get pods web -n default -o json
`

const manifestsHelp = `
STATE: ok (in force), held (broken, what it last said well stays in force), refused (broken, nothing of it runs), ignored (not
a manifest).
`
