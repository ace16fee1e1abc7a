/**
 * What the page knows, and what it makes of it.
 *
 * @typedef {{ name: string, ready: boolean, restartCount: number, image: string, state: Record<string, any>, lastState: Record<string, any> }} ContainerStatus
 * @typedef {{ metadata: { name: string, namespace: string, creationTimestamp: string | null, annotations?: Record<string, string> },
 *   spec: Record<string, any>, status: { phase: string, reason?: string, message?: string, startTime?: string, podIP?: string,
 *   conditions: { type: string, status: string }[], containerStatuses: ContainerStatus[], initContainerStatuses?: ContainerStatus[] } }} Pod
 * @typedef {{ metadata: { uid: string }, involvedObject: { kind: string, namespace?: string, name: string }, reason: string, message: string,
 *   firstTimestamp: string, lastTimestamp: string, count: number, type: string }} Event
 * @typedef {{ line: number | null, column: number | null, field: string, message: string, suggestion: string | null, source?: string | null }} Problem
 * @typedef {{ file: string, state: string, reason: string | null, pods: string[], problems: Problem[] }} ManifestFile
 * @typedef {{ directory: string, problem: string | null, files: ManifestFile[] }} Manifests
 * @typedef {(number | null)[]} Amounts over time, the newest last; null where it was not known
 * @typedef {{ cpu: Amounts, memory: Amounts }} Use
 */

/** How many points a sparkline has: five minutes. */
const mostPoints = 60
const mostEvents = 500

export class Known {
  /** @type {Map<string, Pod>} by `namespace/name` */
  pods = new Map()
  /** @type {Map<string, Event>} by uid */
  events = new Map()
  /** @type {Manifests | null} */
  manifests = null
  /** @type {Map<string, Use>} by `namespace/name` */
  use = new Map()

  /** @param {string} event @param {any} data as in openapi.json: StreamPods, StreamEvents, Manifests */
  hear(event, data) {
    if (event === 'manifests') this.manifests = data
    if (event === 'pods') {
      if (data.isWhole) this.pods.clear()
      for (const pod of data.items) this.pods.set(keyOf(pod), pod)
      for (const key of data.removed) this.pods.delete(key)
    }
    if (event === 'events') {
      if (data.isWhole) this.events.clear()
      for (const one of data.items) {
        this.events.delete(one.metadata.uid)
        this.events.set(one.metadata.uid, one)
      }
      for (const uid of this.events.keys()) {
        if (this.events.size <= mostEvents) break
        this.events.delete(uid)
      }
    }
  }

  /** @param {any} summary as the kubelet's /stats/summary */
  measure(summary) {
    const before = this.use
    this.use = new Map()
    for (const { podRef, cpu, memory } of summary.pods ?? []) {
      const key = `${podRef.namespace}/${podRef.name}`
      const known = before.get(key) ?? { cpu: [], memory: [] }
      this.use.set(key, {
        cpu: [...known.cpu, cpu?.usageNanoCores ?? null].slice(-mostPoints),
        memory: [...known.memory, memory?.workingSetBytes ?? null].slice(-mostPoints),
      })
    }
  }

  /** In the order of their names. @returns {[string, Pod][]} */
  sortedPods() {
    return [...this.pods].sort(([a], [b]) => (a < b ? -1 : 1))
  }

  /** Newest first. @param {string | null} key of a pod; null: all @returns {Event[]} */
  recentEvents(key) {
    return [...this.events.values()]
      .filter((event) => key === null || podOf(event) === key)
      .sort((a, b) => (a.lastTimestamp < b.lastTimestamp ? 1 : -1))
  }
}

/** @param {Pod} pod */
function keyOf({ metadata }) {
  return `${metadata.namespace}/${metadata.name}`
}

/** @param {Event} event @returns {string | null} */
export function podOf({ involvedObject }) {
  return involvedObject.kind === 'Pod' ? `${involvedObject.namespace}/${involvedObject.name}` : null
}

/** @param {Pod} pod */
export function statusesOf({ status }) {
  return [...(status.initContainerStatuses ?? []), ...status.containerStatuses]
}

/** @param {Pod} pod @returns {number} */
export function restartsOf(pod) {
  return statusesOf(pod).reduce((sum, { restartCount }) => sum + restartCount, 0)
}

/** Waiting for these is the way things go. */
const usualWaits = new Set(['ContainerCreating', 'PodInitializing', 'DependenciesNotReady'])

/**
 * How a pod is, in a word, and why when it is not well.
 * @param {Pod} pod
 * @returns {{ word: string, kind: 'good' | 'busy' | 'bad' | 'rest', why: string }}
 */
export function stateOf(pod) {
  const { status, metadata } = pod
  const state = stateByItself(pod)
  if (metadata.annotations?.['io.podkeep.desire'] !== 'hold') return state
  const why = status.message ?? 'its manifest is broken; it stays as it was'
  return { ...state, word: `${state.word}, held`, why: [state.why, why].filter(Boolean).join(' · ') }
}

/** @param {Pod} pod @returns {ReturnType<typeof stateOf>} */
function stateByItself(pod) {
  const { status, metadata } = pod
  // That it is held says nothing of how it runs meanwhile.
  const { reason, message } = status.reason === 'ManifestHeld' ? {} : status
  if (metadata.annotations?.['io.podkeep.desire'] === 'remove')
    return { word: 'Terminating', kind: 'busy', why: 'its manifest is gone' }
  if (status.phase === 'Succeeded') return { word: 'Completed', kind: 'rest', why: '' }
  if (status.phase === 'Failed') {
    const ended = statusesOf(pod).find(({ state }) => state['terminated']?.exitCode)?.state['terminated']
    return {
      word: reason ?? 'Failed',
      kind: 'bad',
      why: message ?? ended?.message ?? ended?.reason ?? '',
    }
  }
  const waiting = statusesOf(pod).find(({ state }) => state['waiting'] && !usualWaits.has(state['waiting'].reason))
  if (waiting !== undefined) {
    const waits = waiting.state['waiting']
    // Of a back-off it says how long, and not what for.
    const last = waits.reason === 'CrashLoopBackOff' ? waiting.lastState['terminated']?.message?.split('\n')[0] : ''
    const why = [waits.message || whyEnded(waiting), last].filter(Boolean).join(' · ')
    return { word: waits.reason, kind: 'bad', why: `${waiting.name}: ${why}` }
  }
  if (reason) return { word: reason, kind: 'bad', why: message ?? '' }
  if (isTrue(pod, 'Ready')) return { word: 'Running', kind: 'good', why: '' }
  if (status.phase === 'Running') {
    const unready = status.containerStatuses.filter(({ ready, state }) => !ready && !state['terminated'])
    return { word: 'Not ready', kind: 'busy', why: unready.map(({ name }) => name).join(', ') }
  }
  const creating = statusesOf(pod).find(({ state }) => state['waiting'])
  const { reason: word = 'Starting', message: why = message ?? '' } = creating?.state['waiting'] ?? {}
  return { word, kind: 'busy', why }
}

/** @param {ContainerStatus} status */
function whyEnded({ lastState }) {
  const ended = lastState['terminated']
  if (ended === undefined) return ''
  return ended.message ?? `${ended.reason}, exit code ${ended.exitCode}`
}

/** @param {Pod} pod @param {string} type */
function isTrue({ status }, type) {
  return status.conditions.some((condition) => condition.type === type && condition.status === 'True')
}
