/** `podkeep describe pod`: everything a person may want to know of it, in the order in which they ask. */

import type { V1ContainerState, V1ContainerStatus } from '../../pod/index.js'
import { humanDuration } from '../duration.js'
import { factsOf } from '../get/pods.js'
import { listed, mapLines, type Outline } from '../output/outline.js'
import { summarize, type ListedPod } from '../pod-summary.js'
import { environmentFromLines, environmentLines } from './environment.js'
import { isJson, objects, text, type Json } from './json.js'
import { volumeOutline } from './volume.js'

/** @param events lines of them, oldest first; null: not known */
export function describePod(pod: ListedPod, events: readonly string[] | null, nowMs: number): Outline[] {
  const { metadata, spec, status } = pod
  const facts = factsOf(pod)
  const { status: word, node, ip } = summarize(pod, facts, nowMs)
  const annotations = Object.entries(metadata.annotations ?? {}).filter(([name]) => !name.startsWith('io.podkeep.'))
  return [
    ['Name', metadata.name],
    ['Namespace', metadata.namespace],
    ['UID', metadata.uid ?? ''],
    ['Manifest', `${facts.file}${facts.desire === 'run' ? '' : ` (${desireWords[facts.desire] ?? facts.desire})`}`],
    ['Node', `${node}/${status.hostIP ?? ''}`],
    ['Start Time', since(status.startTime ?? null, nowMs)],
    ['Labels', mapLines(metadata.labels ?? {}, '=')],
    ['Annotations', mapLines(Object.fromEntries(annotations), ': ')],
    ['Status', word],
    ...optional('Reason', status.reason === undefined || status.reason === word ? '' : status.reason),
    ...optional('Message', status.message ?? ''),
    ['IP', ip],
    ...containers('Init Containers', objects(spec['initContainers']), status.initContainerStatuses ?? [], nowMs),
    ...containers('Containers', objects(spec['containers']), status.containerStatuses, nowMs),
    [
      'Conditions',
      status.conditions.map(({ type, status: is, reason, message }): Outline => [type, said(is, reason, message)]),
    ],
    ['Volumes', objects(spec['volumes']).map(volumeOutline)],
    ['QoS Class', status.qosClass],
    ...(events === null ? [] : [['Events', events.length === 0 ? '<none>' : events] as Outline]),
  ]
}

const desireWords: Readonly<Record<string, string>> = {
  hold: 'held: the manifest is broken, "podkeep get manifests" says where',
  remove: 'on its way out',
}

function containers(
  title: string,
  specs: readonly Json[],
  statuses: readonly V1ContainerStatus[],
  nowMs: number,
): Outline[] {
  if (specs.length === 0) return []
  const each = specs.map((spec): Outline => {
    const name = text(spec['name'])
    const status = statuses.find((one) => one.name === name)
    return [name, [...containerSpec(spec), ...(status === undefined ? [] : containerNow(status, nowMs))]]
  })
  return [[title, each]]
}

function containerSpec(spec: Json): Outline[] {
  const resources = isJson(spec['resources']) ? spec['resources'] : {}
  const ports = objects(spec['ports']).map((port) => {
    const host = port['hostPort'] === undefined ? '' : ` <- host ${text(port['hostPort'])}`
    const name = port['name'] === undefined ? '' : ` (${text(port['name'])})`
    return `${text(port['containerPort'])}/${text(port['protocol'] ?? 'TCP')}${name}${host}`
  })
  const mounts = objects(spec['volumeMounts']).map(
    (mount) => `${text(mount['mountPath'])} from ${text(mount['name'])} (${mount['readOnly'] === true ? 'ro' : 'rw'})`,
  )
  const probes = ['startupProbe', 'livenessProbe', 'readinessProbe'].flatMap((probe): Outline[] => {
    const value = spec[probe]
    return isJson(value) ? [[probeTitles[probe] ?? probe, probeText(value)]] : []
  })
  return [
    ['Image', text(spec['image'])],
    ...(ports.length === 0 ? [] : [['Ports', ports.join(', ')] as Outline]),
    ...optional('Command', words(spec['command'])),
    ...optional('Args', words(spec['args'])),
    ...optional('Restart Policy', text(spec['restartPolicy'] ?? '')),
    ...(isJson(resources['limits']) ? [['Limits', mapLines(resources['limits'], ': ')] as Outline] : []),
    ...(isJson(resources['requests']) ? [['Requests', mapLines(resources['requests'], ': ')] as Outline] : []),
    ...probes,
    ...listed('Environment Variables from', environmentFromLines(spec)),
    ...listed('Environment', environmentLines(spec)),
    ...listed('Mounts', mounts),
  ]
}

const probeTitles: Readonly<Record<string, string>> = {
  startupProbe: 'Startup',
  livenessProbe: 'Liveness',
  readinessProbe: 'Readiness',
}

function containerNow(status: V1ContainerStatus, nowMs: number): Outline[] {
  const last = stateOutline(status.lastState, nowMs)
  return [
    ...optional('Container ID', status.containerID ?? ''),
    ['State', stateOutline(status.state, nowMs) ?? 'Waiting'],
    ...(last === null ? [] : [['Last State', last] as Outline]),
    ['Ready', status.ready ? 'True' : 'False'],
    ['Restart Count', String(status.restartCount)],
  ]
}

/** One line where one is enough. */
function stateOutline({ waiting, running, terminated }: V1ContainerState, nowMs: number): Outline[1] | null {
  if (waiting !== undefined) return said('Waiting', waiting.reason, waiting.message)
  if (running !== undefined) return `Running since ${since(running.startedAt, nowMs)}`
  if (terminated === undefined) return null
  return [
    ['Terminated', `${terminated.reason}, exit code ${terminated.exitCode}`],
    ...optional('Message', terminated.message ?? ''),
    ['Started', since(terminated.startedAt, nowMs)],
    ['Finished', since(terminated.finishedAt, nowMs)],
  ]
}

function probeText(probe: Json): string {
  const handler = ['httpGet', 'tcpSocket', 'exec', 'grpc'].find((kind) => isJson(probe[kind])) ?? ''
  const what = isJson(probe[handler]) ? probe[handler] : {}
  const how: Readonly<Record<string, string>> = {
    httpGet: `http-get ${text(what['scheme'] ?? 'HTTP').toLowerCase()}://${text(what['host'] ?? '')}:${text(what['port'])}${text(what['path'] ?? '/')}`,
    tcpSocket: `tcp-socket :${text(what['port'])}`,
    exec: `exec ${words(what['command'])}`,
    grpc: `grpc :${text(what['port'])} ${text(what['service'] ?? '')}`,
  }
  const number = (field: string, otherwise: number): string => text(probe[field] ?? otherwise)
  return `${(how[handler] ?? '').trim()} delay=${number('initialDelaySeconds', 0)}s timeout=${number('timeoutSeconds', 1)}s period=${number('periodSeconds', 10)}s #success=${number('successThreshold', 1)} #failure=${number('failureThreshold', 3)}`
}

function said(what: string, reason: string | undefined, message: string | undefined): string {
  const why = reason === undefined || reason === '' ? '' : ` (${reason})`
  return `${what}${why}${message === undefined || message === '' ? '' : `: ${message}`}`
}

function since(time: string | null, nowMs: number): string {
  return time === null ? '<unknown>' : `${time} (${humanDuration(nowMs - Date.parse(time))} ago)`
}

function optional(title: string, value: string): Outline[] {
  return value === '' ? [] : [[title, value]]
}

function words(value: unknown): string {
  return Array.isArray(value)
    ? value.map((word) => (/^[\w./:=-]+$/.test(String(word)) ? String(word) : JSON.stringify(word))).join(' ')
    : ''
}
