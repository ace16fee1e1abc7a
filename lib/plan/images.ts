/** Is the image there that a container is about to be made from? */

import type { DesiredContainer, ImagePullPolicy, ImageVolume } from '../pod/index.js'
import { attempt } from './attempt.js'
import { merge, nothing, waitFor, type Plan, type PlanContext, type WaitReason } from './plan.js'
import type { PodView } from './pod-view.js'
import { podLogins } from './pull-secrets.js'

/** An absent image may have been loaded by hand meanwhile; asking the engine is cheap, asking a registry is not. */
const lookAgainMs = 10_000

export interface Readiness {
  readonly ready: boolean
  readonly plan: Plan
}

/**
 * Differs from the kubelet: under the policy Always a restart of the same spec uses the image that is there, so a registry
 * that is away keeps nothing down that ran; only a new or edited container pulls.
 */
export function planImage(view: PodView, container: DesiredContainer, context: PlanContext): Readiness {
  const { image, imagePullPolicy: policy, name } = container
  return planWanted(
    view,
    { image, policy, users: [name], isDue: mustPull(view, container, context, container) },
    context,
  )
}

/** As a container's: each that mounts it waits, and what ran is not kept down by a registry that is away. */
export function planVolumeImage(view: PodView, volume: ImageVolume, context: PlanContext): Readiness {
  const mounting = usersOf(view, volume.name)
  const isDue = mounting.every((container) => mustPull(view, volume, context, container))
  return planWanted(
    view,
    { image: volume.image, policy: volume.imagePullPolicy, users: mounting.map(({ name }) => name), isDue },
    context,
  )
}

/** The containers that mount a volume. */
export function usersOf({ pod }: PodView, volume: string): DesiredContainer[] {
  const all = [...pod.initContainers, ...pod.containers]
  return all.filter(({ mounts }) => mounts.some((mount) => mount.volume === volume))
}

interface Wanted {
  readonly image: string
  readonly policy: ImagePullPolicy
  /** Containers that wait for it. */
  readonly users: readonly string[]
  /** It is to be asked for at its registry, whatever is there. */
  readonly isDue: boolean
}

function planWanted(view: PodView, wanted: Wanted, context: PlanContext): Readiness {
  const users = wanted.users.length === 0 ? [null] : wanted.users
  const each = users.map((user) => planWantedBy(view, user, wanted, context))
  return { ready: each.every((one) => one.ready), plan: merge(...each.map((one) => one.plan)) }
}

function planWantedBy(
  view: PodView,
  user: string | null,
  { image, policy, isDue }: Wanted,
  context: PlanContext,
): Readiness {
  const fact = context.images.get(image)
  const logins = podLogins(view, context)
  const pull = (): Plan =>
    attempt({ kind: 'PullImage', image, ...(logins !== null && { logins }), reason: 'Missing' }, user, context)
  const inspect = (): Plan => attempt({ kind: 'InspectImage', image, reason: 'Missing' }, user, context)

  if (isDue) return { ready: false, plan: pull() }
  if (fact === undefined) return { ready: false, plan: inspect() }
  if (fact.present) return { ready: true, plan: nothing }

  const lookAgainTickMs = fact.atTickMs + lookAgainMs
  const isStale = lookAgainTickMs <= context.nowTickMs
  const absent = (reason: WaitReason, message: string): Plan =>
    merge(
      waitFor({ reason, container: user, message, untilTickMs: isStale ? null : lookAgainTickMs }),
      isStale ? inspect() : nothing,
    )
  if (policy === 'Never') {
    const message = `the image ${image} is not on this machine and imagePullPolicy is Never: load or build it`
    return { ready: false, plan: absent('ErrImageNeverPull', message) }
  }
  const pulling = pull()
  const isBackingOff = pulling.actions.length === 0 && !pulling.waits.some((wait) => wait.reason === 'InFlight')
  return { ready: false, plan: isBackingOff ? merge(pulling, absent('ImageSought', '')) : pulling }
}

/**
 * Nobody has asked for the image yet. Where nothing has to end for the container, making it tells by itself whether the image is
 * there, and asking first would only make it wait.
 */
export function mayTryImage(view: PodView, container: DesiredContainer, context: PlanContext): boolean {
  return !context.images.has(container.image) && !mustPull(view, container, context, container)
}

function mustPull(
  view: PodView,
  { image, imagePullPolicy }: Pick<DesiredContainer, 'image' | 'imagePullPolicy'>,
  context: PlanContext,
  container: DesiredContainer,
): boolean {
  if (imagePullPolicy !== 'Always' || context.pulled.has(image)) return false
  return !view
    .instances(container)
    .some((instance) => instance.hash === view.hashOf(container) && instance.startedAtMs !== null)
}

/** All of them side by side: one slow registry at a time is enough. */
export function planImages(view: PodView, containers: readonly DesiredContainer[], context: PlanContext): Readiness {
  const each = containers.map((container) => planImage(view, container, context))
  return { ready: each.every((one) => one.ready), plan: merge(...each.map((one) => one.plan)) }
}
