/** One Pod, already a value: checked by every rule, or made complete. */

import type { DesiredPod, V1Pod } from '../pod/index.js'
import { checkAppArmorAnnotations } from './app-armor-rules.js'
import { checkContainers } from './container-rules.js'
import { withDefaults } from './defaults.js'
import { desiredPod } from './desired-pod.js'
import { checkDevices } from './device-rules.js'
import { noFindings, report, type Findings } from './finding.js'
import { checkMetadata } from './metadata-rules.js'
import { isObject, normalPod, type Json } from './normal-form.js'
import { checkWholeName } from './name-rules.js'
import { checkPodFields } from './pod-rules.js'
import { checkPolicy, everythingAllowed, type ManifestPolicy } from './policy.js'
import { checkHostPorts } from './port-rules.js'
import { checkResourceNames } from './resource-rules.js'
import { checkScheduling } from './scheduling-rules.js'
import { checkSchema, type WrittenAt } from './schema-rules.js'
import { checkPodSecurity } from './security-rules.js'
import { objectOf, objectsOf } from './shape.js'
import { checkSupport } from './support-rules.js'
import { checkVolumes } from './volume-rules.js'

export interface DecodeTerms {
  readonly writtenAt: WrittenAt
  readonly policy: ManifestPolicy
}

/** The pod, or null when `findings` says why not. `pointer` is where it stands in its document. */
export function decodePod(
  findings: Findings,
  value: Json,
  pointer: string,
  file: string,
  { writtenAt, policy }: DecodeTerms,
): DesiredPod | null {
  checkWritten(findings, value, pointer)
  checkSchema(findings, value, pointer, writtenAt)
  const pod = normalPod(value)
  if (!isObject(pod)) return null
  checkMetadata(findings, pod, pointer)
  checkPod(findings, pod, pointer, policy)
  return findings.found.length > 0 ? null : desiredPod(withDefaults(pod), file, policy.node)
}

/** In normal form. Of a template, too: its metadata says then in which namespace its pods will be. */
export function checkPod(findings: Findings, pod: Json, base: string, policy: ManifestPolicy): void {
  checkSpec(findings, objectOf(pod, 'spec'), `${base}/spec`)
  checkAppArmorAnnotations(findings, pod, base)
  checkDevices(findings, pod, base)
  checkWholeName(findings, pod, base)
  checkPolicy(findings, pod, base, policy)
}

/** What is looked at before the schema, of a Pod or of a template of one. */
export function checkWritten(findings: Findings, pod: Json, pointer: string): void {
  checkNumbers(findings, pod, pointer)
  for (const list of ['initContainers', 'containers'])
    for (const { item, at } of objectsOf(objectOf(pod, 'spec'), list))
      checkResourceNames(findings, objectOf(item, 'resources'), `${pointer}/spec/${list}/${at}/resources`)
  checkSupport(findings, pod, pointer)
}

/** A pod podkeep itself has written, with its defaults: what the policy was then is no matter now. null when this version cannot understand it. */
export function decodeStoredPod(manifest: V1Pod, file: string): DesiredPod | null {
  const stored: unknown = manifest
  if (!isObject(stored) || stored['apiVersion'] !== 'v1' || stored['kind'] !== 'Pod') return null
  return decodePod(noFindings(), stored, '', file, { writtenAt: () => null, policy: everythingAllowed })
}

function checkSpec(findings: Findings, spec: Json, pointer: string): void {
  checkPodFields(findings, spec, pointer)
  checkVolumes(findings, spec, pointer)
  checkContainers(findings, spec, pointer)
  checkHostPorts(findings, spec, pointer, spec['hostNetwork'] === true)
  checkPodSecurity(findings, spec, pointer)
  checkScheduling(findings, spec, pointer)
}

/** Amounts may be written as numbers; beyond 2^53 what was written is lost by now. */
function checkNumbers(findings: Findings, value: Json, pointer: string): void {
  const spec = objectOf(value, 'spec')
  for (const list of ['initContainers', 'containers']) {
    for (const { item, at } of objectsOf(spec, list)) {
      for (const kind of ['requests', 'limits']) {
        const amounts = objectOf(objectOf(item, 'resources'), kind)
        for (const [name, amount] of Object.entries(amounts)) {
          if (typeof amount === 'number' && Math.abs(amount) > Number.MAX_SAFE_INTEGER)
            report(
              findings,
              `${pointer}/spec/${list}/${at}/resources/${kind}/${name}`,
              'is too large to be written as a number',
              'quote it',
            )
        }
      }
    }
  }
}
