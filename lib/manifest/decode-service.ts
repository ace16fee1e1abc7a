/** A Service, already a value: checked by every rule, or in podkeep's own terms. */

import { podKey, type DesiredService, type PortProtocol, type ServicePort } from '../pod/index.js'
import { checkedObject } from './checked-object.js'
import { report, reportMissing, type Findings } from './finding.js'
import { kindForms } from './kind-table.js'
import { namespaceOf } from './metadata-rules.js'
import { labelProblem, portNameProblem } from './names.js'
import { isObject, type Json } from './normal-form.js'
import type { WrittenAt } from './schema-rules.js'
import { checkLabels } from './selector-rules.js'
import { serviceRows } from './service-fields.js'
import { numberOf, objectOf, objectsOf, textOf, textOrNull } from './shape.js'
import { tree } from './support-rules.js'
import { checkName, portMessage } from './text-rules.js'

const table = tree(serviceRows)
const portMost = 65535

/** A Service, or null when `findings` says why not; what works otherwise than elsewhere goes to `warnings`. */
export function decodeService(
  { findings, warnings }: { readonly findings: Findings; readonly warnings: Findings },
  listed: { readonly value: Json; readonly pointer: string },
  file: string,
  writtenAt: WrittenAt,
): DesiredService | null {
  const { pointer } = listed
  const object = checkedObject(findings, listed, {
    form: kindForms.Service,
    table,
    writtenAt,
    check: ({ metadata, spec }) => {
      const name = isObject(metadata) ? (textOf(metadata, 'name') ?? '') : ''
      if (name !== '') checkName(findings, `${pointer}/metadata/name`, name, labelProblem)
      if (!isObject(spec)) reportMissing(findings, `${pointer}/spec`)
      else checkSpec(findings, spec, `${pointer}/spec`)
    },
  })
  if (object === null) return null
  const service = desiredService(object, file)
  warn(warnings, objectOf(object, 'spec'), service, `${pointer}/spec`)
  return service
}

/** Source: ValidateService. */
function checkSpec(findings: Findings, spec: Json, base: string): void {
  const selector = objectOf(spec, 'selector')
  if (spec['type'] === 'ExternalName')
    report(
      findings,
      `${base}/type`,
      'not supported: the engine’s DNS knows its own containers only',
      'write the name itself into the pods that use it',
    )
  else if (Object.keys(selector).length === 0)
    reportMissing(
      findings,
      `${base}/selector`,
      'write labels of the pods it should lead to; there are no Endpoints objects',
    )
  checkLabels(findings, `${base}/selector`, selector)
  const ports = objectsOf(spec, 'ports')
  if (ports.length === 0 && spec['clusterIP'] !== 'None' && spec['type'] !== 'ExternalName')
    reportMissing(findings, `${base}/ports`)
  const names = new Set<string>()
  const numbers = new Set<string>()
  for (const { item, at } of ports) {
    const pointer = `${base}/ports/${at}`
    checkPortName(findings, item, pointer, { names, isNeeded: ports.length > 1 })
    checkTargetPort(findings, item['targetPort'], `${pointer}/targetPort`)
    const number = `${protocolOf(item)} ${numberOf(item, 'port') ?? 0}`
    if (numbers.has(number))
      report(findings, `${pointer}/port`, `${number.replace(' ', ' port ')} stands here twice`, 'remove one of the two')
    numbers.add(number)
  }
}

function checkPortName(
  findings: Findings,
  port: Json,
  pointer: string,
  { names, isNeeded }: { readonly names: Set<string>; readonly isNeeded: boolean },
): void {
  const name = textOf(port, 'name') ?? ''
  if (name === '') {
    if (isNeeded) reportMissing(findings, `${pointer}/name`, 'with several ports each needs a name')
    return
  }
  checkName(findings, `${pointer}/name`, name, labelProblem)
  if (names.has(name))
    report(
      findings,
      `${pointer}/name`,
      `"${name}" names another port of this Service too`,
      'give each port its own name',
    )
  names.add(name)
}

function checkTargetPort(findings: Findings, target: unknown, pointer: string): void {
  if (typeof target === 'number' && (target < 1 || target > portMost)) report(findings, pointer, portMessage)
  const problem = typeof target === 'string' && target !== '' ? portNameProblem(target) : null
  if (problem !== null) report(findings, pointer, problem, 'write the number without quotes if it is one')
}

function desiredService(object: Json, file: string): DesiredService {
  const metadata = objectOf(object, 'metadata')
  const spec = objectOf(object, 'spec')
  const name = textOf(metadata, 'name') ?? ''
  const namespace = namespaceOf(metadata)
  return {
    key: podKey(namespace, name),
    namespace,
    name,
    file,
    selector: objectOf(spec, 'selector') as Readonly<Record<string, string>>,
    ports: objectsOf(spec, 'ports').map(({ item }) => servicePort(item)),
    isHeadless: spec['clusterIP'] === 'None',
    publishNotReadyAddresses: spec['publishNotReadyAddresses'] === true,
  }
}

function servicePort(port: Json): ServicePort {
  const number = numberOf(port, 'port') ?? 0
  const target = port['targetPort']
  const isGiven = (typeof target === 'number' && target !== 0) || (typeof target === 'string' && target !== '')
  return {
    name: textOrNull(port, 'name'),
    port: number,
    protocol: protocolOf(port),
    targetPort: isGiven ? target : number,
  }
}

function protocolOf(port: Json): PortProtocol {
  return (textOrNull(port, 'protocol') ?? 'TCP') as PortProtocol
}

/** What a Service of a cluster does and a name cannot. */
function warn(warnings: Findings, spec: Json, service: DesiredService, base: string): void {
  const type = textOrNull(spec, 'type') ?? 'ClusterIP'
  if (type !== 'ClusterIP')
    report(
      warnings,
      `${base}/type`,
      `a ${type} Service publishes no port of this machine: only its name works`,
      'publish with hostPort of the pod',
    )
  if (service.isHeadless) return
  service.ports.forEach(({ port, targetPort }, at) => {
    if (typeof targetPort !== 'number' || targetPort === port) return
    const message = `a name cannot translate ports: its pods answer on ${targetPort}, nothing does on ${port}`
    report(
      warnings,
      `${base}/ports/${at}/port`,
      message,
      `let clients use ${service.name}:${targetPort}, and write port: ${targetPort}`,
    )
  })
}
