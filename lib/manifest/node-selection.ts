/**
 * Which nodes a pod is for: nodeSelector and the required part of nodeAffinity. Kubernetes' scheduler and a kubelet's admission ask the
 * same. Source: component-helpers scheduling/corev1/nodeaffinity GetRequiredNodeAffinity, labels.Requirement Matches.
 */

import type { NodeIdentity } from '../pod/index.js'
import { isObject, type Json } from './normal-form.js'
import { meets } from './selector-rules.js'
import { objectOf, objectsOf } from './shape.js'

/** Why a pod is not for this node, for people; null: it is. @param spec has passed every check */
export function whyElsewhere(spec: Json, node: NodeIdentity): string | null {
  for (const [key, wanted] of Object.entries(objectOf(spec, 'nodeSelector'))) {
    const has = Object.hasOwn(node.labels, key) ? node.labels[key] : undefined
    if (has === wanted) continue
    const what = has === undefined ? 'which this node has not' : `where this node has ${key}=${has}`
    return `nodeSelector asks for the label ${key}=${String(wanted)}, ${what}`
  }
  const required = objectOf(objectOf(spec, 'affinity'), 'nodeAffinity')[
    'requiredDuringSchedulingIgnoredDuringExecution'
  ]
  return isObject(required) ? whyTermsElsewhere(required, node) : null
}

/** @param required terms of a nodeAffinity, one of which has to be met */
export function whyTermsElsewhere(required: Json, node: NodeIdentity): string | null {
  const isMet = objectsOf(required, 'nodeSelectorTerms').some(({ item }) => meetsTerm(item, node))
  return isMet ? null : 'no term of its nodeAffinity fits the labels of this node'
}

/** One that asks for nothing fits no node. */
function meetsTerm(term: Json, { name, labels }: NodeIdentity): boolean {
  const expressions = objectsOf(term, 'matchExpressions')
  const fields = objectsOf(term, 'matchFields')
  return (
    expressions.length + fields.length > 0 &&
    expressions.every(({ item }) => meets(item, labels)) &&
    fields.every(({ item }) => meets(item, { 'metadata.name': name }))
  )
}
