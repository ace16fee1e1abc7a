/**
 * resources: names and amounts. Source: ValidateContainerResourceName, validateResourceQuantityValue, ValidateResourceRequirements,
 * validateResourceQuantityHugePageValue.
 */

import { child, report, reportMissing, type Findings } from './finding.js'
import { nearest } from './field-names.js'
import type { Json } from './normal-form.js'
import { isWhole, parseQuantity, quantitySuggestion, type Quantity } from './quantity.js'
import { objectOf, objectsOf } from './shape.js'
import { requiredText } from './text-rules.js'

const standardResources = ['cpu', 'memory', 'ephemeral-storage']
export const quantityMessage = 'must be a quantity like 500m, 2, 128Mi or 1Gi'
export const gpuResource = 'nvidia.com/gpu'

export function isHugepages(name: string): boolean {
  return name.startsWith('hugepages-')
}

export function checkResourceNames(findings: Findings, resources: Json, pointer: string): void {
  for (const kind of ['requests', 'limits']) {
    for (const name of Object.keys(objectOf(resources, kind))) {
      if (standardResources.includes(name) || name.includes('/') || isHugepages(name)) continue
      const near = name === 'mem' || name === 'ram' ? 'memory' : nearest(name, standardResources)?.word
      const suggestion = near === undefined ? null : `did you mean "${near}"?`
      report(findings, child(`${pointer}/${kind}`, name), 'must be cpu, memory or ephemeral-storage', suggestion, 'key')
    }
  }
}

/** Of a container, or of a pod: what each may name is looked at elsewhere. */
export function checkResources(findings: Findings, resources: Json, pointer: string): void {
  const requests = objectOf(resources, 'requests')
  const limits = objectOf(resources, 'limits')
  for (const name of new Set([...standardResources, ...Object.keys(limits), ...Object.keys(requests)]))
    checkResource(findings, name, { request: requests[name], limit: limits[name] }, pointer)
  const names = [...Object.keys(limits), ...Object.keys(requests)]
  if (names.some(isHugepages) && !names.includes('cpu') && !names.includes('memory'))
    report(findings, pointer, 'huge pages require cpu or memory', 'request one of the two as well', 'key')
}

function checkResource(
  findings: Findings,
  name: string,
  { request: wanted, limit: most }: { readonly request: unknown; readonly limit: unknown },
  pointer: string,
): void {
  const [requestAt, limitAt] = [child(`${pointer}/requests`, name), child(`${pointer}/limits`, name)]
  const request = checkAmount(findings, wanted, requestAt, name)
  const limit = checkAmount(findings, most, limitAt, name)
  // What is not given out twice is there or not: there is nothing between.
  const isFixed = !standardResources.includes(name)
  if (request === null) return
  if (limit === null) {
    if (isFixed && most === undefined)
      reportMissing(findings, limitAt, `write what is requested, ${String(wanted)}, as the limit too`)
  } else if (isFixed && request.nanos !== limit.nanos)
    report(findings, requestAt, `must be equal to ${name} limit of ${String(most)}`)
  else if (request.nanos > limit.nanos)
    report(findings, requestAt, `must be less than or equal to ${name} limit of ${String(most)}`)
}

function checkAmount(findings: Findings, value: unknown, pointer: string, name: string): Quantity | null {
  const quantity = checkQuantity(findings, value, pointer)
  if (quantity === null || name === 'cpu') return quantity
  if (isHugepages(name)) return checkPages(findings, name, { value, quantity }, pointer)
  if (isWhole(quantity)) return quantity
  if (name.includes('/')) {
    report(findings, pointer, 'must be an integer')
    return null
  }
  const number = /^[0-9]+/.exec(String(value))?.[0] ?? ''
  const suggestion = /^[0-9]+m$/.test(String(value))
    ? `"m" means thousandths: did you mean ${number}M or ${number}Mi?`
    : null
  report(findings, pointer, 'must be whole bytes', suggestion)
  return null
}

function checkPages(
  findings: Findings,
  name: string,
  { value, quantity }: { readonly value: unknown; readonly quantity: Quantity },
  pointer: string,
): Quantity | null {
  const size = name.slice('hugepages-'.length)
  const page = parseQuantity(size)
  if (page === null || page.nanos <= 0n || !isWhole(page)) {
    report(findings, pointer, `"${size}" is no size of a page`, 'write hugepages-2Mi or hugepages-1Gi', 'key')
    return null
  }
  if (quantity.nanos % page.nanos === 0n) return quantity
  report(findings, pointer, `${String(value)} is not positive integer multiple of ${name}`)
  return null
}

/** Source: validateResizePolicy. */
export function checkResizePolicy(findings: Findings, container: Json, base: string, spec: Json): void {
  const seen = new Set<unknown>()
  for (const { item, at } of objectsOf(container, 'resizePolicy')) {
    const pointer = `${base}/${at}`
    const name = requiredText(findings, item, 'resourceName', pointer)
    if (name !== null && name !== 'cpu' && name !== 'memory')
      report(findings, `${pointer}/resourceName`, 'must be one of cpu, memory')
    else if (seen.has(name)) report(findings, `${pointer}/resourceName`, `there is a policy for ${name ?? ''} already`)
    seen.add(name)
    const policy = requiredText(findings, item, 'restartPolicy', pointer)
    if (policy !== null && policy !== 'NotRequired' && spec['restartPolicy'] === 'Never')
      report(findings, `${pointer}/restartPolicy`, "must be 'NotRequired' when `restartPolicy` is 'Never'")
  }
}

/** null when there is none, or when it is wrong and has been reported. */
export function checkQuantity(findings: Findings, value: unknown, pointer: string): Quantity | null {
  if (typeof value !== 'string') return null
  const quantity = parseQuantity(value)
  if (quantity === null) {
    report(findings, pointer, quantityMessage, quantitySuggestion(value))
    return null
  }
  if (quantity.nanos < 0n) {
    report(findings, pointer, 'must be greater than or equal to 0')
    return null
  }
  return quantity
}
