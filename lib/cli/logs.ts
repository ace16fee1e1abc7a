/** `podkeep logs`: what containers wrote, one after the other, or with -f side by side. */

import type { LogQuery } from '../ports/index.js'
import { CommandError, usageError } from './command-error.js'
import { written } from './console.js'
import { exitCode } from './exit-code.js'
import { LinePrefixer } from './line-prefixer.js'
import { durationOption, numberOption, textOption } from './options.js'
import { withLogSource, type LoggedContainer, type LogSource } from './pods/log-source.js'
import { chosenName, podContainers, selectedPods, type PodContainers } from './pods/pod-containers.js'
import { parsePodReference } from './pods/pod-reference.js'
import type { Flags } from './run-options.js'
import type { Session } from './verb.js'

/** Lines from the end of each of the pods that a selector finds. Source: kubectl's selectorTail. */
const selectorTail = 10

export async function logs(podText: string | null, flags: Flags, { surroundings, terminal }: Session): Promise<number> {
  const selector = textOption(flags, 'selector')
  const namespace = textOption(flags, 'namespace')
  if ((podText === null) === (selector === null)) {
    throw usageError('one pod, or -l with labels: which is it?', 'podkeep logs POD, or podkeep logs -l app=web')
  }
  const request = logRequest(flags, selector === null ? null : selectorTail)
  return withLogSource(flags, surroundings, async (source) => {
    const { world } = source
    const pods =
      podText === null
        ? selectedPods(world, { namespace, selector })
        : [podContainers(world, parsePodReference(podText, namespace))]
    if (pods.length === 0) throw new CommandError(exitCode.problem, `no pod has the labels ${selector ?? ''}`)
    const logged = pods.flatMap((pod) => loggedOf(source, pod, flags, (text) => terminal.note(text)))
    const prefixOf = ({ pod, container }: LoggedContainer): string =>
      flags['prefix'] === true ? `[pod/${pod.name}/${container}] ` : ''
    const copied = (one: LoggedContainer): Promise<void> => copy(one, prefixOf(one), request, terminal.gone)
    if (request.follow) await Promise.all(logged.map(copied))
    else for (const one of logged) await copied(one)
    return exitCode.ok
  })
}

function logRequest(flags: Flags, usualTail: number | null): LogQuery {
  const tail = numberOption(flags, 'tail')
  const sinceMs = durationOption(flags, 'since')
  return {
    follow: flags['follow'] === true,
    timestamps: flags['timestamps'] === true,
    tailLines: tail === null ? usualTail : tail < 0 ? null : tail,
    sinceMs: sinceMs === null ? timeOption(flags) : Date.now() - sinceMs,
    streams: 'all',
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

function loggedOf(
  source: LogSource,
  pod: PodContainers,
  flags: Flags,
  note: (text: string) => void,
): LoggedContainer[] {
  const isAll = flags['allContainers'] === true
  const names = isAll ? pod.names : [chosenName(pod, textOption(flags, 'container'), note)]
  // Of all of them, one that has not run yet has nothing to say and is no mistake.
  const started = names.filter((name) => !isAll || source.hasRun(pod, name))
  return started.map((name) => source.logged(pod, name, flags['previous'] === true))
}

async function copy({ pieces }: LoggedContainer, prefix: string, request: LogQuery, gone: AbortSignal): Promise<void> {
  const lines = { stdout: new LinePrefixer(prefix), stderr: new LinePrefixer(prefix) }
  for await (const { from, bytes } of pieces(request)) {
    await written(process.stdout, lines[from].take(bytes))
    if (gone.aborted) return
  }
  for (const stream of Object.values(lines)) await written(process.stdout, stream.end())
}
