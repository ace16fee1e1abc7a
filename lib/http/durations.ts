/** Durations counted into buckets, as a histogram of Prometheus' wants them. */

export class Durations {
  /** Upper bounds in seconds. */
  readonly buckets: readonly number[]
  /** One for each bucket, not added up, and one for what is longer. */
  readonly counts: number[]
  /** In seconds. */
  sum = 0

  constructor(buckets: readonly number[]) {
    this.buckets = buckets
    this.counts = Array.from({ length: buckets.length + 1 }, () => 0)
  }

  add(durationMs: number): void {
    this.observe(durationMs / 1000)
  }

  /** What is no duration, too: a number of things. */
  observe(value: number): void {
    const bucket = this.buckets.findIndex((most) => value <= most)
    const place = bucket < 0 ? this.buckets.length : bucket
    this.counts[place] = (this.counts[place] ?? 0) + 1
    this.sum += value
  }

  get count(): number {
    return this.counts.reduce((sum, count) => sum + count, 0)
  }
}
