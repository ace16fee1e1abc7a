/**
 * The names under which a pod is found, and those it finds others by.
 *
 * N1  A pod's own names, and those of the Services that select it when its sandbox is made, are the engine's affair: its DNS
 *     answers with them for as long as the sandbox is there.
 * N2  Which pods are behind a Service changes while they run. That stands in each pod's hosts file, which is looked into first:
 *     rewritten in place it disturbs nobody, where the engine would have to take the pod off its network to rename it.
 * N3  Behind a Service are the ready ones of the pods that it selects, and those with an address only.
 * N4  A Service's name is never a pod's that it does not select. The engine's DNS may know that pod by it, and would be asked when the
 *     hosts file has no answer: so while nobody is behind the Service, its name leads nowhere, and that at once.
 */

import {
  clusterDomain,
  domainOf,
  selects,
  type DesiredPod,
  type DesiredService,
  type HostEntry,
  type ObservedContainer,
  type PodKey,
} from '../pod/index.js'
import { actionKey, type Action } from './action.js'
import { attempt } from './attempt.js'
import { nothing, type Endpoint, type Plan, type PlanContext, type ServiceFact } from './plan.js'
import type { PodView } from './pod-view.js'

export function serviceFacts(services: readonly DesiredService[], endpoints: readonly Endpoint[]): ServiceFact[] {
  return services.map((service) => ({
    service,
    endpoints: endpoints.filter((one) => selects(service, one) && (one.isReady || service.publishNotReadyAddresses)),
    hasNamesake: endpoints.some((one) => one.pod === service.key && !selects(service, one)),
  }))
}

/** What the engine's DNS answers with this pod. A Service takes precedence over a pod of the same name. */
export function aliasesOf(pod: DesiredPod, services: readonly ServiceFact[]): string[] {
  const { namespace, name, names } = pod
  const labels = pod.manifest.metadata.labels ?? {}
  const isService = services.some(({ service }) => service.namespace === namespace && service.name === name)
  const selecting = services.filter(({ service }) => selects(service, { namespace, labels }))
  const own = isService ? [] : [`${name}.${namespace}`, `${name}.${namespace}.svc.${clusterDomain}`]
  const inDomain = domainOf(namespace, names) === null ? [] : forms(`${names.hostname}.${names.subdomain}`, namespace)
  return [...new Set([...own, ...inDomain, ...selecting.flatMap(({ service }) => forms(service.name, namespace))])]
}

/** What stands in the pod's hosts file for the Services there are. */
export function serviceEntries(pod: DesiredPod, services: readonly ServiceFact[]): HostEntry[] {
  return services.flatMap(({ service, endpoints, hasNamesake }) => {
    const { name, namespace } = service
    const known = (one: string): string[] => [...forms(one, namespace), ...(namespace === pod.namespace ? [one] : [])]
    if (endpoints?.length === 0 && hasNamesake) return [{ ip: nowhere, names: known(name) }]
    return rotated(endpoints ?? [], pod.key).map(({ ip, hostname, subdomain }) => ({
      ip,
      names: [...known(name), ...(subdomain === name ? known(`${hostname}.${name}`) : [])],
    }))
  })
}

/** Nothing can be connected to it, and the kernel says so without asking anybody: the network is unreachable. */
const nowhere = '255.255.255.255'

/** The longest first: it is the one that a lookup by address gives. */
function forms(name: string, namespace: string): string[] {
  return [`${name}.${namespace}.svc.${clusterDomain}`, `${name}.${namespace}.svc`, `${name}.${namespace}`]
}

/** Most programs take the first address: not every pod shall take the same. */
function rotated(endpoints: readonly Endpoint[], key: PodKey): Endpoint[] {
  const sum = Array.from(key, (character) => character.charCodeAt(0)).reduce((total, code) => total + code, 0)
  const first = endpoints.length === 0 ? 0 : sum % endpoints.length
  return [...endpoints.slice(first), ...endpoints.slice(0, first)]
}

export interface NamesPlan {
  readonly plan: Plan
  /** A container that starts now finds the names that there are, or cannot be helped. */
  readonly ready: boolean
}

/** @param holder whose hosts file it is: the sandbox, or the one container of a pod without */
export function planNames(view: PodView, holder: ObservedContainer, context: PlanContext): NamesPlan {
  const { services } = context
  const isKnown = services?.every(({ endpoints }) => endpoints !== null) === true
  if (holder.state !== 'running' || services === null || !isKnown) return { plan: nothing, ready: true }
  const entries = serviceEntries(view.pod, services)
  // The engine has just made the file of one that podkeep itself has started.
  const known = holder.names ?? (holder.startedHere ? [] : null)
  if (known !== null && isSame(known, entries)) return { plan: nothing, ready: true }
  const action: Action = { kind: 'UpdateNames', id: holder.id, container: holder.name, entries, reason: 'Changed' }
  const isFirst = holder.names === null && holder.startedHere && !context.failures.has(actionKey(action))
  return { plan: attempt(action, null, context), ready: !isFirst }
}

function isSame(a: readonly HostEntry[], b: readonly HostEntry[]): boolean {
  return a.length === b.length && JSON.stringify(a) === JSON.stringify(b)
}
