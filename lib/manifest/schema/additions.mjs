/**
 * What the published OpenAPI leaves out of the Pod schema and the API server checks all the same: the values of
 * enumerations and the bounds of numbers, for the fields podkeep supports.
 * Source: pkg/apis/core/validation/validation.go of Kubernetes 1.36. '' is Go's "not set" and always allowed.
 */

const oneOf = (...values) => ({ enum: [...values, '', null] })

export const additions = {
  'V1PodSpec.restartPolicy': oneOf('Always', 'OnFailure', 'Never'),
  'V1PodSpec.dnsPolicy': oneOf('ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None'),
  'V1PodSpec.preemptionPolicy': oneOf('PreemptLowerPriority', 'Never'),
  'V1PodSpec.terminationGracePeriodSeconds': { minimum: 0 },
  'V1Container.imagePullPolicy': oneOf('Always', 'IfNotPresent', 'Never'),
  'V1Container.terminationMessagePolicy': oneOf('File', 'FallbackToLogsOnError'),
  'V1ContainerPort.protocol': oneOf('TCP', 'UDP', 'SCTP'),
  'V1ContainerPort.containerPort': { minimum: 1, maximum: 65535 },
  'V1ContainerPort.hostPort': { minimum: 0, maximum: 65535 },
  'V1HostPathVolumeSource.type': oneOf(
    'DirectoryOrCreate',
    'Directory',
    'FileOrCreate',
    'File',
    'Socket',
    'CharDevice',
    'BlockDevice',
  ),
  'V1VolumeMount.mountPropagation': oneOf('None', 'HostToContainer', 'Bidirectional'),
  'V1VolumeMount.recursiveReadOnly': oneOf('Disabled', 'IfPossible', 'Enabled'),
  'V1Toleration.operator': oneOf('Exists', 'Equal', 'Lt', 'Gt'),
  'V1Toleration.effect': oneOf('NoSchedule', 'PreferNoSchedule', 'NoExecute'),
}

/** JavaScript counts exactly up to here; Kubernetes' int64 goes further, and no field needs it. */
export const integerBounds = { minimum: -9007199254740991, maximum: 9007199254740991 }

/** What the API server writes and podkeep ignores: its inside is nobody's mistake. */
export const opaque = ['V1PodStatus', 'V1ManagedFieldsEntry']
