/**
 * What happened lately, in memory: the same thing again is counted, and the oldest goes when there is no more room. One noisy
 * pod takes the room of its own events, not of the others'.
 */

import type { EventSubject, PodEvent, RecordedEvent } from '../pod/index.js'

const mostEvents = 1000
const mostOfOneSubject = 100
/** Kubernetes' bound for an event's message. */
const longestMessage = 1024
/** As long as an API server keeps an event: what happens again after that is another event. */
const foldWithinMs = 3_600_000

export class EventFold {
  /** In the order of their last time. */
  readonly #events = new Map<string, RecordedEvent>()
  readonly #latestIdByText = new Map<string, string>()

  add(subject: EventSubject, event: PodEvent, nowMs: number): RecordedEvent {
    const message = shortened(event.message)
    const text = textOf(subject, { ...event, message })
    const known = this.#events.get(this.#latestIdByText.get(text) ?? '')
    const isAgain = known !== undefined && nowMs - known.lastAtMs < foldWithinMs
    const recorded = isAgain
      ? { ...known, count: known.count + 1, lastAtMs: nowMs }
      : { ...event, message, subject, id: this.#newId(subject, nowMs), count: 1, firstAtMs: nowMs, lastAtMs: nowMs }
    this.restore(recorded)
    return recorded
  }

  /** As it was recorded before; a later one of the same id replaces it. */
  restore(event: RecordedEvent): void {
    this.#events.delete(event.id)
    this.#events.set(event.id, event)
    this.#latestIdByText.set(textOf(event.subject, event), event.id)
    this.#makeRoom(event.subject)
  }

  get events(): readonly RecordedEvent[] {
    return [...this.#events.values()]
  }

  #makeRoom(subject: EventSubject): void {
    if (this.#events.size <= mostOfOneSubject) return
    const name = nameOf(subject)
    const ofSubject = [...this.#events.values()].filter((event) => nameOf(event.subject) === name)
    if (ofSubject.length > mostOfOneSubject) this.#drop(ofSubject[0])
    else if (this.#events.size > mostEvents) this.#drop(this.#events.values().next().value)
  }

  #drop(event: RecordedEvent | undefined): void {
    if (event === undefined) return
    this.#events.delete(event.id)
    const text = textOf(event.subject, event)
    if (this.#latestIdByText.get(text) === event.id) this.#latestIdByText.delete(text)
  }

  /** As Kubernetes names events: the object and the time, in hexadecimal nanoseconds; of two at the same time the later is moved. */
  #newId(subject: EventSubject, nowMs: number): string {
    for (let nanos = BigInt(Math.round(nowMs)) * 1_000_000n; ; nanos += 1n) {
      const id = `${nameOf(subject)}.${nanos.toString(16)}`
      if (!this.#events.has(id)) return id
    }
  }
}

function textOf(subject: EventSubject, { type, reason, fieldPath, message }: PodEvent): string {
  const uid = subject.kind === 'Pod' ? subject.uid : ''
  return [subject.kind, nameOf(subject), uid, type, reason, fieldPath, message].join('\n')
}

function nameOf(subject: EventSubject): string {
  switch (subject.kind) {
    case 'Pod':
      return subject.key
    case 'Node':
      return 'node'
    case 'Manifest':
      return subject.file
  }
}

function shortened(message: string): string {
  return message.length <= longestMessage ? message : `${message.slice(0, longestMessage - 3)}...`
}
