/**
 * Who waits for whom, where only one pod may have what several want at a time: ports of the host, claims that are for one pod.
 *
 * N1  Who has something is told by what its containers were made with, not by what its manifest says by now. It has it until they are
 *     gone, also while it is being removed.
 * N2  What nobody has goes to the first in line (contender.ts); but nobody waits for one that cannot have all it wants, because another
 *     keeps some of it.
 * N3  Pods that wait for each other, and for nobody else, would wait for ever: the first of those goes on that only wait for their place in
 *     the line. Where there is none, one of a ring of which each has what the next one wants is stopped: what it gives up lets another go on.
 */

import { invariant, type PodKey } from '../pod/index.js'
import { comesFirst, grip, type Contender } from './contender.js'

export interface Goods<Item> {
  /** As its manifest says. */
  readonly wanted: (one: Contender) => readonly Item[]
  readonly held: (one: Contender) => readonly Item[]
  /** Only one of the two can be had. */
  readonly clash: (one: Item, other: Item) => boolean
  /** Who has the one has the other. */
  readonly covers: (held: Item, wanted: Item) => boolean
}

/** What a pod wants, and who has it or gets it first. */
export interface Taken<Item> {
  readonly item: Item
  readonly holder: PodKey
  /** false: nobody has it yet. */
  readonly isHeld: boolean
}

/** What the asker waits for; nothing where it goes on. @param others it may be among them */
export function takenFrom<Item>(
  asker: Contender,
  others: Iterable<Contender>,
  goods: Goods<Item>,
): readonly Taken<Item>[] {
  const line = lineOf([...[...others].filter(({ key }) => key !== asker.key), asker], goods)
  const taken = line.everyone(asker)
  return taken.length === 0 || goesOn(asker, line) ? [] : taken
}

/** Of those it was made of, and of no others. */
interface Line<Item> {
  readonly pod: (key: PodKey) => Contender
  /** Who has what this one wants. */
  readonly holders: (one: Contender) => readonly Taken<Item>[]
  /** And who gets what it wants, and nobody has, first. */
  readonly everyone: (one: Contender) => readonly Taken<Item>[]
  /** Two of them want the same: not all can have what they want. */
  readonly areRivals: (some: readonly Contender[]) => boolean
}

function lineOf<Item>(pods: readonly Contender[], goods: Goods<Item>): Line<Item> {
  const byKey = new Map(pods.map((one) => [one.key, one]))
  const held = remembering(goods.held)
  const missing = remembering((one: Contender) => {
    const own = held(one)
    return goods.wanted(one).filter((item) => !own.some((mine) => goods.covers(mine, item)))
  })
  const gripOf = remembering(grip)
  const isDone = remembering((one: Contender) => one.isDone)
  const isAmong = (item: Item, items: readonly Item[]): boolean => items.some((one) => goods.clash(item, one))

  const holders = remembering((one: Contender): readonly Taken<Item>[] => {
    const wanted = missing(one)
    if (wanted.length === 0) return []
    const taken = pods.flatMap((other) => {
      const items = other === one ? [] : wanted.filter((item) => isAmong(item, held(other)))
      return items.map((item) => ({ item, holder: other.key, isHeld: true }))
    })
    return taken.length === 0 || isDone(one) ? [] : taken
  })
  const pod = (key: PodKey): Contender => {
    const one = byKey.get(key)
    invariant(one !== undefined, `${key} is in the line`)
    return one
  }
  /** As long as what it waits for stays as it is asked for. */
  const isKept = ({ item, holder }: Taken<Item>): boolean => isAmong(item, goods.wanted(pod(holder)))
  const isHopeless = remembering((one: Contender): boolean =>
    [one, ...reachOf(one, pod, holders)].some((each) => holders(each).some(isKept)),
  )
  const everyone = remembering((one: Contender): readonly Taken<Item>[] => {
    const holding = holders(one)
    const wanted = missing(one).filter((item) => !holding.some((taken) => taken.item === item))
    if (wanted.length === 0) return holding
    const taken = pods.flatMap((other) => {
      const items = other === one ? [] : wanted.filter((item) => isAmong(item, missing(other)))
      const isFirst = items.length > 0 && comesFirst(other, one, gripOf) && !isDone(other) && !isHopeless(other)
      return isFirst ? items.map((item) => ({ item, holder: other.key, isHeld: false })) : []
    })
    return taken.length === 0 || isDone(one) ? holding : [...holding, ...taken]
  })
  const areRivals = (some: readonly Contender[]): boolean =>
    some.some((one, at) =>
      some.slice(at + 1).some((other) => goods.wanted(one).some((item) => isAmong(item, goods.wanted(other)))),
    )
  return { pod, holders, everyone, areRivals }
}

/** N3 */
function goesOn<Item>(asker: Contender, line: Line<Item>): boolean {
  const circle = circleOf(asker, line, line.everyone)
  const waiting = circle.filter((one) => line.holders(one).length === 0)
  const ring = waiting.length > 0 || circle.length === 0 ? waiting : circleOf(asker, line, line.holders)
  // Nothing that runs is stopped where somebody is left over.
  const isStuck = ring.some((one) => one !== asker && !one.isReadyToMove)
  if (waiting.length === 0 && (isStuck || line.areRivals(ring))) return false
  return ring.includes(asker) && ring.every((one) => one === asker || comesFirst(asker, one))
}

/** Those it waits for, itself among them; none where one of them does not wait for it. */
function circleOf<Item>(asker: Contender, line: Line<Item>, waitsFor: Line<Item>['holders']): readonly Contender[] {
  const reached = reachOf(asker, line.pod, waitsFor)
  return [...reached].every((one) => reachOf(one, line.pod, waitsFor).has(asker)) ? [...reached] : []
}

function reachOf<Item>(
  from: Contender,
  pod: Line<Item>['pod'],
  waitsFor: Line<Item>['holders'],
): ReadonlySet<Contender> {
  const reached = new Set<Contender>()
  const add = (one: Contender): void => {
    for (const { holder } of waitsFor(one)) {
      const next = pod(holder)
      if (reached.has(next)) continue
      reached.add(next)
      add(next)
    }
  }
  add(from)
  return reached
}

function remembering<Value>(of: (one: Contender) => Value): (one: Contender) => Value {
  const known = new Map<Contender, Value>()
  return (one) => {
    const value = known.has(one) ? (known.get(one) as Value) : of(one)
    known.set(one, value)
    return value
  }
}
