/**
 * Carries out one action: a switch and nothing else. Every question of policy was answered in the plan.
 */

import {
  containerUseKey,
  envFileKey,
  profileKey,
  sandboxName,
  sizeDigest,
  volumeKey,
  type Action,
} from '../plan/index.js'
import { holdsSecrets, PodkeepError, unreachable, type ContainerFacts } from '../pod/index.js'
import type {
  Clock,
  ContainerRuntime,
  HandlerRunner,
  PodCgroups,
  PodRecords,
  SecurityProfiles,
  VolumeStore,
} from '../ports/index.js'
import type { Outcome } from './outcome.js'
import type { Pulls } from './pulls.js'
import type { Turnstile } from './turnstile.js'

export interface World {
  readonly runtime: ContainerRuntime
  readonly volumes: VolumeStore
  readonly records: PodRecords
  readonly profiles: SecurityProfiles
  readonly podCgroups: PodCgroups
  readonly pulls: Pulls
  /** For what makes the engine work hard. */
  readonly turnstile: Turnstile
  readonly handlers: HandlerRunner
  readonly clock: Clock
}

/** @throws PodkeepError as the port that is called. */
export async function execute(action: Action, world: World): Promise<Outcome> {
  const { runtime, volumes, records, turnstile } = world
  switch (action.kind) {
    case 'InspectImage':
      return { kind: 'image', image: action.image, facts: await runtime.inspectImage(action.image) }
    case 'PullImage':
      return { kind: 'pulled', image: action.image, facts: await world.pulls.pull(action.image, action.logins) }
    case 'PrepareVolume': {
      const { uid, volume } = action
      const path = await prepareVolume(action, world)
      const hasOld = volume.kind === 'emptyDir' && (await volumes.hasOld(uid))
      return { kind: 'volume', uid, key: volumeKey(uid, volume), path, hasOld }
    }
    case 'WriteVolume': {
      const { uid, volume, digest } = action
      const files = action.files.map(({ path, mode, value }) => ({ path, mode, bytes: value.reveal() }))
      const how = { kind: volume.kind, isInMemory: holdsSecrets(volume), fsGroup: volume.owner?.fsGroup ?? null }
      const path = await volumes.write(uid, volume.name, files, how)
      return { kind: 'volume', uid, key: volumeKey(uid, volume), path, digest }
    }
    case 'ResizeVolume': {
      const { uid, volume } = action
      await volumes.resize(uid, volume)
      return { kind: 'resized', key: volumeKey(uid, volume), digest: sizeDigest(volume) }
    }
    case 'RemoveOldVolumes':
      await volumes.removeOld(action.uid)
      return { kind: 'oldVolumesRemoved', uid: action.uid }
    case 'RemoveVolumes':
      await volumes.removePod(action.uid)
      return { kind: 'volumesRemoved', uid: action.uid, eviction: action.eviction ?? null }
    case 'MeasureVolume': {
      const { uid, volume, limitBytes } = action
      const begunTickMs = world.clock.tickMs()
      const bytes = await volumes.measure(uid, volume, limitBytes)
      return { kind: 'measured', key: volumeKey(uid, volume), bytes, tookMs: world.clock.tickMs() - begunTickMs }
    }
    case 'MeasureContainer': {
      const { uid, id, container } = action
      const begunTickMs = world.clock.tickMs()
      const bytes = await runtime.diskUse(id)
      if (bytes === null) return { kind: 'gone', id }
      const tookMs = world.clock.tickMs() - begunTickMs
      return { kind: 'containerMeasured', id, key: containerUseKey(uid, container), bytes, tookMs }
    }
    case 'ReadEnvFile': {
      const { uid, container, volume, path } = action
      const text = await volumes.readFile(uid, volume, path)
      return { kind: 'envFile', key: envFileKey(uid, container, { volume: volume.name, path }), text }
    }
    case 'FindProfile': {
      const { profile } = action
      return { kind: 'profile', key: profileKey(profile), found: await world.profiles.find(profile) }
    }
    case 'SetPodCgroup':
      await world.podCgroups.set(action.uid, action.limits)
      return { kind: 'podCgroup', uid: action.uid, limits: action.limits }
    case 'RemovePodCgroup':
      await world.podCgroups.remove(action.uid)
      return { kind: 'podCgroup', uid: action.uid, limits: null }
    case 'CreateSandbox':
      return { kind: 'container', facts: await turnstile.run(() => runtime.createSandbox(action.spec), 'begin') }
    case 'CreateContainer':
      return { kind: 'container', facts: await createContainer(action, world) }
    case 'ReadTerminationMessage':
      return { kind: 'terminationMessage', id: action.id, message: await terminationMessage(action, world) }
    case 'InspectContainer':
      return { kind: 'seen', id: action.id, facts: await runtime.inspect(action.id) }
    case 'StartContainer':
      await turnstile.run(() => runtime.start(action.id), action.container === sandboxName ? 'make' : 'start')
      return { kind: 'started', id: action.id, told: action.told }
    case 'SignalContainer':
      return (await runtime.kill(action.id, action.signal))
        ? { kind: 'told', id: action.id, told: action.told }
        : { kind: 'seen', id: action.id, facts: await runtime.inspect(action.id) }
    case 'KillContainer':
      return (await runtime.kill(action.id, action.signal))
        ? { kind: 'signalled', id: action.id, signal: action.signal, asCrash: action.asCrash }
        : { kind: 'seen', id: action.id, facts: await runtime.inspect(action.id) }
    case 'RunHook':
      return { kind: 'hook', id: action.id, hook: action.hook, failure: await failureOf(action, world) }
    case 'RemoveContainer':
      await turnstile.run(() => runtime.remove(action.id, action.force), 'make')
      return { kind: 'gone', id: action.id }
    case 'UpdateResources':
      await runtime.updateResources(action.id, action.resources)
      return { kind: 'resources', id: action.id, resources: action.resources }
    case 'UpdateNames':
      await runtime.updateNames(action.id, action.entries)
      return { kind: 'names', id: action.id, entries: action.entries }
    case 'SaveRecord':
      // How a container ended may be told by nothing else; the rest stands on labels too, and a flush would hold the engine up.
      if (action.record.ended.length > 0) await records.save(action.record)
      else await turnstile.run(() => records.save(action.record), 'keep')
      return { kind: 'record', record: action.record }
    case 'RemoveRecord':
      await records.remove(action.key)
      return { kind: 'record', record: null }
    default:
      return unreachable(action)
  }
}

async function prepareVolume(
  { uid, volume }: Action & { kind: 'PrepareVolume' },
  { runtime, volumes }: World,
): Promise<string> {
  if (volume.kind === 'image') {
    const facts = await runtime.inspectImage(volume.image)
    if (facts === null) throw new PodkeepError('IMAGE_ABSENT', `image volume "${volume.name}": ${volume.image} is gone`)
    return volumes.prepareImage(uid, volume.name, facts.id, () => runtime.imageFiles(facts.id))
  }
  if (volume.kind !== 'persistentVolumeClaim' && volume.kind !== 'hostPath') return volumes.prepare(uid, volume)
  const path = await (volume.kind === 'hostPath' ? volumes.prepare(uid, volume) : runtime.ensureClaim(volume.claim))
  if (volume.owner !== undefined) await volumes.give(uid, path, volume.owner)
  return path
}

/** Of a hook; null when it did well. */
async function failureOf(
  { id, handler, address, timeoutMs }: Action & { kind: 'RunHook' },
  { handlers, clock }: World,
): Promise<string | null> {
  if (handler.kind === 'sleep') {
    const { durationMs } = handler
    await new Promise<void>((resolve) => clock.timer(Math.min(durationMs, timeoutMs ?? durationMs), resolve))
    return null
  }
  const { result, message } = await handlers.runHook(handler, { id, address }, timeoutMs)
  return result === 'success' ? null : message
}

type Creation = Extract<Action, { kind: 'CreateContainer' }>

async function createContainer(
  { spec, subPaths, terminationMessagePath: mountPath }: Creation,
  { runtime, volumes, turnstile }: World,
): Promise<ContainerFacts> {
  const { podUid, name, attempt } = spec.identity
  const mounts = [...spec.mounts]
  for (const mount of subPaths) {
    const { mountPath, readOnly, propagation, recursiveReadOnly } = mount
    mounts.push({
      hostPath: await volumes.prepareSubPath(podUid, name, mount),
      mountPath,
      readOnly,
      ...(propagation !== undefined && { propagation }),
      ...(recursiveReadOnly !== undefined && { recursiveReadOnly }),
    })
  }
  const wordsPath = mountPath === null ? null : await volumes.prepareTerminationFile(podUid, name, attempt)
  if (mountPath !== null && wordsPath !== null)
    mounts.push({ hostPath: wordsPath, mountPath, readOnly: false, isDispensable: true })
  return turnstile.run(() => runtime.createContainer({ ...spec, mounts }), 'make')
}

type LastWords = Extract<Action, { kind: 'ReadTerminationMessage' }>

async function terminationMessage(
  { id, uid, container, attempt, fallsBackToLog }: LastWords,
  { runtime, volumes }: World,
): Promise<string> {
  const written = await volumes.readTerminationFile(uid, container, attempt)
  return written === '' && fallsBackToLog ? runtime.lastLog(id) : written
}
