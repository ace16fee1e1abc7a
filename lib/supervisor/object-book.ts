/**
 * The ConfigMaps and Secrets that are in force, and which pods read them.
 *
 * O1  An object that changes is news only to the pods that refer to it.
 * O2  One that says the same as before is the same object as before.
 */

import { resolveObjects, type DecodedFile } from '../manifest/index.js'
import {
  configKeysOf,
  sameContent,
  type ConfigKey,
  type ConfigObject,
  type DesiredPod,
  type PodKey,
  type Problem,
} from '../pod/index.js'

export class ObjectBook {
  #inForce: Map<ConfigKey, ConfigObject>
  readonly #readers = new Map<ConfigKey, Set<PodKey>>()
  readonly #readBy = new Map<PodKey, ReadonlySet<ConfigKey>>()
  readonly #toldOf = new Map<PodKey, DesiredPod>()
  readonly #changed = new Set<ConfigKey>()

  constructor(stored: readonly ConfigObject[]) {
    this.#inForce = new Map(stored.map((object) => [object.key, object]))
  }

  get inForce(): ReadonlyMap<ConfigKey, ConfigObject> {
    return this.#inForce
  }

  /** What all files together say. */
  resolve(files: readonly DecodedFile[]): readonly Problem[] {
    const before = this.#inForce
    const { objects, problems } = resolveObjects(files, (key) => before.get(key))
    this.#inForce = new Map()
    for (const object of objects.values()) this.#put(object, before.get(object.key))
    for (const key of before.keys()) if (!objects.has(key)) this.#changed.add(key)
    return problems
  }

  /** Of a file that has the same objects as before, and no others. */
  replace(object: ConfigObject): void {
    this.#put(object, this.#inForce.get(object.key))
  }

  #put(object: ConfigObject, before: ConfigObject | undefined): void {
    const isSame = before?.file === object.file && sameContent(before, object)
    this.#inForce.set(object.key, isSame && before.isImmutable === object.isImmutable ? before : object)
    if (!isSame) this.#changed.add(object.key)
  }

  /** What the pod refers to from now on. */
  noteReader(pod: DesiredPod): void {
    if (this.#toldOf.get(pod.key) === pod) return
    this.#toldOf.set(pod.key, pod)
    const objects = configKeysOf(pod)
    const before = this.#readBy.get(pod.key)
    if (objects.size === 0 && before === undefined) return
    for (const object of before ?? []) this.#readers.get(object)?.delete(pod.key)
    this.#readBy.set(pod.key, objects)
    for (const object of objects) {
      const readers = this.#readers.get(object) ?? new Set()
      this.#readers.set(object, readers.add(pod.key))
    }
  }

  forgetReader(key: PodKey): void {
    for (const object of this.#readBy.get(key) ?? []) this.#readers.get(object)?.delete(key)
    this.#readBy.delete(key)
    this.#toldOf.delete(key)
  }

  /** The objects that changed, came or went since this was asked last, and the pods that refer to them. */
  takeChanges(): { readonly objects: readonly ConfigKey[]; readonly readers: readonly PodKey[] } {
    const objects = [...this.#changed]
    this.#changed.clear()
    return { objects, readers: [...new Set(objects.flatMap((key) => [...(this.#readers.get(key) ?? [])]))] }
  }
}
