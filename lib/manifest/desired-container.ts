/** One container of a complete v1 Pod, in podkeep's own terms and units. */

import type {
  DesiredContainer,
  DesiredPort,
  DesiredResources,
  ImagePullPolicy,
  PortProtocol,
  RestartPolicy,
  RestartRule,
  TerminationMessagePolicy,
} from '../pod/index.js'
import { absoluteMountPath } from './mount-rules.js'
import { desiredEnvFrom, desiredVariable } from './desired-env.js'
import { desiredMount } from './desired-mount.js'
import { desiredHook, desiredProbe } from './desired-handler.js'
import { desiredSecurity } from './desired-security.js'
import { desiredDevices } from './device-rules.js'
import type { Json } from './normal-form.js'
import { bytesOf, millisOf } from './quantity.js'
import { isHugepages } from './resource-rules.js'
import { listOf, numberOf, objectOf, objectsOf, textOf, textOrNull } from './shape.js'

/** `annotations` are the pod's. */
export function desiredContainer(
  container: Json,
  spec: Json,
  { namespace, annotations }: { readonly namespace: string; readonly annotations: Json },
): DesiredContainer {
  const ports = objectsOf(container, 'ports').map(({ item }) => desiredPort(item))
  const lifecycle = objectOf(container, 'lifecycle')
  return {
    name: textOf(container, 'name') ?? '',
    image: textOf(container, 'image') ?? '',
    imagePullPolicy: textOf(container, 'imagePullPolicy') as ImagePullPolicy,
    command: words(container, 'command'),
    args: words(container, 'args'),
    envFrom: objectsOf(container, 'envFrom').map(({ item }) => desiredEnvFrom(item, namespace)),
    env: objectsOf(container, 'env').map(({ item }) => desiredVariable(item, { container, spec, namespace })),
    workingDir: textOrNull(container, 'workingDir'),
    ports,
    mounts: objectsOf(container, 'volumeMounts').map(({ item }) => desiredMount(item)),
    resources: desiredResources(objectOf(container, 'resources')),
    restartsOnResize: { cpu: restartsFor(container, 'cpu'), memory: restartsFor(container, 'memory') },
    devices: desiredDevices(container, annotations),
    security: desiredSecurity(container, spec, annotations),
    restartPolicy: textOrNull(container, 'restartPolicy') as RestartPolicy | null,
    restartRules: objectsOf(container, 'restartPolicyRules').map(({ item }) => desiredRule(item)),
    startupProbe: desiredProbe(container, 'startupProbe', ports),
    readinessProbe: desiredProbe(container, 'readinessProbe', ports),
    livenessProbe: desiredProbe(container, 'livenessProbe', ports),
    postStart: desiredHook(lifecycle, 'postStart', ports),
    preStop: desiredHook(lifecycle, 'preStop', ports),
    stopSignal: textOrNull(lifecycle, 'stopSignal'),
    terminationMessagePath: absoluteMountPath(textOf(container, 'terminationMessagePath') ?? ''),
    terminationMessagePolicy: textOf(container, 'terminationMessagePolicy') as TerminationMessagePolicy,
    stdin: container['stdin'] === true,
    stdinOnce: container['stdinOnce'] === true,
    tty: container['tty'] === true,
  }
}

/** An empty list keeps what the image has, as in the kubelet. */
function words(container: Json, field: string): string[] | null {
  const list = listOf(container, field).map(String)
  return list.length === 0 ? null : list
}

function desiredPort(port: Json): DesiredPort {
  return {
    name: textOrNull(port, 'name'),
    containerPort: numberOf(port, 'containerPort') ?? 0,
    protocol: textOf(port, 'protocol') as PortProtocol,
    hostPort: numberOf(port, 'hostPort') ?? null,
    hostIP: textOrNull(port, 'hostIP'),
  }
}

export function desiredResources(resources: Json): DesiredResources {
  const requests = objectOf(resources, 'requests')
  const limits = objectOf(resources, 'limits')
  return {
    cpuRequestMillis: millisOf(requests, 'cpu'),
    cpuLimitMillis: millisOf(limits, 'cpu'),
    memoryRequestBytes: bytesOf(requests, 'memory'),
    memoryLimitBytes: bytesOf(limits, 'memory'),
    ...hugepageLimits(limits),
    ...diskLimit(limits),
  }
}

function hugepageLimits(limits: Json): Pick<DesiredResources, 'hugepageLimitBytes'> {
  const bytes = Object.keys(limits)
    .filter(isHugepages)
    .map((name) => [name.slice('hugepages-'.length), bytesOf(limits, name) ?? 0] as const)
  return bytes.length === 0 ? {} : { hugepageLimitBytes: Object.fromEntries(bytes) }
}

/** Without one, and with 0, there is none. */
function diskLimit(limits: Json): Pick<DesiredResources, 'diskLimitBytes'> {
  const diskLimitBytes = bytesOf(limits, 'ephemeral-storage') ?? 0
  return diskLimitBytes === 0 ? {} : { diskLimitBytes }
}

function restartsFor(container: Json, resource: string): boolean {
  const policies = objectsOf(container, 'resizePolicy').map(({ item }) => item)
  return policies.some((one) => one['resourceName'] === resource && one['restartPolicy'] === 'RestartContainer')
}

function desiredRule(rule: Json): RestartRule {
  const exitCodes = objectOf(rule, 'exitCodes')
  return {
    action: textOf(rule, 'action') as RestartRule['action'],
    operator: textOf(exitCodes, 'operator') as RestartRule['operator'],
    exitCodes: listOf(exitCodes, 'values').map(Number),
  }
}
