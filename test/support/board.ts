/** A status board and a history that say what a test tells them, and can be told that something changed. */

import type { PodHistory, PodKey, RecordedEvent } from '../../lib/pod/index.js'
import type {
  Changed,
  History,
  ManifestsStatus,
  PodPlan,
  PodStatusEntry,
  Readiness,
  StatusBoard,
} from '../../lib/ports/index.js'

export interface TestBoard extends StatusBoard {
  now: Readiness
  entries: PodStatusEntry[]
  planned: PodPlan[]
  whyStuck: string | null
  change(what: Changed): void
  readonly listenerCount: number
}

export function aBoard(parts: { readonly entries: PodStatusEntry[]; readonly manifests: ManifestsStatus }): TestBoard {
  const listeners = new Set<(what: Changed) => void>()
  const board: TestBoard = {
    now: { ready: true, checks: [{ name: 'engine', waitingFor: null }] },
    entries: parts.entries,
    planned: [],
    whyStuck: null,
    pods: () => board.entries,
    pod: (key) => board.entries.find((entry) => entry.key === key),
    manifests: () => parts.manifests,
    readiness: () => board.now,
    plans: () => board.planned,
    engineVersion: () => 'docker://20.10.24',
    stuck: () => board.whyStuck,
    onChange: (tell) => {
      listeners.add(tell)
      return () => void listeners.delete(tell)
    },
    change: (what) => {
      for (const tell of listeners) tell(what)
    },
    get listenerCount() {
      return listeners.size
    },
  }
  return board
}

export interface TestHistory extends History {
  recorded: RecordedEvent[]
  histories: PodHistory[]
  happen(event: RecordedEvent): void
}

export function aHistory(): TestHistory {
  const listeners = new Set<(event: RecordedEvent) => void>()
  const history: TestHistory = {
    recorded: [],
    histories: [],
    events: () => history.recorded,
    revisions: (pod) => Promise.resolve(history.histories.filter((one) => pod === null || one.pod === pod)),
    onEvent: (tell) => {
      listeners.add(tell)
      return () => void listeners.delete(tell)
    },
    happen: (event) => {
      history.recorded = [...history.recorded.filter(({ id }) => id !== event.id), event]
      for (const tell of listeners) tell(event)
    },
  }
  return history
}

export function anEvent(pod: PodKey, fields: Partial<RecordedEvent> = {}): RecordedEvent {
  return {
    id: `${pod}.17a`,
    subject: { kind: 'Pod', key: pod, uid: 'uid-1' },
    type: 'Normal',
    reason: 'Started',
    message: 'Started container app',
    fieldPath: 'spec.containers{app}',
    count: 1,
    firstAtMs: Date.UTC(2026, 0, 2, 3, 4, 5),
    lastAtMs: Date.UTC(2026, 0, 2, 3, 4, 5),
    ...fields,
  }
}
