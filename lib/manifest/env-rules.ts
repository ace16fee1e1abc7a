/** env and envFrom. Source: ValidateEnv, validateEnvVarValueFrom and the selectors it names, ValidateEnvFrom, validateFileKeyRefVolumes. */

import { hasFindingBelow, report, type Findings } from './finding.js'
import { splitFieldPath } from './field-path.js'
import { configKeyProblem, envNameProblem, labelProblem, qualifiedNameProblem, subdomainProblem } from './names.js'
import { isObject, type Json } from './normal-form.js'
import { parseQuantity } from './quantity.js'
import { checkQuantity } from './resource-rules.js'
import { objectOf, objectsOf, textOf } from './shape.js'
import { checkName, checkNul, checkOptionalName, checkRequiredName, hasBacksteps, requiredText } from './text-rules.js'

const sources = ['fieldRef', 'resourceFieldRef', 'configMapKeyRef', 'secretKeyRef', 'fileKeyRef']
const tooMany = 'may not have more than one field specified at a time'

export function checkEnv(findings: Findings, container: Json, base: string, spec: Json): void {
  for (const { item, at } of objectsOf(container, 'env')) {
    const pointer = `${base}/env/${at}`
    checkRequiredName(findings, item, 'name', pointer, envNameProblem)
    checkNul(findings, `${pointer}/value`, textOf(item, 'value') ?? '')
    const from = item['valueFrom']
    if (isObject(from)) checkValueFrom(findings, item, from, `${pointer}/valueFrom`, spec)
  }
}

function checkValueFrom(findings: Findings, variable: Json, from: Json, pointer: string, spec: Json): void {
  const given = sources.filter((source) => source in from)
  for (const source of given) checkSource(findings, source, objectOf(from, source), `${pointer}/${source}`, spec)
  if (given.length === 0) {
    if (!hasFindingBelow(findings, pointer)) report(findings, pointer, `must specify one of: ${listed(sources)}`)
  } else if ((textOf(variable, 'value') ?? '') !== '')
    report(findings, pointer, 'may not be specified when `value` is not empty', 'remove one of the two', 'key')
  else if (given.length > 1) report(findings, pointer, tooMany, null, 'key')
}

function checkSource(findings: Findings, source: string, from: Json, pointer: string, spec: Json): void {
  if (source === 'fieldRef') checkFieldRef(findings, from, pointer, envFields)
  else if (source === 'resourceFieldRef') checkResourceRef(findings, from, pointer, spec)
  else if (source === 'fileKeyRef') checkFileKey(findings, from, pointer, spec)
  else {
    checkRequiredName(findings, from, 'name', pointer, subdomainProblem)
    checkRequiredName(findings, from, 'key', pointer, configKeyProblem)
  }
}

const envFields =
  'metadata.name metadata.namespace metadata.uid spec.nodeName spec.serviceAccountName status.hostIP status.hostIPs status.podIP status.podIPs'.split(
    ' ',
  )

export function checkFieldRef(findings: Findings, selector: Json, pointer: string, fields: readonly string[]): void {
  const version = textOf(selector, 'apiVersion') ?? ''
  if (version !== '' && version !== 'v1')
    report(findings, `${pointer}/apiVersion`, `unsupported pod version: ${version}`, 'write v1 or leave it out')
  const path = requiredText(findings, selector, 'fieldPath', pointer)
  if (path === null) return
  const at = `${pointer}/fieldPath`
  const { field, key } = splitFieldPath(path)
  if (key === null) {
    if (fields.includes(field)) return
    const isMap = field === 'metadata.labels' || field === 'metadata.annotations'
    const suggestion = isMap ? `name one of them: ${field}['key']` : null
    const all = ["metadata.annotations['<KEY>']", "metadata.labels['<KEY>']", ...fields]
    report(findings, at, `must be one of ${all.join(', ')}`, suggestion)
  } else if (field === 'metadata.labels') checkName(findings, at, key, qualifiedNameProblem)
  else if (field === 'metadata.annotations') checkName(findings, at, key.toLowerCase(), qualifiedNameProblem)
  else report(findings, at, `${field} does not support subscript`)
}

const resourceFields = ['limits', 'requests'].flatMap((bound) =>
  ['cpu', 'ephemeral-storage', 'memory'].map((resource) => `${bound}.${resource}`),
)
const hugePages = /^(?:limits|requests)\.hugepages-/
const byteDivisors = '1 1k 1M 1G 1T 1P 1E 1Ki 1Mi 1Gi 1Ti 1Pi 1Ei'.split(' ')

/** A volume's file names its container; a variable is of its own unless it names another. */
export function checkResourceRef(findings: Findings, selector: Json, pointer: string, spec: Json): void {
  const container = textOf(selector, 'containerName') ?? ''
  const isContainer = (list: string): boolean => objectsOf(spec, list).some(({ item }) => item['name'] === container)
  if (container !== '' && !isContainer('containers') && !isContainer('initContainers'))
    report(findings, `${pointer}/containerName`, `there is no container "${container}" in this pod`)
  const resource = requiredText(findings, selector, 'resource', pointer)
  if (resource === null) return
  if (!resourceFields.includes(resource) && !hugePages.test(resource))
    report(findings, `${pointer}/resource`, `must be one of ${resourceFields.join(', ')}`)
  checkDivisor(findings, selector, `${pointer}/divisor`, resource)
}

function checkDivisor(findings: Findings, selector: Json, pointer: string, resource: string): void {
  const divisor = checkQuantity(findings, selector['divisor'], pointer)
  if (divisor === null || divisor.nanos === 0n) return
  const isCpu = resource.endsWith('.cpu')
  const allowed = isCpu ? ['1m', '1'] : byteDivisors
  if (!allowed.some((text) => parseQuantity(text)?.nanos === divisor.nanos))
    report(
      findings,
      pointer,
      `only divisor's values ${isCpu ? '1m and 1' : allowed.join(', ')} are supported with the ${resource.split('.')[1] ?? ''} resource`,
    )
}

function checkFileKey(findings: Findings, file: Json, pointer: string, spec: Json): void {
  checkRequiredName(findings, file, 'key', pointer, envNameProblem)
  const path = requiredText(findings, file, 'path', pointer)
  if (path !== null && hasBacksteps(path)) report(findings, `${pointer}/path`, 'must not contain ".."')
  const name = requiredText(findings, file, 'volumeName', pointer)
  if (name === null) return
  const at = `${pointer}/volumeName`
  checkName(findings, at, name, labelProblem)
  const volume = objectsOf(spec, 'volumes').find(({ item }) => item['name'] === name)?.item
  if (volume === undefined) report(findings, at, `there is no volume "${name}" in spec.volumes`)
  else if (Object.keys(volume).some((field) => field !== 'name' && field !== 'emptyDir'))
    report(findings, at, 'referenced volume must be of type emptyDir')
}

export function checkEnvFrom(findings: Findings, container: Json, base: string): void {
  for (const { item, at } of objectsOf(container, 'envFrom')) {
    const pointer = `${base}/envFrom/${at}`
    checkOptionalName(findings, item, 'prefix', pointer, envNameProblem)
    const given = ['configMapRef', 'secretRef'].filter((source) => source in item)
    for (const source of given)
      if (isObject(item[source]))
        checkRequiredName(findings, item[source], 'name', `${pointer}/${source}`, subdomainProblem)
    if (given.length > 1) report(findings, pointer, tooMany)
    else if (given.length === 0 && !hasFindingBelow(findings, pointer))
      report(findings, pointer, 'must specify one of: `configMapRef` or `secretRef`')
  }
}

/** `a`, `b` or `c` */
function listed(words: readonly string[]): string {
  const quoted = words.map((word) => `\`${word}\``)
  return `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1) ?? ''}`
}
