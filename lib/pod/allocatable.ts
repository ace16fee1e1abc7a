/** What of a node pods may have: what its hard eviction thresholds leave. Source: kubelet, the defaults of evictionHard. */

export const leastMemoryBytes = 100 * 1024 * 1024
export const leastDiskShare = 0.1
export const leastInodesShare = 0.05

export function allocatableMemoryBytes(capacityBytes: number): number {
  return Math.max(0, capacityBytes - leastMemoryBytes)
}

export function allocatableDiskBytes(capacityBytes: number): number {
  return Math.floor(capacityBytes * (1 - leastDiskShare))
}
