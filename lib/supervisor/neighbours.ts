/**
 * Which pods are behind which Services: what the pods' workers tell, put together once for all of them. While there is no Service
 * nobody is asked, and nothing is kept.
 */

import { serviceFacts, type Endpoint, type ServiceFact } from '../plan/index.js'
import type { DesiredService, PodKey } from '../pod/index.js'

export class Neighbours {
  readonly #onChange: () => void
  readonly #endpoints = new Map<PodKey, Endpoint>()
  /** null: the directory was not read yet. */
  #services: readonly DesiredService[] | null = null
  #facts: readonly ServiceFact[] | null = null
  #changes = 0

  /** @param onChange other pods are behind a Service than before, or there are other Services */
  constructor(onChange: () => void) {
    this.#onChange = onChange
  }

  /** The same list as long as nothing changes; null: nobody has told yet. */
  get facts(): readonly ServiceFact[] | null {
    return this.#facts
  }

  /** Somebody wants to know where pods are. */
  get isAsked(): boolean {
    return this.#services !== null && this.#services.length > 0
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

  /** What is there is looked at anew: nothing is written before every pod has told where it is, or names that are right would go. */
  engineUp(): void {
    this.#facts = this.#services?.map((service) => ({ service, endpoints: null, hasNamesake: false })) ?? null
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

  /** Once for all that happens in one moment, and after every worker that is called in that moment has told. */
  #change(): void {
    const change = ++this.#changes
    const last = (): void => {
      if (change === this.#changes) this.#putTogether()
    }
    queueMicrotask(() => queueMicrotask(last))
  }

  #putTogether(): void {
    if (this.#services === null) return
    const endpoints = [...this.#endpoints.values()].sort((a, b) => (a.pod < b.pod ? -1 : 1))
    const facts = serviceFacts(this.#services, endpoints)
    if (JSON.stringify(facts) === JSON.stringify(this.#facts)) return
    this.#facts = facts
    this.#onChange()
  }
}
