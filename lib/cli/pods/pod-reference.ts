/** Which pods are meant: `web`, `pod/web` or `shop/web`, with `-n`, `-l` and `--all`. */

import { CommandError, usageError } from '../command-error.js'
import { exitCode } from '../exit-code.js'
import type { ListedPod } from '../pod-summary.js'
import { labelSelector } from './label-selector.js'

export interface PodReference {
  readonly name: string
  /** null: any. */
  readonly namespace: string | null
}

export const podWords = ['pods', 'pod', 'po']
export const manifestWords = ['manifests', 'manifest']
export const nodeWords = ['nodes', 'node', 'no']

export function parsePodReference(text: string, namespace: string | null): PodReference {
  const [first = '', second] = text.split('/')
  if (second === undefined) return { name: first, namespace }
  if (podWords.includes(first)) return { name: second, namespace }
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
  return new CommandError(
    exitCode.problem,
    `pod ${JSON.stringify(name)} not found${where}`,
    '"podkeep get pods" lists them all',
  )
}
