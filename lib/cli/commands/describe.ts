/** `podkeep describe`: what may follow it. */

import type { Command } from 'commander'

import { usageError } from '../command-error.js'
import { describePod } from '../describe-pod.js'
import { eventLine, podEvents } from '../events.js'
import { exitCode } from '../exit-code.js'
import { addNamespace, addSelector, addServer, textOption } from '../options.js'
import { outlineText } from '../output/outline.js'
import { askPods } from '../pods/listed-pods.js'
import { parsePodReference, podWords, selected, theOnly } from '../pods/pod-reference.js'
import type { Flags } from '../run-options.js'
import type { Session } from '../verb.js'

const help = `
Examples:
  podkeep describe pod web
  podkeep describe pod/web -n shop
  podkeep describe pods -l app=web
`

export function declare(command: Command, session: Session): void {
  addServer(addSelector(addNamespace(command)))
    .argument('<what>', 'pod, or pod/NAME')
    .argument('[names...]', 'which')
    .addHelpText('after', help)
    .action(async (what: string, names: readonly string[], flags: Flags) => {
      session.end(await describe(what, names, flags, session))
    })
}

async function describe(
  what: string,
  names: readonly string[],
  flags: Flags,
  { surroundings, terminal }: Session,
): Promise<number> {
  const [word = '', inWord] = what.split('/')
  if (!podWords.includes(word)) {
    throw usageError(`there is no ${JSON.stringify(word)} to describe`, 'podkeep describe pod NAME')
  }
  const namespace = textOption(flags, 'namespace')
  const list = await askPods(flags, surroundings)
  const references = (inWord === undefined ? names : [what, ...names]).map((name) => parsePodReference(name, namespace))
  const selector = textOption(flags, 'selector')
  const pods =
    references.length === 0
      ? selected(list.items, { namespace, selector })
      : references.map((reference) => theOnly(list.items, reference))
  const nowMs = Date.now()
  const texts: string[] = []
  for (const pod of pods) {
    const events = await podEvents(pod, flags, surroundings)
    const lines = events?.map((event) => eventLine(event, nowMs)) ?? null
    texts.push(outlineText(describePod(pod, lines, nowMs), terminal.paint))
  }
  terminal.out(texts.join('\n\n'))
  if (pods.length === 0) terminal.note('No pods found.\n')
  return exitCode.ok
}
