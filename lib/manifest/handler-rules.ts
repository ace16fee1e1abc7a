/** Probes and hooks. Source: validateProbe and its three variants, validateHandler, validateLifecycle, validateSleepAction. */

import { hasFindingBelow, report, reportMissing, type Findings } from './finding.js'
import { nearest } from './field-names.js'
import { portNameProblem } from './names.js'
import { isObject, type Json } from './normal-form.js'
import { listOf, numberOf, objectOf, objectsOf, textOf } from './shape.js'
import { signals } from './signals.js'
import { checkNul, checkRange, portMessage, requiredText } from './text-rules.js'

const probes = ['startupProbe', 'readinessProbe', 'livenessProbe']
const handlers = ['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep']

export function checkLife(findings: Findings, container: Json, pointer: string, spec: Json, isInit: boolean): void {
  if (isInit && container['restartPolicy'] !== 'Always') {
    for (const field of ['lifecycle', ...probes])
      if (field in container)
        report(
          findings,
          `${pointer}/${field}`,
          'may not be set for init containers without restartPolicy=Always',
          'restartPolicy: Always makes it a sidecar, which may have one',
          'key',
        )
    return
  }
  for (const field of probes)
    if (isObject(container[field])) checkProbe(findings, container[field], `${pointer}/${field}`, field)
  const lifecycle = objectOf(container, 'lifecycle')
  for (const field of ['postStart', 'preStop'])
    if (isObject(lifecycle[field]))
      checkHook(findings, lifecycle[field], `${pointer}/lifecycle/${field}`, numberOf(spec, graceField) ?? 30)
  checkStopSignal(findings, lifecycle, `${pointer}/lifecycle/stopSignal`)
}

const graceField = 'terminationGracePeriodSeconds'

function checkProbe(findings: Findings, probe: Json, pointer: string, kind: string): void {
  checkHandler(findings, probe, pointer)
  const graceSeconds = numberOf(probe, graceField)
  if (kind === 'readinessProbe') {
    if (graceField in probe)
      report(findings, `${pointer}/${graceField}`, 'must not be set for readinessProbes', 'remove it', 'key')
    return
  }
  if (graceSeconds !== undefined && graceSeconds <= 0)
    report(findings, `${pointer}/${graceField}`, 'must be greater than 0')
  const successThreshold = numberOf(probe, 'successThreshold') ?? 0
  if (successThreshold > 1) report(findings, `${pointer}/successThreshold`, 'must be 1')
}

function checkHook(findings: Findings, hook: Json, pointer: string, graceSeconds: number): void {
  checkHandler(findings, hook, pointer)
  const seconds = numberOf(objectOf(hook, 'sleep'), 'seconds')
  if (seconds !== undefined && (seconds < 0 || seconds > graceSeconds))
    report(
      findings,
      `${pointer}/sleep/seconds`,
      `must be non-negative and less than terminationGracePeriodSeconds (${graceSeconds})`,
    )
}

function checkHandler(findings: Findings, owner: Json, pointer: string): void {
  const [first, ...others] = handlers.filter((kind) => kind in owner)
  for (const other of others)
    report(findings, `${pointer}/${other}`, 'may not specify more than 1 handler type', `keep ${first ?? ''}`, 'key')
  if (first === undefined) {
    if (!hasFindingBelow(findings, pointer)) report(findings, pointer, 'must specify a handler type', null, 'key')
    return
  }
  const handler = owner[first]
  if (!isObject(handler)) return
  const at = `${pointer}/${first}`
  if (first === 'exec') checkExec(findings, handler, at)
  if (first === 'httpGet') checkHttpGet(findings, handler, at)
  if (first === 'tcpSocket' || first === 'httpGet') checkPortReference(findings, handler, at)
  if (first === 'grpc') checkRange(findings, handler, 'port', at, 1, 65535)
}

function checkExec(findings: Findings, exec: Json, pointer: string): void {
  if (!('command' in exec) || (Array.isArray(exec['command']) && exec['command'].length === 0))
    reportMissing(findings, `${pointer}/command`)
  listOf(exec, 'command').forEach((word, at) => {
    if (typeof word === 'string') checkNul(findings, `${pointer}/command/${at}`, word)
  })
}

function checkHttpGet(findings: Findings, get: Json, pointer: string): void {
  for (const { item, at } of objectsOf(get, 'httpHeaders')) {
    const name = requiredText(findings, item, 'name', `${pointer}/httpHeaders/${at}`)
    if (name !== null && !/^[-A-Za-z0-9]+$/.test(name))
      report(findings, `${pointer}/httpHeaders/${at}/name`, "must consist of letters, digits or '-'")
  }
}

/** Whether a port of that name exists is found out by whoever asks there, as in the kubelet. Source: ValidatePortNumOrName. */
function checkPortReference(findings: Findings, handler: Json, pointer: string): void {
  const port = handler['port']
  if (port === undefined) reportMissing(findings, `${pointer}/port`)
  else if (typeof port === 'number' && (port < 1 || port > 65535)) report(findings, `${pointer}/port`, portMessage)
  else if (typeof port === 'string') {
    const problem = port === '' ? 'must contain at least one letter' : portNameProblem(port)
    const suggestion = /^[0-9]+$/.test(port) ? `write ${port} without quotes` : null
    if (problem !== null) report(findings, `${pointer}/port`, problem, suggestion)
  }
}

/**
 * Kubernetes asks for spec.os.name beside it, to know whose signals they are; here they are always Linux's.
 * Source: validateStopSignal.
 */
function checkStopSignal(findings: Findings, lifecycle: Json, pointer: string): void {
  const signal = textOf(lifecycle, 'stopSignal')
  if (signal === undefined || signals.has(signal)) return
  const near = nearest(signal.startsWith('SIG') ? signal : `SIG${signal}`, [...signals])?.word
  const suggestion = near === undefined ? null : `did you mean "${near}"?`
  report(findings, pointer, 'must be the name of a Linux signal, like SIGTERM or SIGUSR1', suggestion)
}
