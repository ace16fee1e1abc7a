/**
 * resources of the pod as a whole. Source: validatePodResources, validatePodResourceConsistency, IsSupportedPodLevelResource; for what
 * is left open defaultPodRequests.
 */

import { child, report, type Findings } from './finding.js'
import { isObject, type Json } from './normal-form.js'
import { isWhole, parseQuantity, type Quantity } from './quantity.js'
import { checkResources, isHugepages } from './resource-rules.js'
import { objectOf, objectsOf, textOf } from './shape.js'

const standardResources = ['cpu', 'memory']

export function checkPodResources(findings: Findings, spec: Json, pointer: string): void {
  if (!isObject(spec['resources'])) return
  const { resources } = spec
  for (const kind of ['requests', 'limits'])
    for (const name of Object.keys(objectOf(resources, kind)))
      if (!standardResources.includes(name) && !isHugepages(name))
        report(
          findings,
          child(`${pointer}/${kind}`, name),
          'of a pod must be cpu, memory or hugepages-SIZE',
          'write it at the containers',
          'key',
        )
  checkResources(findings, resources, pointer)
  checkSum(findings, spec, pointer)
  checkEach(findings, spec, pointer)
}

function checkSum(findings: Findings, spec: Json, pointer: string): void {
  const requests = objectOf(objectOf(spec, 'resources'), 'requests')
  for (const name of Object.keys(requests)) {
    const whole = parseQuantity(textOf(requests, name) ?? '')
    const sum = aggregateRequest(spec, name)
    if (whole === null || sum === null || sum.nanos <= whole.nanos) continue
    const message = `must be greater than or equal to aggregate container requests of ${amountText(sum, name)}`
    report(findings, child(`${pointer}/requests`, name), message)
  }
}

function checkEach(findings: Findings, spec: Json, pointer: string): void {
  const limits = objectOf(objectOf(spec, 'resources'), 'limits')
  const base = pointer.slice(0, pointer.lastIndexOf('/'))
  for (const { item, at } of objectsOf(spec, 'containers')) {
    const own = objectOf(objectOf(item, 'resources'), 'limits')
    for (const name of Object.keys(own)) {
      const most = parseQuantity(textOf(limits, name) ?? '')
      const limit = parseQuantity(textOf(own, name) ?? '')
      if (most === null || limit === null || limit.nanos <= most.nanos) continue
      const message = `must be less than or equal to pod limits of ${String(limits[name])}`
      report(findings, child(`${base}/containers/${at}/resources/limits`, name), message)
    }
  }
}

/** The most that containers request at one time; null: none of them does. Limits stand for requests that are not written. */
function aggregateRequest(spec: Json, name: string): Quantity | null {
  const askedBy = (container: Json): string | undefined => {
    const resources = objectOf(container, 'resources')
    return textOf(objectOf(resources, 'requests'), name) ?? textOf(objectOf(resources, 'limits'), name)
  }
  const nanosOf = (container: Json): bigint => parseQuantity(askedBy(container) ?? '')?.nanos ?? 0n
  const inits = objectsOf(spec, 'initContainers').map(({ item }) => item)
  const regulars = objectsOf(spec, 'containers').map(({ item }) => item)
  if ([...inits, ...regulars].every((container) => askedBy(container) === undefined)) return null
  let sidecars = 0n
  let most = 0n
  for (const container of inits) {
    const together = sidecars + nanosOf(container)
    if (container['restartPolicy'] === 'Always') sidecars = together
    if (together > most) most = together
  }
  const staying = regulars.reduce((sum, container) => sum + nanosOf(container), sidecars)
  return { nanos: staying > most ? staying : most }
}

/** What a pod with limits does not request: what its containers do, or else what it is limited to. */
export function podResourcesWithDefaults(spec: Json): Json | null {
  const { resources } = spec
  if (!isObject(resources)) return null
  const limits = objectOf(resources, 'limits')
  const requests: Record<string, unknown> = { ...objectOf(resources, 'requests') }
  if (Object.keys(limits).length === 0) return resources
  for (const name of standardResources) {
    const sum = aggregateRequest(spec, name)
    if (sum !== null) requests[name] ??= amountText(sum, name)
  }
  for (const [name, limit] of Object.entries(limits)) requests[name] ??= limit
  return { ...resources, requests }
}

const nano = 1_000_000_000n
const binary: readonly (readonly [string, bigint])[] = [
  ['Gi', 1n << 30n],
  ['Mi', 1n << 20n],
  ['Ki', 1n << 10n],
]

/** As a person would write it. */
function amountText(quantity: Quantity, name: string): string {
  if (name === 'cpu') return isWhole(quantity) ? String(quantity.nanos / nano) : `${quantity.nanos / (nano / 1000n)}m`
  const bytes = quantity.nanos / nano
  const unit = bytes === 0n ? undefined : binary.find(([, size]) => bytes % size === 0n)
  return unit === undefined ? String(bytes) : `${bytes / unit[1]}${unit[0]}`
}
