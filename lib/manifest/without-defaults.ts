/** A pod with defaults as somebody might have written it: whatever can be left out, and decoding puts it there again, is. */

import { canonical, type V1Pod } from '../pod/index.js'
import { decodeStoredPod } from './decode-pod.js'
import { isObject, type Json } from './normal-form.js'

export function withoutDefaults(manifest: V1Pod): Json {
  const textOf = (pod: V1Pod | undefined): string => JSON.stringify(canonical(pod))
  const whole = textOf(manifest)
  const slim = JSON.parse(JSON.stringify(manifest)) as Json
  const isSame = (): boolean => textOf(decodeStoredPod(slim as unknown as V1Pod, '')?.manifest) === whole
  for (const part of ['metadata', 'spec']) leaveOut(slim[part], isSame)
  return slim
}

/** The larger part first: what can go whole is not looked into. */
function leaveOut(value: unknown, isSame: () => boolean): void {
  if (Array.isArray(value)) {
    for (const item of value) leaveOut(item, isSame)
    return
  }
  if (!isObject(value)) return
  const map = value as Record<string, unknown>
  const entries = Object.entries(map)
  for (const [name, inner] of entries) {
    // A volume that says nothing at all would puzzle whoever reads it.
    if (name === 'emptyDir') continue
    const rest = Object.entries(map).filter(([other]) => other !== name)
    replace(map, rest)
    if (isSame()) continue
    // In the order in which it stood.
    replace(
      map,
      entries.filter(([other]) => other === name || rest.some(([kept]) => kept === other)),
    )
    leaveOut(inner, isSame)
  }
}

function replace(map: Record<string, unknown>, entries: readonly (readonly [string, unknown])[]): void {
  for (const name of Object.keys(map)) Reflect.deleteProperty(map, name)
  for (const [name, value] of entries) map[name] = value
}
