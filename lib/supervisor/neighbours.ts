/**
 * Which pods are behind which Services: what the pods' workers tell, put together once for all of them. While there is no Service
 * nobody is asked, and nothing is kept.
 */

import { serviceFacts, type Endpoint, type ServiceFact } from '../plan/index.js'
import type { DesiredService, PodKey } from '../pod/index.js'

export class Neighbours {
  readonly #onChange: () => void
  readonly #endpoints = new Map<PodKey, Endpoint>()
  #services: readonly DesiredService[] = []
  #facts: readonly ServiceFact[] = []
  #isDue = false

  /** @param onChange other pods are behind a Service than before, or there are other Services */
  constructor(onChange: () => void) {
    this.#onChange = onChange
  }

  /** The same list as long as nothing changes. */
  get facts(): readonly ServiceFact[] {
    return this.#facts
  }

  /** Somebody wants to know where pods are. */
  get isAsked(): boolean {
    return this.#services.length > 0
  }

  serve(services: readonly DesiredService[]): void {
    if (JSON.stringify(services) === JSON.stringify(this.#services)) return
    const wasAsked = this.isAsked
    this.#services = services
    if (!this.isAsked) this.#endpoints.clear()
    // The workers tell where their pods are when they plan.
    if (this.isAsked && !wasAsked) this.#onChange()
    this.#change()
  }

  /** @param endpoint null: it has no address, or is on its way out */
  tell(key: PodKey, endpoint: Endpoint | null): void {
    const before = this.#endpoints.get(key) ?? null
    if (JSON.stringify(before) === JSON.stringify(endpoint)) return
    if (endpoint === null) this.#endpoints.delete(key)
    else this.#endpoints.set(key, endpoint)
    this.#change()
  }

  /** Once for all that happens in one moment. */
  #change(): void {
    if (this.#isDue) return
    this.#isDue = true
    queueMicrotask(() => {
      this.#isDue = false
      const endpoints = [...this.#endpoints.values()].sort((a, b) => (a.pod < b.pod ? -1 : 1))
      const facts = serviceFacts(this.#services, endpoints)
      if (JSON.stringify(facts) === JSON.stringify(this.#facts)) return
      this.#facts = facts
      this.#onChange()
    })
  }
}
