/**
 * Appointments, kept in slots: whatever falls due within the same few milliseconds shares one timer and one wake-up, so that a
 * thousand probes a second wake the process fifty times and not a thousand.
 */

import type { Clock } from '../ports/index.js'

const slotMs = 20

interface Slot<Item> {
  readonly items: Set<Item>
  readonly cancel: () => void
}

export class Slots<Item> {
  readonly #clock: Clock
  readonly #due: (item: Item) => void
  readonly #slots = new Map<number, Slot<Item>>()
  readonly #slotOf = new Map<Item, number>()

  constructor(clock: Clock, due: (item: Item) => void) {
    this.#clock = clock
    this.#due = due
  }

  has(item: Item): boolean {
    return this.#slotOf.has(item)
  }

  /** Never too early; at most a slot too late. One appointment for each item, the last one. */
  at(tickMs: number, item: Item): void {
    this.drop(item)
    const number = Math.ceil(tickMs / slotMs)
    let slot = this.#slots.get(number)
    if (slot === undefined) {
      const cancel = this.#clock.timer(number * slotMs - this.#clock.tickMs(), () => this.#ring(number))
      slot = { items: new Set(), cancel }
      this.#slots.set(number, slot)
    }
    slot.items.add(item)
    this.#slotOf.set(item, number)
  }

  drop(item: Item): void {
    const number = this.#slotOf.get(item)
    if (number === undefined) return
    this.#slotOf.delete(item)
    const slot = this.#slots.get(number)
    slot?.items.delete(item)
    if (slot?.items.size === 0) {
      slot.cancel()
      this.#slots.delete(number)
    }
  }

  #ring(number: number): void {
    const slot = this.#slots.get(number)
    this.#slots.delete(number)
    for (const item of slot?.items ?? []) {
      // Another item of this slot may have dropped or moved it meanwhile.
      if (this.#slotOf.get(item) !== number) continue
      this.#slotOf.delete(item)
      this.#due(item)
    }
  }
}
