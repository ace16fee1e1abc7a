/**
 * What is told of a container's end. Source: kubelet toKubeContainerStatus (the runtime's words before the container's own) and
 * pkg/kubelet/status normalizeStatus: the containers of a pod share 12 KiB.
 */

import type { ObservedContainer } from '../pod/index.js'

const podBytes = 12 * 1024

/** @param containers how many the pod has, init containers among them */
export function terminationMessage(dead: ObservedContainer, containers: number): string {
  const own = dead.message ?? ''
  const whole = dead.error !== '' && own !== '' ? `${dead.error}: ${own}` : `${dead.error}${own}`
  return beginning(whole, Math.floor(podBytes / Math.max(1, containers)))
}

/** As many whole characters as fit. */
function beginning(text: string, maxBytes: number): string {
  const bytes = Buffer.from(text)
  if (bytes.length <= maxBytes) return text
  let end = maxBytes
  while (end > 0 && ((bytes[end] ?? 0) & 0b1100_0000) === 0b1000_0000) end -= 1
  return bytes.toString('utf8', 0, end)
}
