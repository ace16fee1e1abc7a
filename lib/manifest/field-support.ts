/**
 * Which fields of a Pod podkeep honours: one table, one row per field of everything that is supported at least in part.
 *
 * supported  done as Kubernetes does it
 * ignored    accepted, and it truly cannot matter on one machine without an API server: `reason` says why
 * later      refused: "not supported yet", except for the values that mean what happens anyway (`fine`)
 * never      refused: `reason` says why
 *
 * T1  A field without a row does not exist: test/unit/manifest/field-support.test.ts compares the table with the schema.
 * T2  Rows of `spec.containers[]` hold for `spec.initContainers[]` too.
 */

import { isObject, type Json } from './normal-form.js'

export type Support = 'supported' | 'ignored' | 'later' | 'never'

export interface FieldRow {
  /** `spec.containers[].image`; `{}` stands for any key of a map. */
  readonly path: string
  readonly support: Support
  readonly reason: string | null
  /** Values of a refused field that ask for nothing special. */
  readonly fine: (value: unknown, spec: Json) => boolean
}

type Fine = FieldRow['fine']

const nothingIsFine: Fine = (value) => Array.isArray(value) && value.length === 0
const fineIf =
  (...values: unknown[]): Fine =>
  (value, spec) =>
    values.includes(value) || nothingIsFine(value, spec)
const fineIfEmpty: Fine = (value) => isObject(value) && Object.keys(value).length === 0

function rows(
  parent: string,
  support: Support,
  names: string,
  reason: string | null = null,
  fine = nothingIsFine,
): FieldRow[] {
  return names.split(' ').map((name) => ({ path: parent === '' ? name : `${parent}.${name}`, support, reason, fine }))
}

const bookkeeping = 'the API server’s bookkeeping'
const scheduler = 'only a scheduler reads it: a pod here runs on the machine whose directory has its manifest'
const container = 'spec.containers[]'
const volume = 'spec.volumes[]'

/** Nodes have no labels yet, so only what every node that can run podkeep has can be asked for. */
const everyNodeHas: Fine = (value) =>
  isObject(value) &&
  Object.entries(value).every(([key, wanted]) => /^(beta\.)?kubernetes\.io\/os$/.test(key) && wanted === 'linux')

/** On the host's network all these policies come to the same: the host's resolv.conf. */
const usualDns: Fine = (policy, spec) =>
  policy === '' ||
  policy === 'ClusterFirst' ||
  (spec['hostNetwork'] === true && (policy === 'ClusterFirstWithHostNet' || policy === 'Default'))

const inPlace: Fine = (policies) =>
  Array.isArray(policies) && policies.every((policy) => isObject(policy) && policy['restartPolicy'] === 'NotRequired')

const podRows: readonly FieldRow[] = [
  ...rows('', 'supported', 'apiVersion kind metadata spec'),
  ...rows('', 'ignored', 'status', 'podkeep finds the status out by itself'),
  ...rows('metadata', 'supported', 'name namespace uid labels annotations'),
  ...rows('metadata', 'supported', 'labels.{} annotations.{}'),
  ...rows(
    'metadata',
    'never',
    'generateName',
    'a pod that is a file needs a name that stays: set metadata.name',
    fineIf(''),
  ),
  ...rows(
    'metadata',
    'never',
    'deletionTimestamp',
    'this is the record of a pod being deleted: remove the field',
    fineIf(''),
  ),
  ...rows(
    'metadata',
    'ignored',
    'creationTimestamp deletionGracePeriodSeconds generation managedFields resourceVersion selfLink',
    bookkeeping,
  ),
  ...rows('metadata', 'ignored', 'finalizers', 'only an API server waits for them'),
  ...rows('metadata', 'ignored', 'ownerReferences', 'what is in the directory belongs to its file and to nothing else'),

  ...rows(
    'spec',
    'supported',
    'containers initContainers volumes restartPolicy terminationGracePeriodSeconds hostNetwork',
  ),
  ...rows('spec', 'supported', 'containers[] initContainers[] volumes[]'),
  ...rows('spec', 'ignored', 'tolerations topologySpreadConstraints schedulerName preemptionPolicy', scheduler),
  ...rows(
    'spec',
    'ignored',
    'nodeName',
    'a pod runs on the machine whose directory has its manifest, as in the kubelet',
  ),
  ...rows('spec', 'ignored', 'enableServiceLinks', 'there are no Services that could be written into the environment'),
  ...rows(
    'spec',
    'ignored',
    'automountServiceAccountToken',
    'there is no API server that could be talked to with a token',
  ),
  ...rows('spec', 'later', 'nodeSelector', null, everyNodeHas),
  ...rows('spec', 'supported', 'affinity'),
  ...rows('spec.affinity', 'ignored', 'podAffinity podAntiAffinity', scheduler),
  ...rows('spec.affinity', 'supported', 'nodeAffinity'),
  ...rows('spec.affinity.nodeAffinity', 'ignored', 'preferredDuringSchedulingIgnoredDuringExecution', scheduler),
  ...rows('spec.affinity.nodeAffinity', 'later', 'requiredDuringSchedulingIgnoredDuringExecution'),
  ...rows('spec', 'later', 'dnsPolicy', null, usualDns),
  ...rows('spec', 'later', 'serviceAccount serviceAccountName', null, fineIf('', 'default')),
  ...rows('spec', 'later', 'hostIPC hostPID setHostnameAsFQDN shareProcessNamespace', null, fineIf(false)),
  ...rows('spec', 'later', 'hostUsers', null, fineIf(true)),
  ...rows('spec', 'later', 'priority', null, fineIf(0)),
  ...rows('spec', 'later', 'priorityClassName hostname hostnameOverride subdomain runtimeClassName', null, fineIf('')),
  ...rows('spec', 'later', 'dnsConfig resources overhead', null, fineIfEmpty),
  ...rows('spec', 'later', 'activeDeadlineSeconds hostAliases imagePullSecrets readinessGates'),
  ...rows('spec', 'supported', 'os'),
  ...rows('spec.os', 'never', 'name', 'podkeep runs Linux containers', fineIf('linux')),
  ...rows('spec', 'never', 'ephemeralContainers', 'they are added to running pods through an API server'),
  ...rows('spec', 'never', 'schedulingGates schedulingGroup', 'there is no scheduler that could wait for something'),
  ...rows('spec', 'never', 'resourceClaims', 'claims are allocated by a scheduler, and there is none'),
  ...rows('spec', 'supported', 'securityContext'),
  ...rows(
    'spec.securityContext',
    'later',
    'appArmorProfile fsGroup fsGroupChangePolicy runAsGroup runAsUser seLinuxChangePolicy',
  ),
  ...rows('spec.securityContext', 'later', 'seccompProfile supplementalGroups supplementalGroupsPolicy sysctls'),
  ...rows('spec.securityContext', 'later', 'seLinuxOptions', null, fineIfEmpty),
  ...rows('spec.securityContext', 'later', 'runAsNonRoot', null, fineIf(false)),
  ...rows('spec.securityContext', 'never', 'windowsOptions', 'podkeep runs Linux containers', fineIfEmpty),
]

const containerRows: readonly FieldRow[] = [
  ...rows(
    container,
    'supported',
    'name image imagePullPolicy command args workingDir env ports volumeMounts resources',
  ),
  ...rows(container, 'supported', 'command[] args[] env[] ports[] volumeMounts[]'),
  ...rows(`${container}.env[]`, 'supported', 'name value'),
  ...rows(`${container}.env[]`, 'later', 'valueFrom'),
  ...rows(`${container}.ports[]`, 'supported', 'name containerPort hostPort hostIP protocol'),
  ...rows(`${container}.volumeMounts[]`, 'supported', 'name mountPath readOnly'),
  ...rows(`${container}.volumeMounts[]`, 'later', 'subPath subPathExpr', null, fineIf('')),
  ...rows(`${container}.volumeMounts[]`, 'later', 'mountPropagation', null, fineIf('', 'None')),
  ...rows(`${container}.volumeMounts[]`, 'later', 'recursiveReadOnly', null, fineIf('', 'Disabled')),
  ...rows(
    `${container}.resources`,
    'supported',
    'requests requests.cpu requests.memory limits limits.cpu limits.memory',
  ),
  ...rows(`${container}.resources`, 'ignored', 'requests.ephemeral-storage', scheduler),
  ...rows(`${container}.resources`, 'later', 'requests.{} limits.{}'),
  ...rows(`${container}.resources`, 'never', 'claims', 'claims are allocated by a scheduler, and there is none'),
  ...rows(container, 'later', 'envFrom lifecycle livenessProbe readinessProbe startupProbe volumeDevices'),
  ...rows(container, 'later', 'restartPolicy', null, fineIf('')),
  ...rows(container, 'later', 'restartPolicyRules'),
  ...rows(container, 'later', 'resizePolicy', null, inPlace),
  ...rows(container, 'later', 'stdin stdinOnce tty', null, fineIf(false)),
  ...rows(container, 'later', 'terminationMessagePath', null, fineIf('', '/dev/termination-log')),
  ...rows(container, 'later', 'terminationMessagePolicy', null, fineIf('', 'File')),
  ...rows(container, 'supported', 'securityContext'),
  ...rows(`${container}.securityContext`, 'later', 'appArmorProfile runAsGroup runAsUser seccompProfile'),
  ...rows(`${container}.securityContext`, 'later', 'capabilities seLinuxOptions', null, fineIfEmpty),
  ...rows(
    `${container}.securityContext`,
    'later',
    'privileged readOnlyRootFilesystem runAsNonRoot',
    null,
    fineIf(false),
  ),
  ...rows(`${container}.securityContext`, 'later', 'allowPrivilegeEscalation', null, fineIf(true)),
  ...rows(`${container}.securityContext`, 'later', 'procMount', null, fineIf('', 'Default')),
  ...rows(`${container}.securityContext`, 'never', 'windowsOptions', 'podkeep runs Linux containers', fineIfEmpty),
]

const needsStorageService = 'it is storage that a cluster’s drivers attach: mount it on the machine and use hostPath'

const volumeRows: readonly FieldRow[] = [
  ...rows(volume, 'supported', 'name hostPath emptyDir hostPath.path hostPath.type emptyDir.medium emptyDir.sizeLimit'),
  ...rows(volume, 'later', 'configMap secret downwardAPI projected image persistentVolumeClaim nfs'),
  ...rows(volume, 'never', 'gitRepo', 'Kubernetes has given it up: clone in an init container into an emptyDir'),
  ...rows(
    volume,
    'never',
    'awsElasticBlockStore azureDisk azureFile cephfs cinder csi ephemeral fc flexVolume flocker',
    needsStorageService,
  ),
  ...rows(
    volume,
    'never',
    'gcePersistentDisk glusterfs iscsi photonPersistentDisk portworxVolume quobyte rbd scaleIO',
    needsStorageService,
  ),
  ...rows(volume, 'never', 'storageos vsphereVolume', needsStorageService),
]

export const fieldSupport: readonly FieldRow[] = [...podRows, ...containerRows, ...volumeRows]
