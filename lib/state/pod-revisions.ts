/** The revisions of one pod as a value: what a new word about it makes of them. */

import {
  changedFields,
  type PodHistory,
  type PodKey,
  type PodRevision,
  type RevisionOutcome,
  type V1Pod,
} from '../pod/index.js'

/** Kubernetes' revisionHistoryLimit. */
const mostRevisions = 10

/** What was said about a pod, and when. */
export type RevisionNews =
  | {
      readonly kind: 'wanted'
      readonly file: string
      readonly manifest: V1Pod
      readonly source?: string
      readonly atMs: number
    }
  | { readonly kind: 'held'; readonly file: string; readonly why: string; readonly atMs: number }
  | { readonly kind: 'became'; readonly outcome: RevisionOutcome; readonly why: string; readonly atMs: number }

export function emptyHistory(pod: PodKey): PodHistory {
  return { pod, revisions: [] }
}

/** The same value when it is no news. */
export function withNews(history: PodHistory, news: RevisionNews): PodHistory {
  const newest = history.revisions.at(-1)
  switch (news.kind) {
    case 'wanted': {
      if (newest !== undefined && sameManifest(newest.manifest, news.manifest)) return withSource(history, newest, news)
      const before = history.revisions.findLast(({ manifest }) => manifest !== null)?.manifest ?? null
      const changes = before === null ? [] : changedFields(before, news.manifest)
      const { file, manifest, source, atMs } = news
      const written = source === undefined ? {} : { source }
      const fresh = { atMs, file, outcome: 'pending', outcomeAtMs: atMs, message: '', changes, manifest } as const
      return appended(superseded(history, atMs), { ...fresh, ...written })
    }
    case 'held': {
      const { file, why: message, atMs } = news
      const held = { atMs, file, outcome: 'held', outcomeAtMs: atMs, message, changes: [], manifest: null } as const
      if (newest?.outcome !== 'held') return appended(history, held)
      return newest.message === message ? history : replaced(history, { ...newest, message, outcomeAtMs: atMs })
    }
    case 'became': {
      if (newest === undefined || newest.outcome === 'held') return history
      if (newest.outcome === news.outcome && newest.message === news.why) return history
      return replaced(history, { ...newest, outcome: news.outcome, message: news.why, outcomeAtMs: news.atMs })
    }
  }
}

/** What was pending is not waited for any more. A broken manifest does not end that: the pod is still to become what the last good one says. */
function superseded(history: PodHistory, atMs: number): PodHistory {
  const revisions = history.revisions.map((one) =>
    one.outcome === 'pending' ? { ...one, outcome: 'superseded' as const, outcomeAtMs: atMs } : one,
  )
  return { ...history, revisions }
}

/** The same, said in other words: another comment, say. */
function withSource(history: PodHistory, newest: PodRevision, { source }: { readonly source?: string }): PodHistory {
  return source === undefined || source === newest.source ? history : replaced(history, { ...newest, source })
}

function appended(history: PodHistory, revision: Omit<PodRevision, 'revision'>): PodHistory {
  const number = (history.revisions.at(-1)?.revision ?? 0) + 1
  const revisions = [...history.revisions, { revision: number, ...revision }]
  return { ...history, revisions: revisions.slice(-mostRevisions) }
}

function replaced(history: PodHistory, newest: PodRevision): PodHistory {
  return { ...history, revisions: [...history.revisions.slice(0, -1), newest] }
}

function sameManifest(one: V1Pod | null, other: V1Pod): boolean {
  return one !== null && JSON.stringify(one) === JSON.stringify(other)
}

export function isHistory(value: unknown): value is PodHistory {
  if (!isObject(value) || typeof value['pod'] !== 'string' || !Array.isArray(value['revisions'])) return false
  return value['revisions'].every(
    (one: unknown) =>
      isObject(one) &&
      typeof one['revision'] === 'number' &&
      typeof one['atMs'] === 'number' &&
      typeof one['outcome'] === 'string' &&
      Array.isArray(one['changes']) &&
      (one['manifest'] === null || isObject(one['manifest'])),
  )
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
