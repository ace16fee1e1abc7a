/** How an event names a container: `spec.containers{app}`. */

import type { DesiredPod } from '../pod/index.js'

export function fieldPathOf(container: string, pod: DesiredPod | null): string {
  const isInit = pod?.initContainers.some(({ name }) => name === container) === true
  return `spec.${isInit ? 'initContainers' : 'containers'}{${container}}`
}

/** The containers of an image. */
export function usersOf(image: string, pod: DesiredPod | null): string[] {
  const all = [...(pod?.initContainers ?? []), ...(pod?.containers ?? [])]
  return all.filter((one) => one.image === image).map(({ name }) => fieldPathOf(name, pod))
}
