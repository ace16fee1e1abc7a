/**
 * The fields of a KubeletConfiguration (kubelet.config.k8s.io/v1beta1, Kubernetes 1.36) that podkeep has no setting for, each with
 * why it changes nothing here. Those that podkeep has a setting for are named by the settings themselves.
 */

const apiServer = 'there is no API server'
const containers = 'the Docker Engine does this, or podkeep always does'
const eviction = 'podkeep evicts no pod because the machine runs short'
const cgroups = 'the Docker Engine places the containers'
const events = 'podkeep waits for events and asks at no interval'
const own = 'podkeep has its own way'
const server = 'podkeep serves its read-only port and its socket only'
const pods = 'podkeep keeps as many pods as there are manifests'
const users = 'the Docker Engine gives no single pod a user namespace'
const plugins = 'podkeep runs no plugins'

const reasons: Readonly<Record<string, string>> = {
  [apiServer]:
    'nodeStatusUpdateFrequency nodeStatusReportFrequency nodeLeaseDurationSeconds nodeStatusMaxImages configMapAndSecretChangeDetectionStrategy kubeAPIQPS kubeAPIBurst registerWithTaints registerNode providerID eventRecordQPS eventBurst serverTLSBootstrap rotateCertificates',
  [events]:
    'syncFrequency fileCheckFrequency httpCheckFrequency volumeStatsAggPeriod runtimeRequestTimeout cpuManagerReconcilePeriod',
  [server]:
    'port enableServer enableDebuggingHandlers enableContentionProfiling enableSystemLogHandler enableSystemLogQuery enableProfilingHandler showHiddenMetricsForVersion streamingConnectionIdleTimeout authentication authentication.x509 authentication.webhook authentication.anonymous authorization tlsCipherSuites tlsMinVersion tlsCurvePreferences tracing',
  [containers]:
    'registryPullQPS registryBurst serializeImagePulls maxParallelImagePulls hairpinMode podCIDR imagePullCredentialsVerificationPolicy preloadedImagesVerificationAllowlist seccompDefault makeIPTablesUtilChains iptablesMasqueradeBit iptablesDropBit containerRuntimeEndpoint imageServiceEndpoint podLogsDir containerLogMaxWorkers containerLogMonitorInterval',
  [eviction]:
    'evictionHard evictionSoft evictionSoftGracePeriod evictionPressureTransitionPeriod evictionMaxPodGracePeriod evictionMinimumReclaim mergeDefaultEvictionSettings imageMinimumGCAge imageMaximumGCAge imageGCHighThresholdPercent imageGCLowThresholdPercent localStorageCapacityIsolation',
  [cgroups]:
    'kubeletCgroups systemCgroups cgroupRoot cgroupsPerQOS cgroupDriver cpuManagerPolicy cpuManagerPolicyOptions singleProcessOOMKill memoryManagerPolicy topologyManagerPolicy topologyManagerScope topologyManagerPolicyOptions qosReserved cpuCFSQuota cpuCFSQuotaPeriod maxOpenFiles oomScoreAdj systemReserved kubeReserved reservedSystemCPUs systemReservedCgroup kubeReservedCgroup enforceNodeAllocatable reservedMemory memoryThrottlingFactor memoryReservationPolicy failSwapOn memorySwap failCgroupV1 protectKernelDefaults',
  [own]:
    'featureGates contentType enableControllerAttachDetach exitOnLockContention lockFilePath volumePluginDir shutdownGracePeriod shutdownGracePeriodCriticalPods shutdownGracePeriodByPodPriority logging logging.flushFrequency logging.vmodule logging.options enableDynamicConfig resolvConf clusterDomain clusterDNS staticPodURL staticPodURLHeader healthzBindAddress crashLoopBackOff',
  [pods]: 'maxPods podsPerCore',
  [users]: 'userNamespaces',
  [plugins]: 'allowedTopologyPolicies nodeLabels',
}

/** By field. */
export const fieldsWithoutSetting: ReadonlyMap<string, string> = new Map(
  Object.entries(reasons).flatMap(([reason, fields]) => fields.split(' ').map((field) => [field, reason] as const)),
)
