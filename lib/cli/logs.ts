/** `podkeep logs`: what containers wrote, one after the other, or with -f side by side. */

import type { ContainerDoor, FoundContainer, LogRequest } from '../docker/index.js'
import { CommandError, usageError } from './command-error.js'
import { written } from './console.js'
import { exitCode } from './exit-code.js'
import { LinePrefixer } from './line-prefixer.js'
import { durationOption, numberOption, textOption } from './options.js'
import { chosenName, loggedInstance, podContainers, selectedPods, type PodContainers } from './pods/pod-containers.js'
import { parsePodReference } from './pods/pod-reference.js'
import { withWorld } from './pods/reach.js'
import type { Flags } from './run-options.js'
import type { Session } from './verb.js'

interface LoggedContainer {
  readonly found: FoundContainer
  /** Empty: lines are written as they come. */
  readonly prefix: string
}

/** Lines from the end of each of the pods that a selector finds. Source: kubectl's selectorTail. */
const selectorTail = 10

export async function logs(podText: string | null, flags: Flags, { surroundings, terminal }: Session): Promise<number> {
  const selector = textOption(flags, 'selector')
  const namespace = textOption(flags, 'namespace')
  if ((podText === null) === (selector === null)) {
    throw usageError('one pod, or -l with labels: which is it?', 'podkeep logs POD, or podkeep logs -l app=web')
  }
  const request = logRequest(flags, selector === null ? null : selectorTail)
  return withWorld(flags, surroundings, async (door, world) => {
    const pods =
      podText === null
        ? selectedPods(world, { namespace, selector })
        : [podContainers(world, parsePodReference(podText, namespace))]
    if (pods.length === 0) throw new CommandError(exitCode.problem, `no pod has the labels ${selector ?? ''}`)
    const logged = pods.flatMap((pod) => loggedOf(pod, flags, (text) => terminal.note(text)))
    if (request.follow) await Promise.all(logged.map((one) => copy(door, one, request)))
    else for (const one of logged) await copy(door, one, request)
    return exitCode.ok
  })
}

function logRequest(flags: Flags, usualTail: number | null): LogRequest {
  const tail = numberOption(flags, 'tail')
  const sinceMs = durationOption(flags, 'since')
  return {
    follow: flags['follow'] === true,
    timestamps: flags['timestamps'] === true,
    tail: tail === null ? usualTail : tail < 0 ? null : tail,
    sinceMs: sinceMs === null ? timeOption(flags) : Date.now() - sinceMs,
  }
}

function timeOption(flags: Flags): number | null {
  const text = textOption(flags, 'sinceTime')
  if (text === null) return null
  const ms = Date.parse(text)
  if (Number.isNaN(ms))
    throw usageError(`--since-time: ${JSON.stringify(text)} is no time`, 'such as 2026-01-02T03:04:05Z')
  return ms
}

function loggedOf(pod: PodContainers, flags: Flags, note: (text: string) => void): LoggedContainer[] {
  const isAll = flags['allContainers'] === true
  const isPrevious = flags['previous'] === true
  const names = isAll ? pod.names : [chosenName(pod, textOption(flags, 'container'), note)]
  const isPrefixed = flags['prefix'] === true
  return names.flatMap((name) => {
    // Of all of them, one that has not run yet has nothing to say and is no mistake.
    if (isAll && !pod.instances.some(({ identity, state }) => identity.name === name && state !== 'created')) return []
    return [{ found: loggedInstance(pod, name, isPrevious), prefix: isPrefixed ? `[pod/${pod.name}/${name}] ` : '' }]
  })
}

async function copy(door: ContainerDoor, { found, prefix }: LoggedContainer, request: LogRequest): Promise<void> {
  const lines = { stdout: new LinePrefixer(prefix), stderr: new LinePrefixer(prefix) }
  for await (const { from, bytes } of door.logs(found.id, request)) {
    await written(process.stdout, lines[from].take(bytes))
  }
  for (const stream of Object.values(lines)) await written(process.stdout, stream.end())
}
