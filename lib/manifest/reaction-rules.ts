/** `podkeep.io/on-config-change`: what is done when a ConfigMap or Secret that the pod reads has changed. */

import { onConfigChange, signalsIn } from './annotations.js'
import { nearest } from './field-names.js'
import { child, report, type Findings } from './finding.js'
import type { Json } from './normal-form.js'
import { objectsOf, textOf } from './shape.js'
import { signals } from './signals.js'

const form = 'must be restart, none, a signal like SIGHUP, or container=SIGNAL for single ones'

/** No program lives through these to read anything. */
const ending: readonly string[] = ['SIGKILL', 'SIGSTOP', 'SIGTERM']

/** @param pointer of the annotations */
export function checkReaction(findings: Findings, annotations: Json, spec: Json, pointer: string): void {
  const text = textOf(annotations, onConfigChange)
  if (text === undefined || text === 'restart' || text === 'none') return
  const place = child(pointer, onConfigChange)
  const seen = new Set<string | null>()
  for (const { container, signal } of signalsIn(text)) {
    const problem = signalProblem(signal) ?? (container === null ? null : containerProblem(container, spec))
    if (problem !== null) {
      report(findings, place, problem.message, problem.suggestion)
      return
    }
    if (seen.has(container)) {
      report(findings, place, container === null ? 'has two signals for all containers' : `names "${container}" twice`)
      return
    }
    seen.add(container)
  }
}

interface Wrong {
  readonly message: string
  readonly suggestion: string | null
}

function signalProblem(signal: string): Wrong | null {
  if (ending.includes(signal)) return { message: `${signal} ends or halts a program`, suggestion: 'write restart' }
  if (signals.has(signal)) return null
  const word = signal.replace(/^signal\b[\s:]*/i, '')
  const near = nearest(word, ['restart', 'none', ...signals])?.word
  const prefixed = nearest(`SIG${word}`, [...signals])?.word
  const meant = signals.has(`SIG${word.toUpperCase()}`) ? `SIG${word.toUpperCase()}` : (near ?? prefixed)
  return { message: form, suggestion: meant === undefined ? null : `did you mean "${meant}"?` }
}

function containerProblem(name: string, spec: Json): Wrong | null {
  const sidecars = objectsOf(spec, 'initContainers').filter(({ item }) => item['restartPolicy'] === 'Always')
  const names = [...objectsOf(spec, 'containers'), ...sidecars].flatMap(({ item }) => textOf(item, 'name') ?? [])
  if (names.includes(name)) return null
  const near = nearest(name, names)?.word
  const suggestion = near === undefined ? `it has ${names.join(', ')}` : `did you mean "${near}"?`
  return { message: `names "${name}", which is no container or sidecar of the pod`, suggestion }
}
