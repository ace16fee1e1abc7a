/** Counts of what podkeep does, as plain numbers: what makes metrics of them is loaded when somebody asks. */

import type { ActionTally } from '../ports/index.js'

/** In seconds. Source: the kubelet's runtime_operations_duration_seconds. */
export const durationBuckets = [
  0.005, 0.0125, 0.03125, 0.078125, 0.1953125, 0.48828125, 1.220703125, 3.0517578125, 7.62939453125, 19.073486328125,
  47.6837158203125, 119.20928955078125, 298.0232238769531,
]

export interface Durations {
  /** One for each bucket, not added up, and one for what is longer. */
  readonly counts: number[]
  sum: number
}

export class Tally implements ActionTally {
  /** By the kubelet's operation type. */
  readonly operations = new Map<string, Durations>()
  readonly errors = new Map<string, number>()
  readonly startErrors = new Map<string, number>()
  startedContainers = 0
  startedPods = 0

  done(action: string, isSandbox: boolean, durationMs: number): void {
    const type = operationType(action, isSandbox)
    if (type === null) return
    const durations = this.#durationsOf(type)
    const seconds = durationMs / 1000
    const bucket = durationBuckets.findIndex((most) => seconds <= most)
    const place = bucket < 0 ? durationBuckets.length : bucket
    durations.counts[place] = (durations.counts[place] ?? 0) + 1
    durations.sum += seconds
    if (action !== 'StartContainer') return
    if (isSandbox) this.startedPods += 1
    else this.startedContainers += 1
  }

  failed(action: string, code: string): void {
    const type = operationType(action, false)
    if (type !== null) this.errors.set(type, (this.errors.get(type) ?? 0) + 1)
    if (action === 'StartContainer') this.startErrors.set(code, (this.startErrors.get(code) ?? 0) + 1)
  }

  #durationsOf(type: string): Durations {
    const known = this.operations.get(type)
    if (known !== undefined) return known
    const durations = { counts: Array.from({ length: durationBuckets.length + 1 }, () => 0), sum: 0 }
    this.operations.set(type, durations)
    return durations
  }
}

/** What the kubelet calls it; null: it asks no runtime for it. */
function operationType(action: string, isSandbox: boolean): string | null {
  switch (action) {
    case 'InspectImage':
      return 'image_status'
    case 'PullImage':
      return 'pull_image'
    case 'CreateSandbox':
      return 'create_podsandbox'
    case 'CreateContainer':
      return 'create_container'
    case 'StartContainer':
      return isSandbox ? 'run_podsandbox' : 'start_container'
    case 'KillContainer':
      return 'stop_container'
    case 'RemoveContainer':
      return isSandbox ? 'remove_podsandbox' : 'remove_container'
    case 'InspectContainer':
      return 'container_status'
    case 'UpdateResources':
      return 'update_container'
    default:
      return null
  }
}
