/** What a plan is made from, and a plan in a few words, for tests of planPod and of what stands on its values. */

import {
  planPod,
  sizeDigest,
  volumeKey,
  type Action,
  type Failure,
  type ObservedPod,
  type Plan,
  type PlanContext,
} from '../../lib/plan/index.js'
import { noDnsConfig, podUid, type DesiredPod, type ObservedContainer, type PodRecord } from '../../lib/pod/index.js'
import { aConfig } from './configs.js'
import { nowTickMs, nowWallMs, uid } from './pods.js'

export function recordOf(pod: DesiredPod, fields: Partial<PodRecord> = {}): PodRecord {
  return { key: pod.key, uid: pod.uid ?? uid, file: pod.file, manifest: pod.manifest, ended: [], ...fields }
}

/** Everything the pod stands on is there: images, volumes, its record. */
export function aContext(pod: DesiredPod, fields: Partial<PlanContext> = {}): PlanContext {
  const images = [...pod.initContainers, ...pod.containers].map((one) => one.image)
  const podUidNow = pod.uid ?? uid
  return {
    nowTickMs,
    bootId: 'boot-1',
    seenAtMs: nowWallMs,
    recordedStartTickMs: null,
    freshUid: podUid('uid-fresh'),
    uidHolder: null,
    nodeName: 'n1',
    hostIP: '192.0.2.1',
    hostDns: noDnsConfig,
    services: [],
    cpuCapacityMillis: 2000,
    memoryCapacityBytes: 8 * 2 ** 30,
    diskCapacityBytes: 100 * 2 ** 30,
    podPidsLimit: 0,
    cgroupDriver: 'cgroupfs',
    hasAppArmor: null,
    runtimes: null,
    inFlight: new Set(),
    failures: new Map(),
    images: new Map(images.map((image) => [image, { present: true, user: '', atTickMs: nowTickMs }])),
    pulled: new Set(),
    volumeDigests: new Map(
      pod.volumes.flatMap((volume) =>
        volume.kind === 'emptyDir' ? [[volumeKey(podUidNow, volume), sizeDigest(volume)] as const] : [],
      ),
    ),
    replacedVolumes: new Set(),
    volumeUse: new Map(),
    containerUse: new Map(),
    eviction: null,
    podCgroups: new Map(),
    volumePaths: new Map(pod.volumes.map((volume) => [volumeKey(podUidNow, volume), `/volumes/${volume.name}`])),
    config: aConfig(),
    envFiles: new Map(),
    profiles: new Map(),
    volumeUids: new Set([podUidNow]),
    doomedUids: new Set(),
    verdicts: new Map(),
    address: '10.1.0.2',
    unreadyDependencies: [],
    takenClaims: new Map(),
    takenPorts: [],
    editedTickMs: null,
    record: recordOf(pod),
    ...fields,
  }
}

export function observed(pod: DesiredPod, ...containers: readonly ObservedContainer[]): ObservedPod {
  return { key: pod.key, containers }
}

export function aFailure(fields: Partial<Failure> = {}): Failure {
  return {
    count: 1,
    atTickMs: nowTickMs,
    code: 'ENGINE_FAULT',
    message: 'it failed',
    hint: 'look',
    retry: 'soon',
    isUnseen: false,
    ...fields,
  }
}

/** The plan of a pod that is wanted to run. */
export function run(
  pod: DesiredPod,
  containers: readonly ObservedContainer[],
  context: Partial<PlanContext> = {},
): Plan {
  return planPod({ kind: 'run', pod }, observed(pod, ...containers), aContext(pod, context))
}

/** Each action in one line; what follows every change and every end is told by `savedRecords` and `messageReads`. */
export function deeds(plan: Plan): string[] {
  return plan.actions
    .filter((action) => action.kind !== 'SaveRecord' && action.kind !== 'ReadTerminationMessage')
    .map((action) => `${action.kind} ${objectOf(action)} (${action.reason})`)
}

export function savedRecords(plan: Plan): PodRecord[] {
  return plan.actions.flatMap((action) => (action.kind === 'SaveRecord' ? [action.record] : []))
}

/** Of which dead containers the last words are to be read. */
export function messageReads(plan: Plan): Extract<Action, { kind: 'ReadTerminationMessage' }>[] {
  return plan.actions.flatMap((action) => (action.kind === 'ReadTerminationMessage' ? [action] : []))
}

/** `CrashLoopBackOff app in 10 s: message` */
export function waits(plan: Plan): string[] {
  return plan.waits.map(({ reason, container, untilTickMs, message }) => {
    const who = container === null ? '' : ` ${container}`
    const when = untilTickMs === null ? '' : ` in ${(untilTickMs - nowTickMs) / 1000} s`
    return `${reason}${who}${when}${message === '' ? '' : `: ${message}`}`
  })
}

function objectOf(action: Action): string {
  switch (action.kind) {
    case 'InspectImage':
    case 'PullImage':
      return action.image
    case 'PrepareVolume':
    case 'WriteVolume':
    case 'ResizeVolume':
    case 'MeasureVolume':
      return action.volume.name
    case 'SetPodCgroup':
    case 'RemovePodCgroup':
    case 'RemoveOldVolumes':
    case 'RemoveVolumes':
      return action.uid
    case 'ReadEnvFile':
      return `${action.volume.name}/${action.path} for ${action.container}`
    case 'FindProfile':
      return `${action.profile.kind} ${action.profile.name} for ${action.container}`
    case 'CreateSandbox':
    case 'CreateContainer':
      return `${action.spec.identity.name}-${action.spec.identity.attempt}`
    case 'SignalContainer':
    case 'KillContainer':
      return `${action.id} ${action.signal}`
    case 'RunHook':
      return `${action.id} ${action.hook}`
    case 'InspectContainer':
    case 'StartContainer':
    case 'RemoveContainer':
    case 'UpdateResources':
    case 'UpdateNames':
    case 'MeasureContainer':
    case 'ReadTerminationMessage':
      return action.id
    case 'SaveRecord':
      return action.record.key
    case 'RemoveRecord':
      return action.key
  }
}
