/**
 * How long a new pod took until all of it ran: whole, and without what is not podkeep's affair, its pulls and its init containers.
 * Source: kubelet pkg/kubelet/util/pod_startup_latency_tracker.go.
 */

import type { DesiredPod } from '../pod/index.js'

interface Span {
  readonly fromTickMs: number
  readonly toTickMs: number
}

export interface PodStartTimes {
  readonly wholeMs: number
  /** Without pulls and init containers. */
  readonly ownMs: number
}

export class PodStart {
  readonly #sinceTickMs: number
  readonly #started = new Set<string>()
  readonly #elsewhere: Span[] = []

  constructor(nowTickMs: number) {
    this.#sinceTickMs = nowTickMs
  }

  /** An image was pulled, or an init container ran to its end. */
  waited(durationMs: number, nowTickMs: number): void {
    this.#elsewhere.push({ fromTickMs: Math.max(this.#sinceTickMs, nowTickMs - durationMs), toTickMs: nowTickMs })
  }

  /** @returns null while some container has yet to start for the first time */
  started(container: string, pod: DesiredPod | null, nowTickMs: number): PodStartTimes | null {
    this.#started.add(container)
    if (pod?.containers.every(({ name }) => this.#started.has(name)) !== true) return null
    const wholeMs = nowTickMs - this.#sinceTickMs
    return { wholeMs, ownMs: wholeMs - coveredMs(this.#elsewhere) }
  }
}

/** Pulls run beside each other, and beside init containers. */
function coveredMs(spans: readonly Span[]): number {
  let total = 0
  let endTickMs = Number.NEGATIVE_INFINITY
  for (const { fromTickMs, toTickMs } of [...spans].sort((a, b) => a.fromTickMs - b.fromTickMs)) {
    total += Math.max(0, toTickMs - Math.max(fromTickMs, endTickMs))
    endTickMs = Math.max(endTickMs, toTickMs)
  }
  return total
}
