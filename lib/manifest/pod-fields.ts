/** Rows of the table of fields: what stands directly in spec of a Pod. */

import { fineIf, fineIfEmpty, ignored, never, profileNames, supported, type FieldRow } from './field-rows.js'
import { metadataRows } from './metadata-fields.js'

const scheduler = 'only a scheduler reads it: a pod here runs on the machine whose directory has its manifest'
const linux = 'podkeep runs Linux containers'

const requiredNodes = [
  ...['', '.nodeSelectorTerms', '.nodeSelectorTerms[]'],
  ...['matchExpressions', 'matchFields'].flatMap((name) =>
    ['', '[]', '[].key', '[].operator', '[].values', '[].values[]'].map(
      (part) => `.nodeSelectorTerms[].${name}${part}`,
    ),
  ),
]
  .map((part) => `requiredDuringSchedulingIgnoredDuringExecution${part}`)
  .join(' ')

const specRows: readonly FieldRow[] = [
  ...supported('spec', 'containers initContainers volumes restartPolicy terminationGracePeriodSeconds hostNetwork'),
  ...supported('spec', 'containers[] initContainers[] volumes[]'),
  ...supported('spec', 'activeDeadlineSeconds'),
  ...supported('spec', 'priority priorityClassName'),
  ...ignored('spec', 'tolerations topologySpreadConstraints schedulerName preemptionPolicy', scheduler),
  ...ignored('spec', 'nodeName', 'a pod runs on the machine whose directory has its manifest, as in the kubelet'),
  ...ignored(
    'spec',
    'enableServiceLinks',
    'a Service here is a name and has no address of its own that could be written into the environment',
  ),
  ...ignored(
    'spec',
    'automountServiceAccountToken serviceAccount serviceAccountName',
    'there is no API server that could be talked to with a token',
  ),
  ...supported('spec', 'nodeSelector nodeSelector.{} affinity affinity.nodeAffinity'),
  ...ignored('spec.affinity', 'podAffinity podAntiAffinity', scheduler),
  ...ignored('spec.affinity.nodeAffinity', 'preferredDuringSchedulingIgnoredDuringExecution', scheduler),
  ...supported('spec.affinity.nodeAffinity', requiredNodes),
  ...supported('spec', 'dnsPolicy dnsConfig dnsConfig.nameservers dnsConfig.searches dnsConfig.options'),
  ...supported('spec.dnsConfig', 'nameservers[] searches[] options[] options[].name options[].value'),
  ...supported('spec', 'hostIPC hostPID shareProcessNamespace'),
  ...supported('spec', 'hostname hostnameOverride subdomain setHostnameAsFQDN'),
  ...supported('spec', 'hostAliases hostAliases[] hostAliases[].ip hostAliases[].hostnames hostAliases[].hostnames[]'),
  ...never(
    'spec',
    'hostUsers',
    'a Docker Engine has users of their own for all of its containers or for none',
    'remove the field; dockerd --userns-remap does it for all',
    fineIf(true),
  ),
  ...supported('spec', 'runtimeClassName'),
  ...supported('spec', 'resources resources.requests resources.requests.{} resources.limits resources.limits.{}'),
  ...never(
    'spec.resources',
    'claims',
    'claims cannot be set for resources of a pod, only for those of a container',
    'remove the field',
  ),
  ...never(
    'spec',
    'overhead',
    'it is what a RuntimeClass adds to a pod, and there are no RuntimeClass objects here',
    'remove the field, and add the amount to resources',
    fineIfEmpty,
  ),
  ...supported('spec', 'imagePullSecrets imagePullSecrets[] imagePullSecrets[].name'),
  ...never(
    'spec',
    'readinessGates',
    'whoever could set such a condition would need an API server, and the pod would never be ready',
    'remove the field, and let a readinessProbe tell',
  ),
  ...supported('spec', 'os'),
  ...never('spec.os', 'name', linux, 'write linux, or remove spec.os', fineIf('linux')),
  ...never(
    'spec',
    'ephemeralContainers',
    'they are added to running pods through an API server',
    'write a container of its own, or use docker exec',
  ),
  ...never(
    'spec',
    'schedulingGates schedulingGroup',
    'there is no scheduler that could wait for something',
    'leave the file out of the directory until the pod may run',
  ),
  ...never(
    'spec',
    'resourceClaims',
    'claims are allocated by a scheduler, and there is none',
    'name the device in the annotation podkeep.io/devices.CONTAINER',
  ),
]

const securityRows: readonly FieldRow[] = [
  ...supported('spec', 'securityContext'),
  ...supported('spec.securityContext', 'fsGroup fsGroupChangePolicy'),
  ...supported('spec.securityContext', 'runAsUser runAsGroup runAsNonRoot supplementalGroups supplementalGroups[]'),
  ...supported('spec.securityContext', profileNames),
  ...supported('spec.securityContext', 'sysctls sysctls[] sysctls[].name sysctls[].value'),
  ...never(
    'spec.securityContext',
    'supplementalGroupsPolicy',
    'a Docker Engine always adds the groups that the image’s /etc/group gives the user',
    'write Merge, and take the user out of the image’s groups',
    (value) => value !== 'Strict',
  ),
  ...never(
    'spec.securityContext',
    'seLinuxChangePolicy',
    'podkeep gives volumes no SELinux label',
    'remove the field, and label the files on the machine with chcon -t container_file_t',
    (value) => value !== 'MountOption' && value !== 'Recursive',
  ),
  ...never('spec.securityContext', 'windowsOptions', linux, 'remove the field', fineIfEmpty),
]

export const podRows: readonly FieldRow[] = [...metadataRows, ...specRows, ...securityRows]
