/**
 * A StatefulSet's volumeClaimTemplates: each of its pods has a claim of its own of each of them, named TEMPLATE-POD, which stands
 * in the place of a volume of the template's name. Source: pkg/controller/statefulset getPersistentVolumeClaims, updateStorage.
 */

import type { DesiredClaim } from '../pod/index.js'
import { checkClaimSpec } from './claim-rules.js'
import { desiredClaim } from './decode-claim.js'
import { report, reportMissing, type Findings } from './finding.js'
import { labelProblem, subdomainProblem } from './names.js'
import { isObject, type Json } from './normal-form.js'
import { objectOf, objectsOf, textOf } from './shape.js'
import { checkName, checkRequiredName } from './text-rules.js'

const field = 'volumeClaimTemplates'

/** @param spec of the StatefulSet; @param lastPod the longest name that one of its pods has */
export function checkClaimTemplates(findings: Findings, spec: Json, base: string, lastPod: string): void {
  const names = new Set<string>()
  for (const { item, at } of objectsOf(spec, field)) {
    const pointer = `${base}/${field}/${at}`
    const metadata = objectOf(item, 'metadata')
    const name = textOf(metadata, 'name') ?? ''
    const place = `${pointer}/metadata/name`
    checkRequiredName(findings, metadata, 'name', `${pointer}/metadata`, labelProblem)
    if (name !== '' && names.has(name)) report(findings, place, `"${name}" names another claim template too`)
    if (name !== '' && lastPod !== '') checkName(findings, place, claimName(name, lastPod), subdomainProblem)
    names.add(name)
    if (isObject(item['spec'])) checkClaimSpec(findings, item['spec'], `${pointer}/spec`)
    else reportMissing(findings, `${pointer}/spec`)
  }
}

/** The pod's spec with its claims as volumes; as it is when there are no templates. @param spec of the StatefulSet */
export function withClaims(pod: Json, spec: Json, podName: string): Json {
  const claims = objectsOf(spec, field).map(({ item }) => {
    const name = textOf(objectOf(item, 'metadata'), 'name') ?? ''
    return { name, persistentVolumeClaim: { claimName: claimName(name, podName) } }
  })
  if (claims.length === 0) return pod
  const own = objectsOf(pod, 'volumes').map(({ item }) => claims.find(({ name }) => name === item['name']) ?? item)
  return { ...pod, volumes: [...own, ...claims.filter((claim) => !own.includes(claim))] }
}

/** What documents of their own would say of the claims of a pod. @param spec of the StatefulSet */
export function templateClaims(
  spec: Json,
  pod: { readonly namespace: string; readonly name: string },
  file: string,
): DesiredClaim[] {
  return objectsOf(spec, field).map(({ item }) => {
    const name = claimName(textOf(objectOf(item, 'metadata'), 'name') ?? '', pod.name)
    return { ...desiredClaim(objectOf(item, 'spec'), { namespace: pod.namespace, name }, file), isOfTemplate: true }
  })
}

function claimName(template: string, podName: string): string {
  return `${template}-${podName}`
}
