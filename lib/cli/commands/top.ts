/** `podkeep top`: what may follow it. */

import { Option, type Command } from 'commander'

import { exitCode } from '../exit-code.js'
import { addNamespace, addSelector, addServer, textOption } from '../options.js'
import { outputOption, type Format } from '../output/format.js'
import { askPods } from '../pods/listed-pods.js'
import { parsePodReference } from '../pods/pod-reference.js'
import type { Flags } from '../run-options.js'
import { ask } from '../server/ask.js'
import { askFigures } from '../top/figures.js'
import { showTopPods, type SortKey } from '../top/top-pods.js'
import { showTopNode } from '../top/top-node.js'
import type { Session } from '../verb.js'

const help = `
CPU is in thousandths of a core, on average since somebody last asked podkeep, 90 seconds at most; where nobody has, it takes two
seconds to find out. MEMORY is the working set: what the kernel cannot simply drop.

Examples:
  podkeep top pods
  podkeep top pods -n shop --containers --sort-by=cpu
  podkeep top node
`

const formats = ['json', 'yaml', 'name', 'jsonpath'] as const
type TopFlags = Flags & { readonly output: Format; readonly sortBy?: SortKey }

export function declare(command: Command, session: Session): void {
  command.addHelpText('after', help).showHelpAfterError('  hint: podkeep top pods, or podkeep top node')
  const pods = command.command('pods').aliases(['pod', 'po']).description('what pods use')
  addServer(addSelector(addNamespace(pods)))
    .argument('[names...]', 'only these')
    .option('--containers', 'each container by itself')
    .addOption(new Option('--sort-by <what>', 'the largest first').choices(['cpu', 'memory']))
    .option('--sum', 'and all together')
    .option('-A, --all-namespaces', 'all namespaces, which is the default')
    .option('--no-headers', 'rows only')
    .addOption(outputOption(formats))
    .action(async (names: readonly string[], flags: TopFlags) => {
      session.end(await topPods(names, flags, session))
    })
  const node = command.command('node').aliases(['nodes', 'no']).description('what this machine uses')
  addServer(node)
    .option('--show-capacity', 'of all that the machine has, not of what pods may have')
    .option('--no-headers', 'rows only')
    .addOption(outputOption(formats))
    .action(async (flags: TopFlags) => {
      session.end(await topNode(flags, session))
    })
}

async function topPods(names: readonly string[], flags: TopFlags, session: Session): Promise<number> {
  const { surroundings, terminal } = session
  const namespace = textOption(flags, 'namespace')
  const list = await askPods(flags, surroundings)
  const query = {
    namespace,
    selector: textOption(flags, 'selector'),
    references: names.map((name) => parsePodReference(name, namespace)),
    format: flags.output,
    byContainer: flags['containers'] === true,
    sortBy: flags.sortBy ?? null,
    isSummed: flags['sum'] === true,
    headers: flags['headers'] !== false,
  }
  showTopPods(list, await askFigures(flags, surroundings), query, terminal)
  return exitCode.ok
}

async function topNode(flags: TopFlags, { surroundings, terminal }: Session): Promise<number> {
  const figures = await askFigures(flags, surroundings)
  const ofCapacity = flags['showCapacity'] === true
  const query = { format: flags.output, ofCapacity, headers: flags['headers'] !== false }
  showTopNode(await ask('/node', flags, surroundings), figures, query, terminal)
  return exitCode.ok
}
