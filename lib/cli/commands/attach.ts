/** `podkeep attach`. */

import type { Command } from 'commander'

import { canHaveTty, converse } from '../console.js'
import { exitCode } from '../exit-code.js'
import { addContainer, addNamespace, addServer, textOption } from '../options.js'
import { chosenName, podContainers, runningInstance } from '../pods/pod-containers.js'
import { onlyPod, parsePodReference } from '../pods/pod-reference.js'
import { withWorld } from '../pods/reach.js'
import type { Flags } from '../run-options.js'
import type { Session } from '../verb.js'

const help = `
Shows what the container's own process writes from now on, and with -i hands on what is typed; its manifest must say
"stdin: true" for that, and "tty: true" for a terminal. Ctrl-P Ctrl-Q leaves a container with a terminal running.

Examples:
  podkeep attach web
  podkeep attach -it shell
`

export function declare(command: Command, session: Session): void {
  addServer(addContainer(addNamespace(command)))
    .argument('<pod...>', 'the pod: NAME, pod/NAME or NAMESPACE/NAME')
    .option('-i, --stdin', 'hand on what is typed or piped here')
    .option('-t, --tty', 'the container has a terminal')
    .option('-q, --quiet', 'no words of its own')
    .addHelpText('after', help)
    .action(async (words: readonly string[], flags: Flags) => {
      session.end(await attach(onlyPod(words, 'podkeep attach pod/NAME'), flags, session))
    })
}

async function attach(podText: string, flags: Flags, { surroundings, terminal }: Session): Promise<number> {
  const note = flags['quiet'] === true ? () => undefined : (text: string) => terminal.note(text)
  const stdin = flags['stdin'] === true
  return withWorld(flags, surroundings, async (door, world) => {
    const pod = podContainers(world, parsePodReference(podText, textOption(flags, 'namespace')))
    const { id } = runningInstance(pod, chosenName(pod, textOption(flags, 'container'), note))
    const conversation = await door.attach(id, stdin)
    const tty = flags['tty'] === true && conversation.tty && canHaveTty()
    if (flags['tty'] === true && !conversation.tty) note('podkeep: the container has no terminal ("tty: true")\n')
    if (tty) note("If you don't see a command prompt, try pressing enter.\n")
    await converse(conversation, { stdin, tty })
    // The prompt that was left stands there still.
    if (tty) note('\n')
    return exitCode.ok
  })
}
