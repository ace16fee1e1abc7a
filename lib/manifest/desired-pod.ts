/** A complete v1 Pod in podkeep's own terms and units. */

import {
  configKey,
  ownerOf,
  podKey,
  podUid,
  type ConfigKey,
  type DesiredContainer,
  type DesiredPod,
  type NodeIdentity,
  type RestartPolicy,
  type V1Pod,
} from '../pod/index.js'
import {
  annotatedBackOff,
  annotatedBackoffLimit,
  annotatedDependencies,
  annotatedPidsLimit,
  annotatedReaction,
  annotatedRollout,
  annotatedTtlMs,
} from './annotations.js'
import { desiredContainer, desiredResources } from './desired-container.js'
import { desiredSysctls, seLinuxLabel } from './desired-security.js'
import { desiredNames, desiredShares } from './desired-names.js'
import { desiredVolume } from './desired-volume.js'
import { whyElsewhere } from './node-selection.js'
import type { Json } from './normal-form.js'
import { numberOf, objectOf, objectsOf, textOf } from './shape.js'

/** @param manifest has passed every check and has its defaults @param node left out: it does not matter which it is for */
export function desiredPod(manifest: V1Pod, file: string, node?: NodeIdentity): DesiredPod {
  const { name, namespace, uid } = manifest.metadata
  const { spec } = manifest
  const annotations = objectOf(manifest.metadata, 'annotations')
  const deadlineSeconds = numberOf(spec, 'activeDeadlineSeconds')
  const limit = annotatedBackoffLimit(annotations)
  const isRetried = limit !== null && textOf(spec, 'restartPolicy') === 'Never'
  const containers = (list: string): DesiredContainer[] =>
    objectsOf(spec, list).map(({ item }) =>
      retried(desiredContainer(item, spec, { namespace, annotations }), isRetried),
    )
  return {
    key: podKey(namespace, name),
    namespace,
    name,
    uid: uid === undefined ? null : podUid(uid),
    owner: ownerOf(manifest),
    file,
    elsewhere: node === undefined ? null : whyElsewhere(spec, node),
    restartPolicy: textOf(spec, 'restartPolicy') as RestartPolicy,
    graceMs: (numberOf(spec, 'terminationGracePeriodSeconds') ?? 30) * 1000,
    activeDeadlineMs: deadlineSeconds === undefined ? null : deadlineSeconds * 1000,
    priority: numberOf(spec, 'priority') ?? 0,
    dependsOn: annotatedDependencies(annotations, namespace),
    backOff: annotatedBackOff(annotations),
    onConfigChange: annotatedReaction(annotations),
    rollout: annotatedRollout(annotations),
    pullSecrets: pullSecrets(spec, namespace),
    backoffLimit: limit,
    ttlAfterFinishedMs: annotatedTtlMs(annotations),
    resources: desiredResources(objectOf(spec, 'resources')),
    pidsLimit: annotatedPidsLimit(annotations),
    runtime: (textOf(spec, 'runtimeClassName') ?? '') || null,
    hostNetwork: spec['hostNetwork'] === true,
    sysctls: desiredSysctls(spec),
    seLinux: seLinuxLabel(objectOf(spec, 'securityContext')),
    shares: desiredShares(spec),
    names: desiredNames(spec, name),
    volumes: objectsOf(spec, 'volumes').map(({ item }) => desiredVolume(item, spec, namespace)),
    initContainers: containers('initContainers'),
    containers: containers('containers'),
    manifest,
  }
}

/** Nameless ones are allowed and name nothing. */
function pullSecrets(spec: Json, namespace: string): ConfigKey[] {
  const names = objectsOf(spec, 'imagePullSecrets').map(({ item }) => textOf(item, 'name') ?? '')
  return [...new Set(names)].filter((name) => name !== '').map((name) => configKey('Secret', namespace, name))
}

/** A Job's pod of Never that fails, or is stopped before it is done, begins again as a whole, where a cluster's Job makes another pod. */
function retried(container: DesiredContainer, isRetried: boolean): DesiredContainer {
  if (!isRetried || container.restartPolicy !== null) return container
  const again = { action: 'RestartAllContainers', operator: 'NotIn', exitCodes: [0], alsoStopped: true } as const
  return { ...container, restartRules: [...container.restartRules, again] }
}
