/** Counts of what podkeep does, as plain numbers: what makes metrics of them is loaded when somebody asks. */

import type { ActionTally } from '../ports/index.js'
import { Durations } from './durations.js'

/** In seconds, each as the kubelet has it. */
const operationBuckets = [
  0.005, 0.0125, 0.03125, 0.078125, 0.1953125, 0.48828125, 1.220703125, 3.0517578125, 7.62939453125, 19.073486328125,
  47.6837158203125, 119.20928955078125, 298.0232238769531,
]
const podStartBuckets = [
  0.5, 1, 2, 3, 4, 5, 6, 8, 10, 20, 30, 45, 60, 120, 180, 240, 300, 360, 480, 600, 900, 1200, 1800, 2700, 3600,
]
const pullBuckets = [1, 5, 10, 20, 30, 60, 180, 300, 600, 900, 1200, 1800, 2700, 3600]
const requestBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** What was asked for over HTTP: few values each, whatever clients send. */
export interface RequestLabels {
  readonly [label: string]: string
  readonly method: string
  readonly path: string
  readonly server_type: string
  readonly long_running: string
}

export interface RequestCount {
  readonly labels: RequestLabels
  inFlight: number
  readonly durations: Durations
}

export class Tally implements ActionTally {
  /** By the kubelet's operation type. */
  readonly operations = new Map<string, Durations>()
  readonly errors = new Map<string, number>()
  readonly startErrors = new Map<string, number>()
  readonly podStarts = new Durations(podStartBuckets)
  readonly pulls = new Durations(pullBuckets)
  readonly #requests = new Map<string, RequestCount>()
  startedContainers = 0
  startedPods = 0
  startedPodsErrors = 0

  done(action: string, isSandbox: boolean, durationMs: number): void {
    const type = operationType(action, isSandbox)
    if (type === null) return
    const durations = this.operations.get(type) ?? new Durations(operationBuckets)
    this.operations.set(type, durations)
    durations.add(durationMs)
    if (action === 'PullImage') this.pulls.add(durationMs)
    if (action !== 'StartContainer') return
    if (isSandbox) this.startedPods += 1
    else this.startedContainers += 1
  }

  failed(action: string, isSandbox: boolean, code: string): void {
    const type = operationType(action, isSandbox)
    if (type !== null) this.errors.set(type, (this.errors.get(type) ?? 0) + 1)
    if (action === 'CreateSandbox' || (action === 'StartContainer' && isSandbox)) this.startedPodsErrors += 1
    else if (action === 'StartContainer') this.startErrors.set(code, (this.startErrors.get(code) ?? 0) + 1)
  }

  podStarted(durationMs: number): void {
    this.podStarts.add(durationMs)
  }

  /** @returns what is to be called when it was answered */
  asked(labels: RequestLabels): (durationMs: number) => void {
    const key = Object.values(labels).join(' ')
    const count = this.#requests.get(key) ?? { labels, inFlight: 0, durations: new Durations(requestBuckets) }
    this.#requests.set(key, count)
    count.inFlight += 1
    return (durationMs) => {
      count.inFlight -= 1
      count.durations.add(durationMs)
    }
  }

  get requests(): Iterable<RequestCount> {
    return this.#requests.values()
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
