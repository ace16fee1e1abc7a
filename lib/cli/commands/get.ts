/** `podkeep get`: what may follow it. */

import type { Command } from 'commander'

import { usageError } from '../command-error.js'
import { exitCode } from '../exit-code.js'
import { addNamespace, addSelector, addServer, textOption } from '../options.js'
import { outputOption, type Format } from '../output/format.js'
import { askPods } from '../pods/listed-pods.js'
import { manifestWords, nodeWords, parsePodReference, isPodWord } from '../pods/pod-reference.js'
import type { Flags } from '../run-options.js'
import { ask } from '../server/ask.js'
import type { Session } from '../verb.js'

const help = `
What there is to get:
  pods (pod, po)            the pods and how they are
  manifests (manifest)      the files of the manifests directory, and what is wrong with which
  events (event, ev)        what happened, oldest first; see also "podkeep events"
  node (nodes, no)          this machine

STATUS is what kubectl shows (Running, CrashLoopBackOff, ImagePullBackOff ...). "Running,Held" means that the manifest is
broken and the pod stays as it was. STATE of a manifest: ok (in force), held (broken, what it last said well stays in
force), refused (broken, nothing of it runs), waiting (new, and somebody still writes it), ignored (not a manifest). The exit code is 1
when one is held or refused.

Examples:
  podkeep get pods -o wide
  podkeep get pods -n shop -l app=web --watch
  podkeep get pod web -o yaml
  podkeep get manifests web.yaml
  podkeep get node -o wide
  podkeep get pods -o jsonpath='{range .items[*]}{.metadata.name}{"\\t"}{.status.podIP}{"\\n"}{end}'
`

export function declare(command: Command, session: Session): void {
  addServer(addSelector(addNamespace(command)))
    .argument('<what>', 'pods, manifests, events or node; pod/NAME is one pod')
    .argument('[names...]', 'only these')
    .addOption(outputOption())
    .option('-A, --all-namespaces', 'all namespaces, which is the default')
    .option('-w, --watch', 'go on, and show what changes')
    .option('--show-labels', 'a column with the labels')
    .option('--no-headers', 'rows only')
    .showHelpAfterError('  hint: what there is to get: pods, manifests, events, node')
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
  if (isPodWord(word)) return getPods(all, flags, session)
  if (manifestWords.includes(word))
    return getManifests(inWord === undefined ? names : [inWord, ...names], flags, session)
  if (nodeWords.includes(word)) return getNode(inWord === undefined ? names : [inWord, ...names], flags, session)
  if (['events', 'event', 'ev'].includes(word)) {
    const { showEvents } = await import('../show-events.js')
    return showEvents(null, flags, session)
  }
  const hint =
    'there are pods, manifests, events and node; "podkeep get manifests" shows in which file something stands'
  throw usageError(`there is no ${JSON.stringify(word)} to get`, hint)
}

async function getManifests(names: readonly string[], flags: GetFlags, session: Session): Promise<number> {
  const { showManifests, watchManifests } = await import('../get/manifests.js')
  const query = { names, format: flags.output, headers: flags['headers'] !== false }
  if (flags['watch'] === true) {
    await watchManifests(flags, query, session)
    return exitCode.ok
  }
  return showManifests(await ask('/manifests', flags, session.surroundings), query, session.terminal)
}

async function getNode(names: readonly string[], flags: GetFlags, session: Session): Promise<number> {
  const [{ checkNodeName, showNode }, { nodeObject }] = await Promise.all([
    import('../get/node.js'),
    import('../get/listed-node.js'),
  ])
  const node = nodeObject(await ask('/node', flags, session.surroundings))
  checkNodeName(node, names)
  const query = {
    format: flags.output,
    isList: names.length === 0,
    showLabels: flags['showLabels'] === true,
    headers: flags['headers'] !== false,
  }
  showNode(node, query, Date.now(), session.terminal)
  return exitCode.ok
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
    const { watchPods } = await import('../get/watch-pods.js')
    await watchPods(flags, session, query)
    return exitCode.ok
  }
  const { showPods } = await import('../get/pods.js')
  return showPods(await askPods(flags, surroundings), query, Date.now(), terminal)
}
