/** Time, as an input. */

export interface Clock {
  /** Monotonic milliseconds: for waiting. */
  tickMs(): number
  /** Wall-clock milliseconds since 1970: for labels and for people. */
  wallMs(): number
  /** Calls `ring` once after `delayMs`; the answer cancels it. */
  timer(delayMs: number, ring: () => void): () => void
}
