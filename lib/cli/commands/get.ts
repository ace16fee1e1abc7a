/** `podkeep get`: what may follow it. */

import type { Command } from 'commander'

import { usageError } from '../command-error.js'
import { exitCode } from '../exit-code.js'
import { addNamespace, addSelector, addServer, textOption } from '../options.js'
import { outputOption, type Format } from '../output/format.js'
import { askPods } from '../pods/listed-pods.js'
import { parsePodReference, podWords } from '../pods/pod-reference.js'
import type { Flags } from '../run-options.js'
import { ask } from '../server/ask.js'
import type { Session } from '../verb.js'

const help = `
What there is to get:
  pods (pod, po)            the pods and how they are
  manifests (manifest)      the files of the manifests directory, and what is wrong with which
  events (event, ev)        what happened, oldest first; see also "podkeep events"

STATUS is what kubectl shows (Running, CrashLoopBackOff, ImagePullBackOff ...). "Running,Held" means that the manifest is
broken and the pod stays as it was. STATE of a manifest: ok (in force), held (broken, what it last said well stays in
force), refused (broken, nothing of it runs), ignored (not a manifest).

Examples:
  podkeep get pods -o wide
  podkeep get pods -n shop -l app=web --watch
  podkeep get pod web -o yaml
  podkeep get pods -o jsonpath='{range .items[*]}{.metadata.name}{"\\t"}{.status.podIP}{"\\n"}{end}'
`

export function declare(command: Command, session: Session): void {
  addServer(addSelector(addNamespace(command)))
    .argument('<what>', 'pods, manifests or events; pod/NAME is one pod')
    .argument('[names...]', 'only these')
    .addOption(outputOption())
    .option('-A, --all-namespaces', 'all namespaces, which is the default')
    .option('-w, --watch', 'go on, and show what changes')
    .option('--show-labels', 'a column with the labels')
    .option('--no-headers', 'rows only')
    .showHelpAfterError('  hint: what there is to get: pods, manifests, events')
    .addHelpText('after', help)
    .action(async (what: string, names: readonly string[], flags: GetFlags) => {
      session.end(await get(what, names, flags, session))
    })
}

interface ParsedFlags {
  readonly output: Format
}
type GetFlags = Flags & ParsedFlags

async function get(what: string, names: readonly string[], flags: GetFlags, session: Session): Promise<number> {
  const [word = '', inWord] = what.split('/')
  const all = inWord === undefined ? names : [what, ...names]
  if (podWords.includes(word)) return getPods(all, flags, session)
  if (['manifests', 'manifest'].includes(word)) {
    const { showManifests } = await import('../get-manifests.js')
    const answer = await ask('/manifests', flags, session.surroundings)
    return showManifests(answer, flags.output, session.terminal)
  }
  if (['events', 'event', 'ev'].includes(word)) {
    const { showEvents } = await import('../show-events.js')
    return showEvents(null, flags, session)
  }
  throw usageError(`there is no ${JSON.stringify(word)} to get`, 'there are pods, manifests and events')
}

async function getPods(names: readonly string[], flags: GetFlags, session: Session): Promise<number> {
  const { surroundings, terminal } = session
  const namespace = textOption(flags, 'namespace')
  const query = {
    namespace,
    selector: textOption(flags, 'selector'),
    references: names.map((name) => parsePodReference(name, namespace)),
    format: flags.output,
    showLabels: flags['showLabels'] === true,
    headers: flags['headers'] !== false,
  }
  if (flags['watch'] === true) {
    const { watchPods } = await import('../watch-pods.js')
    await watchPods(flags, session, query)
    return exitCode.ok
  }
  const { showPods } = await import('../get-pods.js')
  return showPods(await askPods(flags, surroundings), query, Date.now(), terminal)
}
