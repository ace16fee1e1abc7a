/**
 * What a container may do, verified before it is made and before anything makes way for it: which user its image gives it, and
 * the profiles and devices of the machine that it names. Source: kubelet determineEffectiveSecurityContext, verifyRunAsNonRoot.
 * Differs: a container runs as the very user that was verified, whatever its image's name means by then; and a machine without
 * AppArmor is waited for, where the kubelet gives the pod up.
 */

import {
  securitySpec,
  type ContainerSecurity,
  type DesiredContainer,
  type ProfileFound,
  type ProfileName,
  type SecuritySpec,
} from '../pod/index.js'
import { profileKey } from './action.js'
import { attempt } from './attempt.js'
import { merge, nothing, waitFor, type Plan, type PlanContext } from './plan.js'

/** Someone may have built the image anew meanwhile. */
const imageFreshMs = 10_000
/** Whoever writes a profile tells nobody; reading it costs next to nothing. */
const profileFreshMs = 2000

export interface SecurityReadiness {
  /** null: something has to be found out first, or forbids the container. */
  readonly security: SecuritySpec | null
  readonly plan: Plan
}

/** Its image is on the machine, or nobody has asked for it yet. */
export function planSecurity(container: DesiredContainer, context: PlanContext): SecurityReadiness {
  const { security: wanted } = container
  const user = findUser(container, context)
  const seccomp = findProfile(container, 'seccomp', wanted.seccomp, context)
  const appArmor = findAppArmor(container, context)
  const devices = findDevices(container, context)
  const found = [user, seccomp, appArmor, ...devices]
  const areThere = devices.every(({ value }) => value !== undefined)
  if (!areThere || user.value === undefined || seccomp.value === undefined || appArmor.value === undefined)
    return { security: null, plan: merge(...found.map(({ plan }) => plan)) }
  const spec = securitySpec(wanted, { user: user.value, seccomp: seccomp.value, appArmor: appArmor.value })
  return { security: spec, plan: nothing }
}

/** The user, or what is verified about it, is the image's: it has to be looked at. */
function asksForImageUser({ security }: DesiredContainer): boolean {
  return security.runAsUser === null && (security.runAsNonRoot || security.runAsGroup !== null)
}

interface Found {
  /** undefined: not found, and the plan says what is done about it. null: the engine's own. */
  readonly value?: string | null
  readonly plan: Plan
}

function findUser(container: DesiredContainer, context: PlanContext): Found {
  const { runAsUser, runAsGroup, runAsNonRoot } = container.security
  const withGroup = (user: string): string => (runAsGroup === null ? user : `${user}:${runAsGroup}`)
  if (runAsUser !== null) return found(withGroup(String(runAsUser)))
  if (!asksForImageUser(container)) return found(null)
  const fact = context.images.get(container.image)
  const freshUntilTickMs = (fact?.atTickMs ?? 0) + imageFreshMs
  const isFresh = freshUntilTickMs > context.nowTickMs
  const look = (): Plan =>
    attempt({ kind: 'InspectImage', image: container.image, reason: 'Missing' }, container.name, context)
  if (fact?.present !== true) return { plan: look() }
  const user = fact.user.trim()
  const problem = runAsNonRoot ? rootProblem(user) : null
  if (problem !== null)
    return refused(container, problem, isFresh ? freshUntilTickMs : null, isFresh ? nothing : look())
  if (!isFresh) return { plan: look() }
  const [name = ''] = user.split(':')
  return found(runAsGroup === null ? user : withGroup(name === '' ? '0' : name))
}

/** Why an image's USER may be root; null: it is not. */
function rootProblem(user: string): string | null {
  const [name = ''] = user.split(':')
  if (name === '' || /^0+$/.test(name))
    return 'container has runAsNonRoot and image will run as root (set runAsUser to another number than 0, or build the image with USER)'
  if (/^\d+$/.test(name)) return null
  return `container has runAsNonRoot and image has non-numeric user (${name}), cannot verify user is non-root (set runAsUser to the number of ${name}, or build the image with USER and a number)`
}

function findAppArmor(container: DesiredContainer, context: PlanContext): Found {
  const { appArmor } = container.security
  if (appArmor !== null && appArmor.kind !== 'Unconfined' && context.hasAppArmor === false)
    return refused(container, 'cannot enforce AppArmor: the engine’s machine does not have it', null, nothing)
  return findProfile(container, 'appArmor', appArmor?.kind === 'RuntimeDefault' ? null : appArmor, context)
}

/** Those with a path; of others only the engine knows. */
function findDevices(container: DesiredContainer, context: PlanContext): Found[] {
  return container.devices.flatMap((device) =>
    device.kind === 'path'
      ? [findProfile(container, 'device', { kind: 'Localhost', name: device.hostPath }, context)]
      : [],
  )
}

function findProfile(
  container: DesiredContainer,
  kind: ProfileName['kind'],
  wanted: ContainerSecurity['seccomp'],
  context: PlanContext,
): Found {
  if (wanted === null) return found(null)
  if (wanted.kind === 'Unconfined') return found('unconfined')
  const profile: ProfileName = { kind, name: wanted.name }
  const fact = context.profiles.get(profileKey(profile))
  const freshUntilTickMs = (fact?.atTickMs ?? 0) + profileFreshMs
  const isFresh = fact !== undefined && freshUntilTickMs > context.nowTickMs
  const look = isFresh
    ? nothing
    : attempt({ kind: 'FindProfile', profile, container: container.name, reason: 'Missing' }, container.name, context)
  if (fact === undefined) return { plan: look }
  if ('problem' in fact.found) return refused(container, fact.found.problem, isFresh ? freshUntilTickMs : null, look)
  return isFresh ? found(valueOf(profile, fact.found)) : { plan: look }
}

/** Of AppArmor the engine wants the name, of seccomp the profile itself. */
function valueOf({ kind, name }: ProfileName, { text }: Extract<ProfileFound, { text: string }>): string {
  return kind === 'appArmor' ? name : text
}

function found(value: string | null): Found {
  return { value, plan: nothing }
}

function refused(container: DesiredContainer, message: string, untilTickMs: number | null, look: Plan): Found {
  const reason = 'CreateContainerConfigError'
  return { plan: merge(look, waitFor({ reason, container: container.name, message, untilTickMs })) }
}
