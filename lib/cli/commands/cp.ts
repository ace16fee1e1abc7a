/** `podkeep cp`: what may follow it. */

import type { Command } from 'commander'

import { addContainer, addNamespace, addServer } from '../options.js'
import type { Flags } from '../run-options.js'
import type { Session } from '../verb.js'

const help = `
One of the two is [NAMESPACE/]POD:PATH; a PATH that does not begin with / is below the container's root. A directory is copied
whole. Links in it are copied as links: into a container as they are, out of one those that stay inside what is copied; a line
names those that are left out, and nothing is written through a link that stands in the directory here. The image needs no tar,
and the container need not run.

Examples:
  podkeep cp ./site web:/www
  podkeep cp web:/var/log/app.log .
  podkeep cp -c app shop/web:/etc/app ./app-config
`

export function declare(command: Command, session: Session): void {
  addServer(addContainer(addNamespace(command)))
    .argument('<from>', 'a file or directory, or POD:PATH')
    .argument('<to>', 'a file or directory, or POD:PATH')
    .addHelpText('after', help)
    .action(async (from: string, to: string, flags: Flags) => {
      const { copyFiles } = await import('../copy-files.js')
      session.end(await copyFiles(from, to, flags, session))
    })
}
