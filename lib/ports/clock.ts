/** Time, as an input. */

export interface Clock {
  /** Monotonic milliseconds, for waiting; since the machine's start, so that the next process on it counts on. */
  tickMs(): number
  /** Another with each start of the machine; null: not to be had. */
  readonly bootId: string | null
  /** Wall-clock milliseconds since 1970: for labels and for people. */
  wallMs(): number
  /** Calls `ring` once after `delayMs`; the answer cancels it. */
  timer(delayMs: number, ring: () => void): () => void
}
