/** What the files said that a container's variables come from, from when they are read until the container is made. */

import { envFilesOf, type EnvFileFact } from '../plan/index.js'
import type { ContainerIdentity, PodUid } from '../pod/index.js'

export class EnvFiles {
  readonly #facts = new Map<string, EnvFileFact>()

  get facts(): ReadonlyMap<string, EnvFileFact> {
    return this.#facts
  }

  /** @param key an envFileKey */
  add(key: string, fact: EnvFileFact): void {
    this.#facts.set(key, fact)
  }

  /** The container was made; its next instance reads them anew. */
  forgetContainer({ podUid, name }: ContainerIdentity): void {
    this.#forget(envFilesOf(podUid, name))
  }

  forgetPod(uid: PodUid): void {
    this.#forget(envFilesOf(uid))
  }

  clear(): void {
    this.#facts.clear()
  }

  #forget(start: string): void {
    for (const key of this.#facts.keys()) if (key.startsWith(start)) this.#facts.delete(key)
  }
}
