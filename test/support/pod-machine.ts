/**
 * Carries out a plan on values: every action succeeds at once and programs run until they are asked to stop. What the sim tests
 * with faults and time, this does from states no sequence of events would reach.
 */

import {
  containerUseKey,
  envFileKey,
  profileKey,
  sizeDigest,
  volumeKey,
  type Action,
  type ObservedPod,
  type PlanContext,
} from '../../lib/plan/index.js'
import {
  containerId,
  linuxResources,
  unreachable,
  type ContainerId,
  type ContainerIdentity,
  type ObservedContainer,
} from '../../lib/pod/index.js'
import { noResources, nowTickMs, nowWallMs } from './pods.js'

export interface Situation {
  readonly observed: ObservedPod
  readonly context: PlanContext
}

export function carryOut(situation: Situation, action: Action): Situation {
  const { observed, context } = situation
  switch (action.kind) {
    case 'InspectImage':
    case 'PullImage': {
      const images = new Map(context.images).set(action.image, {
        present: true,
        user: '1000',
        atTickMs: context.nowTickMs,
      })
      const pulled = action.kind === 'PullImage' ? new Set([...context.pulled, action.image]) : context.pulled
      return { observed, context: { ...context, images, pulled } }
    }
    case 'PrepareVolume': {
      const volumePaths = new Map(context.volumePaths).set(volumeKey(action.uid, action.volume), '/volume')
      return { observed, context: { ...context, volumePaths } }
    }
    case 'WriteVolume': {
      const key = volumeKey(action.uid, action.volume)
      const volumePaths = new Map(context.volumePaths).set(key, '/volume')
      const volumeDigests = new Map(context.volumeDigests).set(key, action.digest)
      return { observed, context: { ...context, volumePaths, volumeDigests } }
    }
    case 'ResizeVolume': {
      const volumeDigests = new Map(context.volumeDigests)
      volumeDigests.set(volumeKey(action.uid, action.volume), sizeDigest(action.volume))
      return { observed, context: { ...context, volumeDigests } }
    }
    case 'RemoveOldVolumes': {
      const replacedVolumes = new Set([...context.replacedVolumes].filter((uid) => uid !== action.uid))
      return { observed, context: { ...context, replacedVolumes } }
    }
    case 'MeasureVolume': {
      const use = { bytes: 0, tookMs: 0, atMs: wallMs(context), atTickMs: context.nowTickMs }
      const volumeUse = new Map(context.volumeUse).set(volumeKey(action.uid, action.volume), use)
      return { observed, context: { ...context, volumeUse } }
    }
    case 'MeasureContainer': {
      const { uid, container, id } = action
      const use = { id, bytes: 0, tookMs: 0, atMs: wallMs(context), atTickMs: context.nowTickMs }
      const containerUse = new Map(context.containerUse).set(containerUseKey(uid, container), use)
      return { observed, context: { ...context, containerUse } }
    }
    case 'RemoveVolumes': {
      const without = (uids: PlanContext['volumeUids']): PlanContext['volumeUids'] =>
        new Set([...uids].filter((one) => one !== action.uid))
      const { volumeUids, doomedUids } = context
      return { observed, context: { ...context, volumeUids: without(volumeUids), doomedUids: without(doomedUids) } }
    }
    case 'SetPodCgroup': {
      const podCgroups = new Map(context.podCgroups).set(action.uid, action.limits)
      return { observed, context: { ...context, podCgroups } }
    }
    case 'RemovePodCgroup': {
      const podCgroups = new Map([...context.podCgroups].filter(([uid]) => uid !== action.uid))
      return { observed, context: { ...context, podCgroups } }
    }
    case 'ReadEnvFile': {
      const { uid, container, volume, path } = action
      const key = envFileKey(uid, container, { volume: volume.name, path })
      const envFiles = new Map(context.envFiles).set(key, { text: "KEY='value'\n", atTickMs: context.nowTickMs })
      return { observed, context: { ...context, envFiles } }
    }
    case 'FindProfile': {
      const fact = { found: { text: '{}' }, atTickMs: context.nowTickMs }
      const profiles = new Map(context.profiles).set(profileKey(action.profile), fact)
      return { observed, context: { ...context, profiles } }
    }
    case 'ReadTerminationMessage':
      return change(situation, action.id, () => ({ message: '' }))
    case 'CreateSandbox':
      return withContainer(situation, made(action.spec.identity, context))
    case 'CreateContainer': {
      const { identity, image, resources } = action.spec
      return withContainer(situation, { ...made(identity, context), image, resources })
    }
    case 'StartContainer':
      return change(situation, action.id, () => ({
        state: 'running',
        startedAtMs: wallMs(context),
        startedHere: true,
        told: action.told,
      }))
    case 'SignalContainer':
      return change(situation, action.id, () => ({ told: action.told }))
    case 'KillContainer':
      return change(situation, action.id, () => ({
        state: 'exited',
        exitCode: 143,
        finishedAtMs: wallMs(context),
        finishedTickMs: context.nowTickMs,
        stopRequestedTickMs: context.nowTickMs,
      }))
    case 'RunHook':
      return change(situation, action.id, () => ({
        [action.hook]: { begunTickMs: context.nowTickMs, endedTickMs: context.nowTickMs, failure: null },
      }))
    case 'InspectContainer': {
      const failures = new Map([...context.failures].map(([key, failure]) => [key, { ...failure, isUnseen: false }]))
      return { observed, context: { ...context, failures } }
    }
    case 'RemoveContainer': {
      const containers = observed.containers.filter((one) => one.id !== action.id)
      return { observed: { ...observed, containers }, context }
    }
    case 'UpdateResources':
      return change(situation, action.id, () => ({ resources: action.resources }))
    case 'UpdateNames':
      return change(situation, action.id, () => ({ names: action.entries }))
    case 'SaveRecord':
      return { observed, context: { ...context, record: action.record } }
    case 'RemoveRecord':
      return { observed, context: { ...context, record: null } }
    default:
      return unreachable(action)
  }
}

/** Each init container that runs has done its work. */
export function finishInits({ observed, context }: Situation): Situation {
  const containers = observed.containers.map((one) =>
    one.kind === 'init' && one.state === 'running'
      ? ({
          ...one,
          state: 'exited',
          exitCode: 0,
          finishedAtMs: wallMs(context),
          finishedTickMs: context.nowTickMs,
        } as const)
      : one,
  )
  return { observed: { ...observed, containers }, context }
}

function withContainer({ observed, context }: Situation, container: ObservedContainer): Situation {
  const volumeUids = new Set([...context.volumeUids, container.podUid])
  return {
    observed: { ...observed, containers: [...observed.containers, container] },
    context: { ...context, volumeUids },
  }
}

function change(
  { observed, context }: Situation,
  id: ContainerId,
  to: (one: ObservedContainer) => Partial<ObservedContainer>,
): Situation {
  const containers = observed.containers.map((one) => (one.id === id ? { ...one, ...to(one) } : one))
  return { observed: { ...observed, containers }, context }
}

/** Both clocks go at the same pace. */
function wallMs(context: PlanContext): number {
  return nowWallMs + context.nowTickMs - nowTickMs
}

function made(identity: ContainerIdentity, context: PlanContext): ObservedContainer {
  return {
    ...identity,
    id: containerId(`${identity.podUid}-${identity.name}-${identity.attempt}-${identity.hash}`),
    isForeign: false,
    state: 'created',
    createdAtMs: wallMs(context),
    startedAtMs: null,
    finishedAtMs: null,
    exitCode: null,
    oomKilled: false,
    error: '',
    diedWithEngine: false,
    paused: false,
    image: '',
    imageId: '',
    ip: null,
    stopSignal: 'SIGTERM',
    resources: linuxResources(noResources),
    finishedTickMs: null,
    stopRequestedTickMs: null,
    killRequestedTickMs: null,
    stoppedAsCrash: false,
    madeHere: true,
    startedHere: false,
    postStart: null,
    preStop: null,
    names: null,
    told: null,
    podStartedTickMs: context.nowTickMs,
    remembered: false,
  }
}
