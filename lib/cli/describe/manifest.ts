/** `podkeep describe manifest`: what a file asks for, what is in force of it, and what is wrong at which line. */

import type { ManifestsStatus, ManifestStatus, ShownProblem } from '../../ports/index.js'
import { factsOf } from '../get/pods.js'
import { placedText } from '../get/manifests.js'
import type { Outline } from '../output/outline.js'
import { summarize, type ListedPod } from '../pod-summary.js'

const stateWords: Readonly<Record<ManifestStatus['state'], string>> = {
  ok: 'ok: what it says is in force',
  held: 'held: it is broken, and what it last said well stays in force',
  refused: 'refused: it is broken, and nothing of it runs',
  waiting: 'waiting: it is still being written, and counts once that is done',
  ignored: 'ignored: it is no manifest',
}

/** @param pods all there are. @param events lines of them, oldest first */
export function describeManifest(
  { directory }: ManifestsStatus,
  manifest: ManifestStatus,
  pods: readonly ListedPod[],
  events: readonly string[],
  nowMs: number,
): Outline[] {
  const { file, state, reason, problems, warnings } = manifest
  return [
    ['File', `${directory}/${file}`],
    ['State', stateWords[state]],
    ...(reason === null ? [] : [['Reason', reason] as Outline]),
    ['Pods', manifest.pods.map((key): Outline => [key, podText(key, pods, nowMs)])],
    ['ConfigMaps and Secrets', [...manifest.objects]],
    ['Problems', problems.flatMap(problemLines)],
    ['Warnings', warnings.map(placedText)],
    ['Events', events],
  ]
}

function podText(key: string, pods: readonly ListedPod[], nowMs: number): string {
  const pod = pods.find(({ metadata }) => `${metadata.namespace}/${metadata.name}` === key)
  if (pod === undefined) return 'not there yet'
  const { status, ready } = summarize(pod, factsOf(pod), nowMs)
  return `${status}, ${ready} ready`
}

function problemLines(problem: ShownProblem): string[] {
  const { line, column, source } = problem
  if (source === null || line === null) return [placedText(problem)]
  const gutter = String(line).padStart(5)
  return [placedText(problem), `${gutter} | ${source}`, `${' '.repeat(5)} | ${' '.repeat((column ?? 1) - 1)}^`]
}
