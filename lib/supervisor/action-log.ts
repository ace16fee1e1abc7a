/** How an action, and the end of a container, read in the log. */

import { sandboxName, type Action } from '../plan/index.js'
import { ranMs, shortId, terminatedReason, unreachable, type ContainerFacts } from '../pod/index.js'

/** Fixed words, so that a log can be searched for them. */
export function phraseOf(action: Action): string {
  const isSandbox = 'container' in action && action.container === sandboxName
  return isSandbox ? donePhrase[action.kind].replace('container', 'sandbox') : donePhrase[action.kind]
}

/** @param wasAsked podkeep told it to end: that it did is no news to worry about */
export function endPhrase({ kind }: ContainerFacts, wasAsked: boolean): string {
  return `${kind === 'sandbox' ? 'sandbox' : 'container'} ${wasAsked ? 'stopped' : 'ended'}`
}

const donePhrase = {
  InspectImage: 'image looked up',
  PullImage: 'image pulled',
  PrepareVolume: 'volume prepared',
  WriteVolume: 'volume written',
  ResizeVolume: 'size of volume in memory set',
  RemoveOldVolumes: 'replaced volumes removed',
  RemoveVolumes: 'volumes removed',
  MeasureVolume: 'volume measured',
  MeasureContainer: 'container measured',
  ReadEnvFile: 'env file read',
  FindProfile: 'profile or device looked for',
  SetPodCgroup: 'limits of the pod set',
  RemovePodCgroup: 'group of the pod removed',
  CreateSandbox: 'sandbox created',
  CreateContainer: 'container created',
  ReadTerminationMessage: 'termination message read',
  InspectContainer: 'container looked at',
  StartContainer: 'container started',
  SignalContainer: 'container told of changed configuration',
  KillContainer: 'container told to stop',
  RunHook: 'hook run',
  RemoveContainer: 'container removed',
  UpdateResources: 'resources updated',
  UpdateNames: 'names updated',
  SaveRecord: 'record saved',
  RemoveRecord: 'record removed',
} as const satisfies Record<Action['kind'], string>

/** What an operator reads about is the life of containers; the steps towards it are for who looks closer. */
export function isRoutine(action: Action): boolean {
  switch (action.kind) {
    case 'PullImage':
    case 'StartContainer':
    case 'SignalContainer':
    case 'KillContainer':
    case 'UpdateResources':
      return false
    case 'RemoveContainer':
      return action.reason === 'Superseded' || action.reason === 'SandboxDied'
    case 'InspectImage':
    case 'InspectContainer':
    case 'RunHook':
    case 'PrepareVolume':
    case 'WriteVolume':
    case 'ResizeVolume':
    case 'RemoveOldVolumes':
    case 'RemoveVolumes':
    case 'MeasureVolume':
    case 'MeasureContainer':
    case 'ReadEnvFile':
    case 'FindProfile':
    case 'SetPodCgroup':
    case 'RemovePodCgroup':
    case 'CreateSandbox':
    case 'CreateContainer':
    case 'ReadTerminationMessage':
    case 'UpdateNames':
    case 'SaveRecord':
    case 'RemoveRecord':
      return true
    default:
      return unreachable(action)
  }
}

/** The fields of an action that belong in a log line: never an environment. */
export function actionFields(action: Action): Record<string, unknown> {
  const base = { ...(action.reason !== 'Prepared' && { reason: action.reason }) }
  switch (action.kind) {
    case 'InspectImage':
    case 'PullImage':
      return { ...base, image: action.image }
    case 'PrepareVolume':
    case 'WriteVolume':
    case 'ResizeVolume':
    case 'MeasureVolume':
      return { ...base, volume: action.volume.name }
    case 'CreateSandbox':
    case 'CreateContainer': {
      const { name, attempt } = action.spec.identity
      return { ...base, container: name, attempt }
    }
    case 'SignalContainer':
    case 'KillContainer':
      return { ...base, container: action.container, containerId: shortId(action.id), signal: action.signal }
    case 'RunHook':
      return { ...base, container: action.container, containerId: shortId(action.id), hook: action.hook }
    case 'ReadEnvFile':
      return { ...base, container: action.container, volume: action.volume.name, path: action.path }
    case 'FindProfile':
      return { ...base, container: action.container, profile: action.profile.name }
    case 'InspectContainer':
    case 'StartContainer':
    case 'RemoveContainer':
    case 'UpdateResources':
    case 'UpdateNames':
    case 'MeasureContainer':
    case 'ReadTerminationMessage':
      return { ...base, container: action.container, containerId: shortId(action.id) }
    case 'RemoveOldVolumes':
    case 'RemoveVolumes':
    case 'SetPodCgroup':
    case 'RemovePodCgroup':
    case 'SaveRecord':
    case 'RemoveRecord':
      return base
    default:
      return unreachable(action)
  }
}

export function containerFields(facts: ContainerFacts): Record<string, unknown> {
  return { container: facts.name, attempt: facts.attempt, containerId: shortId(facts.id) }
}

/** A signal that podkeep sent makes an exit code of its own, which is no error. */
export function endFields(facts: ContainerFacts, wasAsked: boolean): Record<string, unknown> {
  const reason = !wasAsked || facts.oomKilled ? { reason: terminatedReason(facts) } : {}
  const ended = { exitCode: facts.exitCode, ...reason, ranMs: ranMs(facts) }
  return { ...containerFields(facts), ...ended, ...(facts.diedWithEngine && { withEngine: true }) }
}
