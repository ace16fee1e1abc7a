/**
 * Pod Security Standards, level restricted: what it demands beyond baseline, as published for Kubernetes 1.36.
 * Source: pod-security-admission/policy, and the page "Pod Security Standards".
 */

import type { Findings } from './finding.js'
import type { Json } from './normal-form.js'
import { checkAdded } from './pod-security-baseline.js'
import { allContainers, demand, forbid, type PlacedContainer, type Standard } from './pod-security-findings.js'
import { listOf, objectOf, objectsOf } from './shape.js'

const volumeTypes = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
]
const addable = ['NET_BIND_SERVICE']

export function checkRestricted(findings: Findings, spec: Json, base: string): void {
  const standard: Standard = { findings, level: 'restricted' }
  const ofPod = { security: objectOf(spec, 'securityContext'), at: `${base}/securityContext` }
  checkVolumeTypes(standard, spec, base)
  checkNoRoot(standard, ofPod)
  for (const placed of allContainers(spec, base)) checkContainer(standard, placed, ofPod.security)
}

function checkVolumeTypes(standard: Standard, spec: Json, base: string): void {
  for (const { item, at } of objectsOf(spec, 'volumes')) {
    const type = Object.keys(item).find((key) => key !== 'name' && !volumeTypes.includes(key))
    if (type !== undefined)
      forbid(standard, {
        pointer: `${base}/volumes/${at}/${type}`,
        control: 'Volume Types',
        value: type,
        instead: `use one of ${volumeTypes.join(', ')}`,
      })
  }
}

interface Context {
  readonly security: Json
  readonly at: string
}

function checkNoRoot(standard: Standard, { security, at }: Context): void {
  if (security['runAsNonRoot'] === false)
    forbid(standard, {
      pointer: `${at}/runAsNonRoot`,
      control: 'Running as Non-root',
      value: false,
      instead: 'write true',
    })
  if (security['runAsUser'] === 0)
    forbid(standard, {
      pointer: `${at}/runAsUser`,
      control: 'Running as Non-root user',
      value: 0,
      instead: 'write another number, or remove the field',
    })
}

function checkContainer(standard: Standard, { container, pointer }: PlacedContainer, ofPod: Json): void {
  const security = objectOf(container, 'securityContext')
  const at = `${pointer}/securityContext`
  checkNoRoot(standard, { security, at })
  checkAdded(standard, security, at, addable)
  if (security['allowPrivilegeEscalation'] === true)
    forbid(standard, {
      pointer: `${at}/allowPrivilegeEscalation`,
      control: 'Privilege Escalation',
      value: true,
      instead: 'write false',
    })
  const unsaid = demands.filter(({ isMet }) => !isMet(security, ofPod))
  if ('securityContext' in container) {
    for (const { field, control, instead } of unsaid)
      demand(standard, { pointer: `${at}/${field}`, control, instead: `write ${instead}` })
  } else if (unsaid.length > 0)
    // Where nothing is said at all one finding tells everything that has to be.
    demand(standard, {
      pointer: at,
      control: unsaid.map(({ control }) => control).join(', '),
      instead: `write {${unsaid.map(({ instead }) => instead).join(', ')}}`,
    })
}

interface Demand {
  readonly field: string
  readonly control: string
  readonly instead: string
  readonly isMet: (own: Json, ofPod: Json) => boolean
}

/** What has to be said; that the wrong thing is said is told elsewhere. */
const demands: readonly Demand[] = [
  {
    field: 'allowPrivilegeEscalation',
    control: 'Privilege Escalation',
    instead: 'allowPrivilegeEscalation: false',
    isMet: (own) => own['allowPrivilegeEscalation'] !== undefined,
  },
  {
    field: 'runAsNonRoot',
    control: 'Running as Non-root',
    instead: 'runAsNonRoot: true',
    isMet: (own, ofPod) => own['runAsNonRoot'] !== undefined || ofPod['runAsNonRoot'] !== undefined,
  },
  {
    field: 'seccompProfile',
    control: 'Seccomp',
    instead: 'seccompProfile: {type: RuntimeDefault}',
    isMet: (own, ofPod) => 'seccompProfile' in own || 'seccompProfile' in ofPod,
  },
  {
    field: 'capabilities',
    control: 'Capabilities',
    instead: 'capabilities: {drop: [ALL]}',
    isMet: (own) => listOf(objectOf(own, 'capabilities'), 'drop').includes('ALL'),
  },
]
