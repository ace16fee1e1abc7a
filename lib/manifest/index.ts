export { decodeFile, type DecodedFile, type DecodedPod } from './decode-file.js'
export { decodeStoredPod } from './decode-pod.js'
export { resolveDuplicates, type ResolvedPods } from './duplicates.js'
