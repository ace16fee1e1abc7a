/**
 * Volumes of huge pages: of which size, and that a container asks for such.
 * Source: kubelet pkg/volume/emptydir getPageSizeMountOption, HugePageSizeFromMedium. There the pod waits; here the line is known.
 */

import { report, type Findings } from './finding.js'
import type { Json } from './normal-form.js'
import { parseQuantity, wholeUnits } from './quantity.js'
import { objectOf, objectsOf } from './shape.js'

const medium = 'HugePages'
const sized = `${medium}-`
const resource = 'hugepages-'

export function isHugePages(text: string): boolean {
  return text === medium || text.startsWith(sized)
}

/** Of each page, in bytes; null when the pod does not say, or not well. `text` is such a medium. */
export function pageBytes(text: string, spec: Json): number | null {
  if (text !== medium) return sizeOf(text.slice(sized.length))
  const [size, ...others] = requestedSizes(spec)
  return size === undefined || others.length > 0 ? null : size
}

export function checkHugePages(findings: Findings, text: string, pointer: string, spec: Json): void {
  const sizes = requestedSizes(spec)
  const size = pageBytes(text, spec)
  if (text === medium && sizes.length > 1)
    report(
      findings,
      pointer,
      'cannot be used where containers ask for several sizes of huge pages',
      'write HugePages-2Mi',
    )
  else if (text !== medium && (size === null || !isPowerOfTwo(size)))
    report(findings, pointer, 'must name a size of pages, as in HugePages-2Mi')
  else if (size === null || !sizes.includes(size)) {
    const name = text === medium ? 'hugepages-2Mi' : `${resource}${text.slice(sized.length)}`
    report(findings, pointer, 'no container of this pod asks for such pages', `write resources.limits.${name}`)
  }
}

/** Each once. Requests and limits must be the same. */
function requestedSizes(spec: Json): number[] {
  const containers = [...objectsOf(spec, 'containers'), ...objectsOf(spec, 'initContainers')]
  const names = containers.flatMap(({ item }) =>
    ['requests', 'limits'].flatMap((kind) => Object.keys(objectOf(objectOf(item, 'resources'), kind))),
  )
  const sizes = names.filter((name) => name.startsWith(resource)).map((name) => sizeOf(name.slice(resource.length)))
  return [...new Set(sizes.filter((size) => size !== null))]
}

function sizeOf(text: string): number | null {
  const quantity = parseQuantity(text)
  return quantity === null || quantity.nanos <= 0n ? null : Number(wholeUnits(quantity))
}

function isPowerOfTwo(bytes: number): boolean {
  return Number.isInteger(Math.log2(bytes))
}
