/**
 * The annotation that asks for a restart, as `kubectl rollout restart` does it: by being another text than before. It stands in the
 * manifest, so that a restart is an edit like any other: with preStop and grace, in the history, and done once.
 */

import { isSidecar, type DesiredContainer, type DesiredPod } from './desired.js'

/** `TIME` for all containers, `CONTAINER=TIME` for one; several with commas. */
export const restartedAtAnnotation = 'podkeep.io/restarted-at'

/** What of it is this container's. Init containers that run to their end have none: the pod would be made anew. */
export function restartedAt(pod: DesiredPod, container: DesiredContainer): Readonly<Record<string, string | null>> {
  const stays = isSidecar(pod, container) || pod.containers.includes(container)
  const items = restartItems(pod.manifest.metadata.annotations?.[restartedAtAnnotation] ?? '')
  const of = (name: string): string | null => (stays ? (items.get(name) ?? null) : null)
  return { pod: of(''), container: of(container.name) }
}

/** By container; '' is for all of them. */
function restartItems(text: string): ReadonlyMap<string, string> {
  const items = text.split(',').filter((item) => item.trim() !== '')
  return new Map(
    items.map((item) => {
      const equals = item.indexOf('=')
      return [item.slice(0, Math.max(0, equals)).trim(), item.slice(equals + 1).trim()]
    }),
  )
}

/** The annotation's next text. @param container null: all, which needs no word about single ones any more */
export function withRestart(text: string, container: string | null, time: string): string {
  if (container === null) return time
  const items = new Map(restartItems(text)).set(container, time)
  return [...items].map(([name, at]) => (name === '' ? at : `${name}=${at}`)).join(',')
}
