export {
  decodeFile,
  emptyFile,
  type DecodedFile,
  type DecodedObject,
  type DecodedPod,
  type DecodedService,
  type DecodedCronJob,
  type DecodedClaim,
} from './decode-file.js'
export { decodeStoredCronJob, runOf } from './decode-cron-job.js'
export { latestTime, nextTime } from './cron-schedule.js'
export { decodeStoredPod } from './decode-pod.js'
export { podSecurityLevels, usualPolicy, type ManifestPolicy, type PodSecurityLevel } from './policy.js'
export { isLabel } from './names.js'
export { nameWarnings } from './name-warnings.js'
export { portWarnings } from './port-warnings.js'
export { bytesIn } from './quantity.js'
export { sysctlPattern } from './sysctls.js'
export { resolveDuplicates, resolveObjects, type Resolved, type ResolvedObjects } from './duplicates.js'
export { decodeKubeletConfiguration, type WrittenSetting } from './kubelet-configuration.js'
export { withoutDefaults } from './without-defaults.js'
export { yamlText } from './yaml-text.js'
export { splitDocuments, singleDocuments, withAnnotation, type DocumentText, type ObjectName } from './document-text.js'
export { warnedOf } from './file-warnings.js'
export { explainField, type Explanation, type ExplainedField } from './explain-field.js'
export type { Kind } from './kind-table.js'
export { mayHoldSecret, mayHoldValues } from './discretion.js'
export { bindClaims, needsVolume, type Binding, type Storage } from './bind-claims.js'
export { claimWarnings, newClaimWarnings } from './claim-warnings.js'
export { withStorage } from './bound-pod.js'
