/**
 * What only a scheduler reads. It changes nothing here, and an API server would refuse it all the same when it is wrong.
 * Source: ValidateTolerations, validateAffinity, validateTopologySpreadConstraints, ValidateMatchLabelKeysAndMismatchLabelKeys.
 */

import { report, reportMissing, type Findings } from './finding.js'
import { labelProblem, labelValueProblem, qualifiedNameProblem } from './names.js'
import { isObject, type Json } from './normal-form.js'
import { checkLabels, checkLabelSelector, checkNodeTerm } from './selector-rules.js'
import { listOf, numberOf, objectOf, objectsOf, textOf } from './shape.js'
import { checkName, checkOptionalName, checkRequiredName, requiredText } from './text-rules.js'

const required = 'requiredDuringSchedulingIgnoredDuringExecution'
const preferred = 'preferredDuringSchedulingIgnoredDuringExecution'

export function checkScheduling(findings: Findings, spec: Json, base: string): void {
  checkLabels(findings, `${base}/nodeSelector`, objectOf(spec, 'nodeSelector'))
  for (const { item, at } of objectsOf(spec, 'tolerations'))
    checkToleration(findings, item, `${base}/tolerations/${at}`)
  const affinity = objectOf(spec, 'affinity')
  checkNodeAffinity(findings, objectOf(affinity, 'nodeAffinity'), `${base}/affinity/nodeAffinity`)
  for (const kind of ['podAffinity', 'podAntiAffinity'])
    checkPodAffinity(findings, objectOf(affinity, kind), `${base}/affinity/${kind}`)
  checkSpread(findings, spec, `${base}/topologySpreadConstraints`)
}

function checkToleration(findings: Findings, toleration: Json, pointer: string): void {
  checkOptionalName(findings, toleration, 'key', pointer, qualifiedNameProblem)
  const operator = textOf(toleration, 'operator') ?? ''
  const value = textOf(toleration, 'value') ?? ''
  if ((textOf(toleration, 'key') ?? '') === '' && operator !== 'Exists')
    report(
      findings,
      `${pointer}/operator`,
      'operator must be Exists when `key` is empty, which means "match all values and all keys"',
      null,
      'key',
    )
  if ('tolerationSeconds' in toleration && toleration['effect'] !== 'NoExecute')
    report(findings, `${pointer}/effect`, "effect must be 'NoExecute' when `tolerationSeconds` is set", null, 'key')
  if (operator === 'Exists') {
    if (value !== '') report(findings, `${pointer}/value`, "value must be empty when `operator` is 'Exists'")
  } else if (operator === 'Lt' || operator === 'Gt') {
    if (!/^(?:0|-?[1-9][0-9]*)$/.test(value)) report(findings, `${pointer}/value`, 'must be a decimal integer')
  } else {
    const problem = labelValueProblem(value)
    if (problem !== null) report(findings, `${pointer}/value`, problem)
  }
}

/** One of which a node has to meet. */
export function checkNodeTerms(findings: Findings, selector: Json, pointer: string): void {
  const terms = objectsOf(selector, 'nodeSelectorTerms')
  const at = `${pointer}/nodeSelectorTerms`
  if (terms.length === 0) report(findings, at, 'must have at least one node selector term', null, 'key')
  for (const { item, at: index } of terms) checkNodeTerm(findings, item, `${at}/${index}`, true)
}

function checkNodeAffinity(findings: Findings, affinity: Json, pointer: string): void {
  if (isObject(affinity[required])) checkNodeTerms(findings, affinity[required], `${pointer}/${required}`)
  for (const { item, at } of objectsOf(affinity, preferred)) {
    checkWeight(findings, item, `${pointer}/${preferred}/${at}`)
    checkNodeTerm(findings, objectOf(item, 'preference'), `${pointer}/${preferred}/${at}/preference`, false)
  }
}

function checkPodAffinity(findings: Findings, affinity: Json, pointer: string): void {
  for (const { item, at } of objectsOf(affinity, required)) checkPodTerm(findings, item, `${pointer}/${required}/${at}`)
  for (const { item, at } of objectsOf(affinity, preferred)) {
    checkWeight(findings, item, `${pointer}/${preferred}/${at}`)
    checkPodTerm(findings, objectOf(item, 'podAffinityTerm'), `${pointer}/${preferred}/${at}/podAffinityTerm`)
  }
}

function checkWeight(findings: Findings, term: Json, pointer: string): void {
  const weight = numberOf(term, 'weight')
  if (weight !== undefined && (weight < 1 || weight > 100))
    report(findings, `${pointer}/weight`, 'must be in the range 1-100')
}

function checkPodTerm(findings: Findings, term: Json, pointer: string): void {
  for (const field of ['labelSelector', 'namespaceSelector'])
    checkLabelSelector(findings, objectOf(term, field), `${pointer}/${field}`)
  listOf(term, 'namespaces').forEach((name, at) => {
    if (typeof name === 'string') checkName(findings, `${pointer}/namespaces/${at}`, name, labelProblem)
  })
  checkLabelKeys(findings, term, pointer)
  checkRequiredName(findings, term, 'topologyKey', pointer, qualifiedNameProblem)
}

function checkLabelKeys(findings: Findings, owner: Json, pointer: string): void {
  const mismatched = listOf(owner, 'mismatchLabelKeys')
  const selector = owner['labelSelector']
  const matched = isObject(selector)
    ? [
        ...Object.keys(objectOf(selector, 'matchLabels')),
        ...objectsOf(selector, 'matchExpressions').map(({ item }) => item['key']),
      ]
    : []
  for (const field of ['matchLabelKeys', 'mismatchLabelKeys']) {
    const keys = listOf(owner, field)
    if (keys.length > 0 && !isObject(selector))
      report(findings, `${pointer}/${field}`, 'must not be specified when labelSelector is not set', null, 'key')
    keys.forEach((key, at) => {
      const place = `${pointer}/${field}/${at}`
      if (typeof key === 'string') checkName(findings, place, key, qualifiedNameProblem)
      if (field === 'mismatchLabelKeys') return
      if (matched.includes(key)) report(findings, place, 'exists in both matchLabelKeys and labelSelector')
      if (mismatched.includes(key)) report(findings, place, 'exists in both matchLabelKeys and mismatchLabelKeys')
    })
  }
}

function checkSpread(findings: Findings, spec: Json, base: string): void {
  const seen = new Set<string>()
  for (const { item, at } of objectsOf(spec, 'topologySpreadConstraints')) {
    const pointer = `${base}/${at}`
    for (const field of ['maxSkew', 'minDomains']) {
      const value = numberOf(item, field)
      if (value !== undefined && value <= 0) report(findings, `${pointer}/${field}`, 'must be greater than zero')
    }
    if (!('maxSkew' in item)) reportMissing(findings, `${pointer}/maxSkew`)
    const key = requiredText(findings, item, 'topologyKey', pointer)
    const action = requiredText(findings, item, 'whenUnsatisfiable', pointer)
    if ('minDomains' in item && action !== 'DoNotSchedule')
      report(
        findings,
        `${pointer}/minDomains`,
        `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${action ?? ''}`,
      )
    const kind = `${key ?? ''}, ${action ?? ''}`
    if (key !== null && seen.has(kind)) report(findings, pointer, `there is a constraint {${kind}} already`)
    seen.add(kind)
    checkLabelKeys(findings, item, pointer)
    checkLabelSelector(findings, objectOf(item, 'labelSelector'), `${pointer}/labelSelector`)
  }
}
