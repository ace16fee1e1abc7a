/** Which pods are meant: `web`, `pod/web`, `pod web` or `shop/web`, with `-n`, `-l` and `--all`. */

import { CommandError, usageError } from '../command-error.js'
import { exitCode } from '../exit-code.js'
import { kindOfWord } from '../kind-words.js'
import type { ListedPod } from '../pod-summary.js'
import { labelSelector } from './label-selector.js'

export interface PodReference {
  readonly name: string
  /** null: any. */
  readonly namespace: string | null
}

export const manifestWords = ['manifests', 'manifest']
export const nodeWords = ['nodes', 'node', 'no']

/** Without a kind that stands alone before what it is the kind of. A pod that is called so itself is `pod/pod`. */
export function withoutKind(words: readonly string[]): readonly string[] {
  return words.length > 1 && isPodWord(words[0] ?? '') ? words.slice(1) : words
}

/** @param example what to type instead of more than one */
export function onlyPod(words: readonly string[], example: string): string {
  const [pod = '', ...more] = withoutKind(words)
  if (more.length === 0) return pod
  throw usageError(`one pod, and not ${words.join(' ')}`, example)
}

export function isPodWord(word: string): boolean {
  return kindOfWord(word) === 'Pod'
}

export function parsePodReference(text: string, namespace: string | null): PodReference {
  const [first = '', second] = text.split('/')
  if (second === undefined) return { name: first, namespace }
  if (isPodWord(first)) return { name: second, namespace }
  if (namespace !== null && namespace !== first) {
    throw usageError(`${JSON.stringify(text)} names another namespace than -n ${namespace}`, 'leave one of the two out')
  }
  return { name: second, namespace: first }
}

export function matches({ metadata }: Pick<ListedPod, 'metadata'>, { name, namespace }: PodReference): boolean {
  return metadata.name === name && (namespace === null || metadata.namespace === namespace)
}

export interface PodSelection {
  readonly namespace: string | null
  readonly selector: string | null
}

export function selected(pods: readonly ListedPod[], { namespace, selector }: PodSelection): ListedPod[] {
  const wants = selector === null ? () => true : labelSelector(selector)
  return pods.filter(
    ({ metadata }) => (namespace === null || metadata.namespace === namespace) && wants(metadata.labels ?? {}),
  )
}

/** @throws CommandError when there is none, or one in each of several namespaces */
export function theOnly(pods: readonly ListedPod[], reference: PodReference): ListedPod {
  const found = pods.filter((pod) => matches(pod, reference))
  const [first, second] = found
  if (first === undefined) throw podNotFound(reference)
  if (second === undefined) return first
  const namespaces = found.map(({ metadata }) => metadata.namespace).join(', ')
  const message = `there is a pod ${JSON.stringify(reference.name)} in several namespaces: ${namespaces}`
  throw usageError(message, 'choose one with -n')
}

export function podNotFound({ name, namespace }: PodReference): CommandError {
  const where = namespace === null ? '' : ` in namespace ${JSON.stringify(namespace)}`
  // What kubectl takes, and what would be a namespace or a pod here.
  const kind = kindOfWord(namespace ?? '') ?? kindOfWord(name)
  const hint =
    kind === null || kind === 'Pod'
      ? '"podkeep get pods" lists them all'
      : `of a ${kind} name one of its pods: "podkeep get pods" lists them all`
  return new CommandError(exitCode.problem, `pod ${JSON.stringify(name)} not found${where}`, hint)
}
