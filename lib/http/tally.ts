/** Counts of what podkeep does, as plain numbers: what makes metrics of them is loaded when somebody asks. */

import type { HandlerAnswer, PodKey } from '../pod/index.js'
import type { ActionTally, TalliedKind, TalliedProbe } from '../ports/index.js'
import { Durations } from './durations.js'

/** In seconds, each as the kubelet has it. */
const operationBuckets = [
  0.005, 0.0125, 0.03125, 0.078125, 0.1953125, 0.48828125, 1.220703125, 3.0517578125, 7.62939453125, 19.073486328125,
  47.6837158203125, 119.20928955078125, 298.0232238769531,
]
const podStartBuckets = [
  0.5, 1, 2, 3, 4, 5, 6, 8, 10, 20, 30, 45, 60, 120, 180, 240, 300, 360, 480, 600, 900, 1200, 1800, 2700, 3600,
]
const containerCountBuckets = [1, 2, 4, 8, 16]
const pullBuckets = [1, 5, 10, 20, 30, 60, 180, 300, 600, 900, 1200, 1800, 2700, 3600]
/** Those of Prometheus’ libraries. */
const usualBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

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

export interface StartErrors {
  readonly kind: TalliedKind
  readonly code: string
  count: number
}

/** Why a container was not started. Source: kubelet startContainer and pkg/kubelet/images. */
const startErrorCodes: readonly string[] = [
  ...['ErrImagePull', 'RegistryUnavailable', 'SignatureValidationFailed', 'InvalidImageName', 'ImageInspectError'],
  ...['CreateContainerConfigError', 'CreateContainerError', 'RunContainerError', 'PostStartHookError'],
]

export interface ProbeCount extends TalliedProbe {
  readonly results: Record<HandlerAnswer['result'], number>
  /** Of those that succeeded, as the kubelet has it. */
  readonly durations: Durations
}

export interface CheckCount {
  /** healthz, livez or readyz */
  readonly type: string
  readonly name: string
  /** When it was asked for last. */
  isWell: boolean
  success: number
  error: number
}

export class Tally implements ActionTally {
  /** By the kubelet's operation type. */
  readonly operations = new Map<string, Durations>()
  readonly errors = new Map<string, number>()
  readonly #startErrors = new Map<string, StartErrors>()
  readonly podStarts = new Durations(podStartBuckets)
  /** Without pulls and init containers. */
  readonly ownPodStarts = new Durations(podStartBuckets)
  readonly containersPerPod = new Durations(containerCountBuckets)
  readonly pulls = new Durations(pullBuckets)
  /** For as long as the pod lives, whatever instances its containers have. */
  readonly #probes = new Map<string, ProbeCount>()
  readonly #checks = new Map<string, CheckCount>()
  readonly #requests = new Map<string, RequestCount>()
  /** Tries, as the kubelet counts them: those that failed are among them. */
  readonly startedContainers = { init_container: 0, container: 0 }
  startedPods = 0
  startedPodsErrors = 0

  done(action: string, of: TalliedKind, durationMs: number): void {
    const type = operationType(action, of)
    if (type !== null) this.#operated(type, durationMs)
    if (action === 'PullImage') this.pulls.add(durationMs)
    if (action === 'StartContainer') this.#tried(of)
  }

  failed(action: string, of: TalliedKind, why: string, durationMs: number): void {
    // Made and started it is one operation of the kubelet's.
    const type = action === 'CreateSandbox' ? 'run_podsandbox' : operationType(action, of)
    if (type !== null) {
      this.#operated(type, durationMs)
      this.errors.set(type, (this.errors.get(type) ?? 0) + 1)
    }
    if (why === 'CreatePodSandboxError') {
      this.#tried('pod_sandbox')
      this.startedPodsErrors += 1
      return
    }
    if (!startErrorCodes.includes(why)) return
    // Its hook ran when it had been started.
    if (why !== 'PostStartHookError') this.#tried(of)
    const key = `${of} ${why}`
    const errors = this.#startErrors.get(key) ?? { kind: of, code: why, count: 0 }
    this.#startErrors.set(key, errors)
    errors.count += 1
  }

  get startErrors(): Iterable<StartErrors> {
    return this.#startErrors.values()
  }

  #operated(type: string, durationMs: number): void {
    const durations = this.operations.get(type) ?? new Durations(operationBuckets)
    this.operations.set(type, durations)
    durations.add(durationMs)
  }

  #tried(kind: TalliedKind): void {
    if (kind === 'pod_sandbox') this.startedPods += 1
    else this.startedContainers[kind] += 1
  }

  podMet(containers: number): void {
    this.containersPerPod.observe(containers)
  }

  podStarted(wholeMs: number, ownMs: number): void {
    this.podStarts.add(wholeMs)
    this.ownPodStarts.add(ownMs)
  }

  /** One check of /healthz, /livez or /readyz was answered. */
  checked(type: string, name: string, isWell: boolean): void {
    const key = `${type} ${name}`
    const check = this.#checks.get(key) ?? { type, name, isWell, success: 0, error: 0 }
    this.#checks.set(key, check)
    check.isWell = isWell
    check[isWell ? 'success' : 'error'] += 1
  }

  get checks(): Iterable<CheckCount> {
    return this.#checks.values()
  }

  probed(probe: TalliedProbe, result: HandlerAnswer['result'], durationMs: number): void {
    const key = `${probe.pod} ${probe.uid} ${probe.container} ${probe.probe}`
    let count = this.#probes.get(key)
    if (count === undefined) {
      this.#forgetProbes((one) => one.pod === probe.pod && one.uid !== probe.uid)
      const results = { success: 0, failure: 0, unknown: 0 }
      count = { ...probe, results, durations: new Durations(usualBuckets) }
      this.#probes.set(key, count)
    }
    count.results[result] += 1
    if (result === 'success') count.durations.add(durationMs)
  }

  podGone(pod: PodKey): void {
    this.#forgetProbes((one) => one.pod === pod)
  }

  #forgetProbes(isOver: (one: ProbeCount) => boolean): void {
    for (const [key, one] of this.#probes) if (isOver(one)) this.#probes.delete(key)
  }

  get probes(): Iterable<ProbeCount> {
    return this.#probes.values()
  }

  /** @returns what is to be called when it was answered */
  asked(labels: RequestLabels): (durationMs: number) => void {
    const key = Object.values(labels).join(' ')
    const count = this.#requests.get(key) ?? { labels, inFlight: 0, durations: new Durations(usualBuckets) }
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

/** What the kubelet calls it; null: it asks no runtime for it. Source: kubelet pkg/kubelet/kuberuntime/instrumented_services.go. */
function operationType(action: string, of: TalliedKind): string | null {
  const isSandbox = of === 'pod_sandbox'
  switch (action) {
    case 'InspectImage':
      return 'image_status'
    case 'PullImage':
      return 'pull_image'
    case 'CreateContainer':
      return 'create_container'
    case 'StartContainer':
      return isSandbox ? 'run_podsandbox' : 'start_container'
    case 'KillContainer':
      return isSandbox ? 'stop_podsandbox' : 'stop_container'
    case 'RemoveContainer':
      return isSandbox ? 'remove_podsandbox' : 'remove_container'
    case 'InspectContainer':
      return isSandbox ? 'podsandbox_status' : 'container_status'
    case 'UpdateResources':
      return 'update_container'
    default:
      return null
  }
}
