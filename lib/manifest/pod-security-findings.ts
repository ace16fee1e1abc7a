/** How a violation of a Pod Security Standard reads, and where its fields are. */

import { report, type Findings } from './finding.js'
import type { Json } from './normal-form.js'
import { objectsOf } from './shape.js'

export interface Standard {
  readonly findings: Findings
  /** The level that is enforced: a control of baseline holds under restricted too. */
  readonly level: 'baseline' | 'restricted'
}

/** @param control as the published standard calls it */
export function forbid(
  { findings, level }: Standard,
  { pointer, control, value, instead }: { pointer: string; control: string; value: unknown; instead: string },
): void {
  const what = typeof value === 'object' ? 'this' : JSON.stringify(value)
  report(findings, pointer, `Pod Security "${level}", control ${control}: ${what} is forbidden`, instead)
}

/** Something has to be said that is not. */
export function demand(
  { findings, level }: Standard,
  { pointer, control, instead }: { pointer: string; control: string; instead: string },
): void {
  report(findings, pointer, `Pod Security "${level}", control ${control}: it has to be said`, instead, 'key')
}

export interface PlacedContainer {
  readonly container: Json
  readonly pointer: string
}

export function allContainers(spec: Json, base: string): PlacedContainer[] {
  return ['initContainers', 'containers', 'ephemeralContainers'].flatMap((list) =>
    objectsOf(spec, list).map(({ item, at }) => ({ container: item, pointer: `${base}/${list}/${at}` })),
  )
}
