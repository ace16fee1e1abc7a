/**
 * Who waits for whom, where pods want the same ports of the host.
 *
 * N1  Who has a port is told by what its sandbox was made with, not by what its manifest says by now. It has it until the sandbox is
 *     gone, also while it is being removed.
 * N2  A port that nobody has goes to who had it before, then to who is down for want of it, then to who is there, then to the first by
 *     name; but nobody waits for one that cannot have all it wants, because another keeps some of it.
 */

import {
  covers,
  hostPorts,
  invariant,
  needsSandbox,
  portsClash,
  sandboxHash,
  type ContainerIdentity,
  type ObservedContainer,
  type PodKey,
  type PublishedPort,
  type TakenPort,
} from '../pod/index.js'
import { comesFirst, grip, type Contender } from './contender.js'

/** Of those it was made of, and of no others. */
export interface Line {
  readonly pod: (key: PodKey) => Contender
  /** Who has what this one wants. */
  readonly holders: (one: Contender) => readonly TakenPort[]
  /** Who gets what it wants, and nobody has, first. */
  readonly firsts: (one: Contender) => readonly TakenPort[]
  readonly isBefore: (one: Contender, other: Contender) => boolean
}

export function lineOf(pods: readonly Contender[]): Line {
  const byKey = new Map(pods.map((one) => [one.key, one]))
  const held = remembering(heldPorts)
  const missing = remembering((one: Contender) => {
    const own = held(one)
    return wantedPorts(one).filter((port) => !own.some((mine) => covers(mine, port)))
  })
  const isDone = remembering((one: Contender) => one.isDone)
  const isAmong = (port: PublishedPort, ports: readonly PublishedPort[]): boolean =>
    ports.some((one) => portsClash(port, one))

  const holders = remembering((one: Contender): readonly TakenPort[] => {
    const wanted = missing(one)
    if (wanted.length === 0) return []
    const taken = pods.flatMap((other) => {
      const ports = other === one ? [] : wanted.filter((port) => isAmong(port, held(other)))
      return ports.map((port) => ({ port, holder: other.key, isHeld: true }))
    })
    return taken.length === 0 || isDone(one) ? [] : taken
  })
  const pod = (key: PodKey): Contender => {
    const one = byKey.get(key)
    invariant(one !== undefined, `${key} is in the line`)
    return one
  }
  /** As long as what it waits for stays as it is asked for. */
  const isHopeless = (one: Contender, asked: readonly Contender[] = []): boolean =>
    holders(one).some(({ port, holder }) => {
      const other = pod(holder)
      return isAmong(port, wantedPorts(other)) || (!asked.includes(other) && isHopeless(other, [...asked, one]))
    })
  const firsts = remembering((one: Contender): readonly TakenPort[] => {
    const wanted = missing(one).filter((port) => !holders(one).some((taken) => taken.port === port))
    if (wanted.length === 0) return []
    const taken = pods.flatMap((other) => {
      const ports = other === one ? [] : wanted.filter((port) => isAmong(port, missing(other)))
      const isFirst = ports.length > 0 && comesFirst(other, one, gripOfPorts) && !isDone(other) && !isHopeless(other)
      return isFirst ? ports.map((port) => ({ port, holder: other.key, isHeld: false })) : []
    })
    return taken.length === 0 || isDone(one) ? [] : taken
  })
  return { pod, holders, firsts, isBefore: (one, other) => comesFirst(one, other, gripOfPorts) }
}

/** As its manifest says; what lives of a pod that is only remembered is right as it is. */
export function wantedPorts({ desire, pod, containers }: Contender): readonly PublishedPort[] {
  if (pod === null || (desire?.kind !== 'run' && desire?.kind !== 'hold')) return []
  const spec = desire.kind === 'run' ? desire.later : desire
  return spec?.isRemembered === true && containers.some(isAlive) ? [] : hostPorts(pod)
}

/** A pod on the host's network has those that it declares by now: an edit of them counts as it runs. */
function heldPorts({ pod, containers, making }: Contender): readonly PublishedPort[] {
  const alive = containers.filter(isAlive)
  const madeWith = [...alive, ...making].flatMap((one) => ('ports' in one ? one.ports : []))
  if (pod?.hostNetwork !== true) return madeWith
  const made: readonly ContainerIdentity[] = [...alive, ...making.map(({ identity }) => identity)]
  const isAlone = made.some((one) => one.kind !== 'sandbox' && one.sandboxId === null)
  const isThere = isAlone || (made.length > 0 && made.some(isOf(sandboxHash(pod))))
  return isThere ? [...madeWith, ...hostPorts(pod)] : madeWith
}

function gripOfPorts(contender: Contender): number {
  const { pod, containers } = contender
  const firmness = grip(contender)
  if (pod === null || firmness === 0 || firmness === 3) return firmness
  const present = containers.filter((one) => !one.remembered)
  // What has no sandbox has its ports by its containers, also between two of their lives.
  if (!needsSandbox(pod) && present.some(isOf(sandboxHash(pod)))) return 3
  const isDown = present.length > 0 && !present.some((one) => one.kind !== 'sandbox' && isAlive(one))
  return isDown ? 2.5 : firmness
}

function isOf(podHash: string): (one: ContainerIdentity) => boolean {
  return (one) => one.podHash === podHash
}

function isAlive({ state, remembered }: ObservedContainer): boolean {
  return state !== 'exited' && !remembered
}

function remembering<Value>(of: (one: Contender) => Value): (one: Contender) => Value {
  const known = new Map<Contender, Value>()
  return (one) => {
    const value = known.has(one) ? (known.get(one) as Value) : of(one)
    known.set(one, value)
    return value
  }
}
