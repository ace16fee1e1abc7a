/** `podkeep exec`: a command in a container, as if it ran here. */

import { canHaveTty, converse } from './console.js'
import { exitCode } from './exit-code.js'
import { chosenName, podContainers, runningInstance } from './pods/pod-containers.js'
import { parsePodReference } from './pods/pod-reference.js'
import { withWorld } from './pods/reach.js'
import type { Flags } from './run-options.js'
import type { Session } from './verb.js'

export interface ContainerTarget {
  readonly pod: string
  readonly namespace: string | null
  readonly container: string | null
}

export async function exec(
  target: ContainerTarget,
  command: readonly string[],
  flags: Flags,
  { surroundings, terminal }: Session,
): Promise<number> {
  const note = flags['quiet'] === true ? () => undefined : (text: string) => terminal.note(text)
  const stdin = flags['stdin'] === true
  const tty = flags['tty'] === true && canHaveTty()
  if (flags['tty'] === true && !tty) note('podkeep: no terminal for the command: this is not one itself\n')
  return withWorld(flags, surroundings, async (door, world) => {
    const pod = podContainers(world, parsePodReference(target.pod, target.namespace))
    const { id } = runningInstance(pod, chosenName(pod, target.container, note))
    const conversation = await door.exec(id, { command, stdin, tty })
    await converse(conversation, { stdin, tty })
    const code = await conversation.exitCode()
    if (code !== null && code !== 0 && !tty) note(`command terminated with exit code ${code}\n`)
    return code ?? exitCode.unavailable
  })
}
