/** Probes and hooks of a complete container. */

import type {
  DesiredPort,
  ExecHandler,
  HookHandler,
  HttpGetHandler,
  PortReference,
  Probe,
  ProbeHandler,
} from '../pod/index.js'
import type { Json } from './normal-form.js'
import { listOf, numberOf, objectOf, objectsOf, textOf, textOrNull } from './shape.js'

type Ports = readonly DesiredPort[]

export function desiredProbe(container: Json, field: string, ports: Ports): Probe | null {
  if (!(field in container)) return null
  const probe = objectOf(container, field)
  const graceSeconds = numberOf(probe, 'terminationGracePeriodSeconds')
  return {
    handler: probeHandler(probe, ports),
    initialDelayMs: secondsOf(probe, 'initialDelaySeconds'),
    timeoutMs: secondsOf(probe, 'timeoutSeconds'),
    periodMs: secondsOf(probe, 'periodSeconds'),
    successThreshold: numberOf(probe, 'successThreshold') ?? 1,
    failureThreshold: numberOf(probe, 'failureThreshold') ?? 3,
    graceMs: graceSeconds === undefined ? null : graceSeconds * 1000,
  }
}

/** The checks have seen to it that there is exactly one. */
function probeHandler(probe: Json, ports: Ports): ProbeHandler {
  if ('exec' in probe) return execHandler(objectOf(probe, 'exec'))
  if ('httpGet' in probe) return httpGetHandler(objectOf(probe, 'httpGet'), ports)
  if ('grpc' in probe) {
    const grpc = objectOf(probe, 'grpc')
    return { kind: 'grpc', port: numberOf(grpc, 'port') ?? 0, service: textOf(grpc, 'service') ?? '' }
  }
  const socket = objectOf(probe, 'tcpSocket')
  return { kind: 'tcpSocket', host: textOrNull(socket, 'host'), port: portReference(socket, ports) }
}

export function desiredHook(lifecycle: Json, field: string, ports: Ports): HookHandler | null {
  if (!(field in lifecycle)) return null
  const hook = objectOf(lifecycle, field)
  if ('exec' in hook) return execHandler(objectOf(hook, 'exec'))
  if ('httpGet' in hook) return httpGetHandler(objectOf(hook, 'httpGet'), ports)
  return { kind: 'sleep', durationMs: secondsOf(objectOf(hook, 'sleep'), 'seconds') }
}

function execHandler(exec: Json): ExecHandler {
  return { kind: 'exec', command: listOf(exec, 'command').map(String) }
}

function httpGetHandler(get: Json, ports: Ports): HttpGetHandler {
  return {
    kind: 'httpGet',
    scheme: textOf(get, 'scheme') as HttpGetHandler['scheme'],
    host: textOrNull(get, 'host'),
    port: portReference(get, ports),
    path: textOf(get, 'path') ?? '/',
    headers: objectsOf(get, 'httpHeaders').map(({ item }) => ({
      name: textOf(item, 'name') ?? '',
      value: textOf(item, 'value') ?? '',
    })),
  }
}

function portReference(from: Json, ports: Ports): PortReference {
  const name = textOf(from, 'port')
  if (name === undefined) return numberOf(from, 'port') ?? 0
  return ports.find((port) => port.name === name)?.containerPort ?? name
}

function secondsOf(object: Json, field: string): number {
  return (numberOf(object, field) ?? 0) * 1000
}
