/**
 * What the published OpenAPI leaves out and the API server checks all the same: the values of
 * enumerations and the bounds of numbers, for the fields podkeep supports.
 * Source: pkg/apis/core/validation/validation.go of Kubernetes 1.36. '' is Go's "not set" and always allowed.
 */

/** Where Kubernetes has a pointer, '' is a value like any other. */
const exactly = (...values) => ({ enum: [...values, null] })
const oneOf = (...values) => ({ enum: [...values, '', null] })
const accessModes = { items: { enum: ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'] } }

export const additions = {
  'V1PodSpec.restartPolicy': oneOf('Always', 'OnFailure', 'Never'),
  'V1PodSpec.dnsPolicy': oneOf('ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None'),
  'V1PodSpec.preemptionPolicy': exactly('PreemptLowerPriority', 'Never'),
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
  'V1VolumeMount.mountPropagation': exactly('None', 'HostToContainer', 'Bidirectional'),
  'V1VolumeMount.recursiveReadOnly': exactly('Disabled', 'IfPossible', 'Enabled'),
  'V1Toleration.operator': oneOf('Exists', 'Equal', 'Lt', 'Gt'),
  'V1Toleration.effect': oneOf('NoSchedule', 'PreferNoSchedule', 'NoExecute'),
  'V1TopologySpreadConstraint.whenUnsatisfiable': oneOf('DoNotSchedule', 'ScheduleAnyway'),
  'V1TopologySpreadConstraint.nodeAffinityPolicy': exactly('Honor', 'Ignore'),
  'V1TopologySpreadConstraint.nodeTaintsPolicy': exactly('Honor', 'Ignore'),
  'V1Container.restartPolicy': exactly('Always', 'OnFailure', 'Never'),
  'V1ContainerRestartRule.action': exactly('Restart', 'RestartAllContainers'),
  'V1ContainerRestartRuleOnExitCodes.operator': exactly('In', 'NotIn'),
  'V1ContainerResizePolicy.restartPolicy': oneOf('NotRequired', 'RestartContainer'),
  'V1HTTPGetAction.scheme': oneOf('HTTP', 'HTTPS'),
  'V1Probe.initialDelaySeconds': { minimum: 0 },
  'V1Probe.timeoutSeconds': { minimum: 0 },
  'V1Probe.periodSeconds': { minimum: 0 },
  'V1Probe.successThreshold': { minimum: 0 },
  'V1Probe.failureThreshold': { minimum: 0 },
  'V1PodSecurityContext.fsGroupChangePolicy': exactly('Always', 'OnRootMismatch'),
  'V1PodSecurityContext.supplementalGroupsPolicy': exactly('Merge', 'Strict'),
  'V1PodSecurityContext.seLinuxChangePolicy': exactly('MountOption', 'Recursive'),
  'V1SecurityContext.procMount': exactly('Default', 'Unmasked'),
  'V1SeccompProfile.type': oneOf('Localhost', 'RuntimeDefault', 'Unconfined'),
  'V1AppArmorProfile.type': oneOf('Localhost', 'RuntimeDefault', 'Unconfined'),
  'V1ImageVolumeSource.pullPolicy': oneOf('Always', 'IfNotPresent', 'Never'),
  'V1PodOS.name': oneOf('linux', 'windows'),
  'V1ObjectMeta.generation': { minimum: 0 },
  'V1DeploymentSpec.replicas': { minimum: 0 },
  'V1DeploymentSpec.minReadySeconds': { minimum: 0 },
  'V1DeploymentSpec.progressDeadlineSeconds': { minimum: 0 },
  'V1DeploymentSpec.revisionHistoryLimit': { minimum: 0 },
  'V1DeploymentStrategy.type': oneOf('Recreate', 'RollingUpdate'),
  'V1StatefulSetSpec.replicas': { minimum: 0 },
  'V1StatefulSetSpec.minReadySeconds': { minimum: 0 },
  'V1StatefulSetSpec.podManagementPolicy': oneOf('OrderedReady', 'Parallel'),
  'V1StatefulSetSpec.revisionHistoryLimit': { minimum: 0 },
  'V1StatefulSetOrdinals.start': { minimum: 0 },
  'V1StatefulSetPersistentVolumeClaimRetentionPolicy.whenDeleted': oneOf('Retain', 'Delete'),
  'V1StatefulSetPersistentVolumeClaimRetentionPolicy.whenScaled': oneOf('Retain', 'Delete'),
  'V1StatefulSetUpdateStrategy.type': oneOf('RollingUpdate', 'OnDelete'),
  'V1DaemonSetSpec.minReadySeconds': { minimum: 0 },
  'V1DaemonSetSpec.revisionHistoryLimit': { minimum: 0 },
  'V1DaemonSetUpdateStrategy.type': oneOf('RollingUpdate', 'OnDelete'),
  'V1JobSpec.activeDeadlineSeconds': { minimum: 0 },
  'V1JobSpec.backoffLimit': { minimum: 0 },
  'V1JobSpec.completionMode': exactly('NonIndexed', 'Indexed'),
  'V1JobSpec.completions': { minimum: 0 },
  'V1JobSpec.parallelism': { minimum: 0 },
  'V1JobSpec.podReplacementPolicy': exactly('TerminatingOrFailed', 'Failed'),
  'V1JobSpec.ttlSecondsAfterFinished': { minimum: 0 },
  'V1CronJobSpec.concurrencyPolicy': oneOf('Allow', 'Forbid', 'Replace'),
  'V1CronJobSpec.failedJobsHistoryLimit': { minimum: 0 },
  'V1CronJobSpec.startingDeadlineSeconds': { minimum: 0 },
  'V1CronJobSpec.successfulJobsHistoryLimit': { minimum: 0 },
  'V1PersistentVolumeClaimSpec.accessModes': accessModes,
  'V1PersistentVolumeClaimSpec.volumeMode': exactly('Block', 'Filesystem'),
  'V1PersistentVolumeSpec.accessModes': accessModes,
  'V1PersistentVolumeSpec.volumeMode': exactly('Block', 'Filesystem'),
  'V1PersistentVolumeSpec.persistentVolumeReclaimPolicy': oneOf('Retain', 'Delete', 'Recycle'),
  'V1ServiceSpec.type': oneOf('ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName'),
  'V1ServiceSpec.externalTrafficPolicy': oneOf('Cluster', 'Local'),
  'V1ServiceSpec.internalTrafficPolicy': exactly('Cluster', 'Local'),
  'V1ServiceSpec.ipFamilyPolicy': exactly('SingleStack', 'PreferDualStack', 'RequireDualStack'),
  'V1ServiceSpec.sessionAffinity': oneOf('ClientIP', 'None'),
  'V1ServicePort.protocol': oneOf('TCP', 'UDP', 'SCTP'),
  'V1ServicePort.port': { minimum: 1, maximum: 65535 },
}

/** What the published OpenAPI calls required, and the API server takes when it is missing, as Go's empty value. */
export const optional = {
  V1HTTPHeader: ['value'],
  V1PreferredSchedulingTerm: ['preference'],
  V1Sysctl: ['value'],
}

/** JavaScript counts exactly up to here; Kubernetes' int64 goes further, and no field needs it. */
export const integerBounds = { minimum: -9007199254740991, maximum: 9007199254740991 }

/** What the API server writes and podkeep ignores: its inside is nobody's mistake. */
export const opaque = ['V1PodStatus', 'V1ManagedFieldsEntry']
