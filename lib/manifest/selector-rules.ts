/** Selectors of labels and of nodes. Source: ValidateLabelSelector, ValidateNodeSelectorTerm, ValidateLabels. */

import { child, report, type Findings } from './finding.js'
import { labelValueProblem, qualifiedNameProblem, subdomainProblem } from './names.js'
import type { Json } from './normal-form.js'
import { listOf, objectOf, objectsOf, textOf } from './shape.js'
import { checkName, checkRequiredName } from './text-rules.js'

const badOperator = 'not a valid selector operator'

export function checkLabels(findings: Findings, pointer: string, labels: Json, hint: string | null = null): void {
  for (const [key, value] of Object.entries(labels)) {
    const place = child(pointer, key)
    const keyProblem = qualifiedNameProblem(key)
    if (keyProblem !== null) report(findings, place, keyProblem, null, 'key')
    const valueProblem = typeof value === 'string' ? labelValueProblem(value) : null
    if (valueProblem !== null) report(findings, place, valueProblem, hint)
  }
}

export function checkLabelSelector(findings: Findings, selector: Json, pointer: string): void {
  checkLabels(findings, `${pointer}/matchLabels`, objectOf(selector, 'matchLabels'))
  for (const { item, at } of objectsOf(selector, 'matchExpressions'))
    checkRequirement(findings, item, `${pointer}/matchExpressions/${at}`, ['In', 'NotIn', 'Exists', 'DoesNotExist'])
}

/** What is only preferred may name values that no label has. */
export function checkNodeTerm(findings: Findings, term: Json, pointer: string, areValuesChecked: boolean): void {
  const operators = ['In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt']
  for (const { item, at } of objectsOf(term, 'matchExpressions'))
    checkRequirement(findings, item, `${pointer}/matchExpressions/${at}`, operators, areValuesChecked)
  for (const { item, at } of objectsOf(term, 'matchFields'))
    checkFieldRequirement(findings, item, `${pointer}/matchFields/${at}`)
}

function checkRequirement(
  findings: Findings,
  requirement: Json,
  pointer: string,
  operators: readonly string[],
  areValuesChecked = true,
): void {
  checkRequiredName(findings, requirement, 'key', pointer, qualifiedNameProblem)
  const operator = textOf(requirement, 'operator') ?? ''
  const values = listOf(requirement, 'values')
  const at = `${pointer}/values`
  if (!operators.includes(operator)) report(findings, `${pointer}/operator`, badOperator, null, 'key')
  else if (isIn(operator) && values.length === 0)
    report(findings, at, "must be specified when `operator` is 'In' or 'NotIn'", null, 'key')
  else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length > 0)
      report(findings, at, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'", null, 'key')
  } else if ((operator === 'Gt' || operator === 'Lt') && values.length !== 1)
    report(findings, at, "must be specified single value when `operator` is 'Lt' or 'Gt'", null, 'key')
  if (!areValuesChecked) return
  values.forEach((value, index) => {
    const problem = typeof value === 'string' ? labelValueProblem(value) : null
    if (problem !== null) report(findings, `${at}/${index}`, problem)
  })
}

function checkFieldRequirement(findings: Findings, requirement: Json, pointer: string): void {
  const operator = textOf(requirement, 'operator') ?? ''
  const values = listOf(requirement, 'values')
  if (!isIn(operator)) report(findings, `${pointer}/operator`, badOperator, null, 'key')
  else if (values.length !== 1)
    report(
      findings,
      `${pointer}/values`,
      "must be only one value when `operator` is 'In' or 'NotIn' for node field selector",
      null,
      'key',
    )
  if (requirement['key'] !== 'metadata.name')
    report(findings, `${pointer}/key`, 'not a valid field selector key', 'the only one is metadata.name', 'key')
  else
    values.forEach((value, at) => {
      if (typeof value === 'string') checkName(findings, `${pointer}/values/${at}`, value, subdomainProblem)
    })
}

function isIn(operator: string): boolean {
  return operator === 'In' || operator === 'NotIn'
}

/** Whether a selector that has passed every check matches. Source: LabelSelectorAsSelector. */
export function matchesLabels(selector: Json, labels: Json): boolean {
  const areEqual = Object.entries(objectOf(selector, 'matchLabels')).every(
    ([key, value]) => Object.hasOwn(labels, key) && labels[key] === value,
  )
  return areEqual && objectsOf(selector, 'matchExpressions').every(({ item }) => meets(item, labels))
}

/** One requirement of a selector of labels or of nodes. */
export function meets(requirement: Json, labels: Json): boolean {
  const key = textOf(requirement, 'key') ?? ''
  const has = Object.hasOwn(labels, key)
  const isListed = has && listOf(requirement, 'values').includes(labels[key])
  const operator = textOf(requirement, 'operator') ?? ''
  if (isIn(operator)) return isListed === (operator === 'In')
  if (operator === 'Gt' || operator === 'Lt')
    return has && isBeyond(operator, labels[key], listOf(requirement, 'values')[0])
  return has === (operator === 'Exists')
}

/** What is no whole number is neither more nor less. */
function isBeyond(operator: 'Gt' | 'Lt', value: unknown, limit: unknown): boolean {
  const isWhole = (text: unknown): text is string => typeof text === 'string' && /^[+-]?\d+$/.test(text)
  if (!isWhole(value) || !isWhole(limit)) return false
  return operator === 'Gt' ? BigInt(value) > BigInt(limit) : BigInt(value) < BigInt(limit)
}
