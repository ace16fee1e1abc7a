/** resources: names and amounts. Source: ValidateContainerResourceName, validateResourceQuantityValue, ValidateResourceRequirements. */

import { child, report, type Findings } from './finding.js'
import { nearest } from './field-names.js'
import type { Json } from './normal-form.js'
import { isWhole, parseQuantity, quantitySuggestion, type Quantity } from './quantity.js'
import { objectOf, objectsOf } from './shape.js'
import { requiredText } from './text-rules.js'

const standardResources = ['cpu', 'memory', 'ephemeral-storage']
export const quantityMessage = 'must be a quantity like 500m, 2, 128Mi or 1Gi'

export function checkResourceNames(findings: Findings, resources: Json, pointer: string): void {
  for (const kind of ['requests', 'limits']) {
    for (const name of Object.keys(objectOf(resources, kind))) {
      if (standardResources.includes(name) || name.includes('/') || name.startsWith('hugepages-')) continue
      const near = name === 'mem' || name === 'ram' ? 'memory' : nearest(name, standardResources)?.word
      const suggestion = near === undefined ? null : `did you mean "${near}"?`
      report(findings, child(`${pointer}/${kind}`, name), 'must be cpu, memory or ephemeral-storage', suggestion, 'key')
    }
  }
}

export function checkResources(findings: Findings, resources: Json, pointer: string): void {
  const requests = objectOf(resources, 'requests')
  const limits = objectOf(resources, 'limits')
  for (const name of standardResources) {
    const request = checkAmount(findings, requests[name], `${pointer}/requests/${name}`, name)
    const limit = checkAmount(findings, limits[name], `${pointer}/limits/${name}`, name)
    if (request !== null && limit !== null && request.nanos > limit.nanos)
      report(
        findings,
        `${pointer}/requests/${name}`,
        `must be less than or equal to ${name} limit of ${String(limits[name])}`,
      )
  }
}

function checkAmount(findings: Findings, value: unknown, pointer: string, name: string): Quantity | null {
  const quantity = checkQuantity(findings, value, pointer)
  if (quantity === null || name === 'cpu' || isWhole(quantity)) return quantity
  const number = /^[0-9]+/.exec(String(value))?.[0] ?? ''
  const suggestion = /^[0-9]+m$/.test(String(value))
    ? `"m" means thousandths: did you mean ${number}M or ${number}Mi?`
    : null
  report(findings, pointer, 'must be whole bytes', suggestion)
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
