/** `podkeep describe`: what may follow it. */

import type { Command } from 'commander'

import { usageError } from '../command-error.js'
import { describePod } from '../describe/pod.js'
import { askEvents, eventLines, podEvents, type ListedEvent } from '../events.js'
import { exitCode } from '../exit-code.js'
import { addNamespace, addSelector, addServer, textOption } from '../options.js'
import { outlineText, type Outline } from '../output/outline.js'
import { askPods } from '../pods/listed-pods.js'
import { manifestWords, nodeWords, parsePodReference, isPodWord, selected, theOnly } from '../pods/pod-reference.js'
import type { Flags } from '../run-options.js'
import { ask } from '../server/ask.js'
import type { Session } from '../verb.js'

const help = `
Of a Secret only its name and keys are shown, never what is in it.

Examples:
  podkeep describe pod web
  podkeep describe pod/web -n shop
  podkeep describe pods -l app=web
  podkeep describe manifest web.yaml
  podkeep describe node
`

export function declare(command: Command, session: Session): void {
  addServer(addSelector(addNamespace(command)))
    .argument('<what>', 'pod, manifest or node; pod/NAME is one pod')
    .argument('[names...]', 'which')
    .addHelpText('after', help)
    .action(async (what: string, names: readonly string[], flags: Flags) => {
      session.end(await describe(what, names, flags, session))
    })
}

async function describe(what: string, names: readonly string[], flags: Flags, session: Session): Promise<number> {
  const [word = '', inWord] = what.split('/')
  const all = inWord === undefined ? names : [inWord, ...names]
  const outlines = await outlinesOf(word, all, flags, session)
  const { terminal } = session
  terminal.out(outlines.map((outline) => outlineText(outline, terminal.paint)).join('\n\n'))
  if (outlines.length === 0) terminal.note(`No ${isPodWord(word) ? 'pods' : 'manifests'} found.\n`)
  return exitCode.ok
}

function outlinesOf(word: string, names: readonly string[], flags: Flags, session: Session): Promise<Outline[][]> {
  if (isPodWord(word)) return describedPods(names, flags, session)
  if (manifestWords.includes(word)) return describedManifests(names, flags, session)
  if (nodeWords.includes(word)) return describedNode(names, flags, session)
  throw usageError(
    `there is no ${JSON.stringify(word)} to describe`,
    'podkeep describe pod NAME, podkeep describe manifest FILE, or podkeep describe node',
  )
}

async function describedPods(names: readonly string[], flags: Flags, { surroundings }: Session): Promise<Outline[][]> {
  const namespace = textOption(flags, 'namespace')
  const list = await askPods(flags, surroundings)
  const references = names.map((name) => parsePodReference(name, namespace))
  const selector = textOption(flags, 'selector')
  const pods =
    references.length === 0
      ? selected(list.items, { namespace, selector })
      : references.map((reference) => theOnly(list.items, reference))
  const nowMs = Date.now()
  const outlines: Outline[][] = []
  for (const pod of pods) {
    const events = await podEvents(pod, flags, surroundings)
    outlines.push(describePod(pod, events === null ? null : eventLines(events, nowMs), nowMs))
  }
  return outlines
}

async function describedManifests(
  names: readonly string[],
  flags: Flags,
  { surroundings }: Session,
): Promise<Outline[][]> {
  const [{ describeManifest }, { askedFiles, manifestsStatus }] = await Promise.all([
    import('../describe/manifest.js'),
    import('../get/manifests.js'),
  ])
  const status = manifestsStatus(await ask('/manifests', flags, surroundings))
  const files = askedFiles(status, names)
  const { items: pods } = await askPods(flags, surroundings)
  const { items: events } = await askEvents('', flags, surroundings)
  const nowMs = Date.now()
  return files.map((file) => {
    const own = events.filter((event) => isAbout(event, file.file, file.pods))
    return describeManifest(status, file, pods, eventLines(own, nowMs), nowMs)
  })
}

/** What happened to its pods stands with them, but for what the file itself is to blame for. */
function isAbout({ involvedObject, reason }: ListedEvent, file: string, pods: readonly string[]): boolean {
  const { kind, name, namespace } = involvedObject
  if (kind === 'Manifest') return name === file
  return ['FailedValidation', 'ManifestChanged'].includes(reason) && pods.includes(`${namespace ?? ''}/${name}`)
}

async function describedNode(names: readonly string[], flags: Flags, { surroundings }: Session): Promise<Outline[][]> {
  const [{ describeNode }, { checkNodeName }, { nodeObject }, { storedPod }] = await Promise.all([
    import('../describe/node.js'),
    import('../get/node.js'),
    import('../get/listed-node.js'),
    import('../pods/stored-pod.js'),
  ])
  const node = nodeObject(await ask('/node', flags, surroundings))
  checkNodeName(node, names)
  const { items } = await askPods(flags, surroundings)
  const pods = items
    .filter(({ status }) => !['Succeeded', 'Failed'].includes(status.phase))
    .flatMap((pod) => storedPod(pod) ?? [])
  const { items: events } = await askEvents('', flags, surroundings)
  const nowMs = Date.now()
  const own = events.filter(({ involvedObject }) => involvedObject.kind === 'Node')
  return [describeNode(node, pods, eventLines(own, nowMs), nowMs)]
}
