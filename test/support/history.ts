/** Where events and revisions go in tests that keep no state folder. */

import type { EventSubject, PodEvent } from '../../lib/pod/index.js'
import type { ActionTally, EventRecorder, RevisionRecorder } from '../../lib/ports/index.js'

export const noEvents: EventRecorder = { record: () => {} }
export const noRevisions: RevisionRecorder = { wanted: () => {}, held: () => {}, became: () => {} }

export const noTally: ActionTally = {
  done: () => {},
  failed: () => {},
  podMet: () => {},
  podStarted: () => {},
  probed: () => {},
  podGone: () => {},
}

export interface HeardEvent extends PodEvent {
  readonly subject: EventSubject
}

export function rememberingRecorder(): { readonly recorder: EventRecorder; readonly heard: HeardEvent[] } {
  const heard: HeardEvent[] = []
  return { recorder: { record: (subject, event) => void heard.push({ subject, ...event }) }, heard }
}

/** `pod wanted web.yaml`, `pod became ready` ... */
export function rememberingRevisions(lines: string[]): RevisionRecorder {
  return {
    wanted: ({ key, file }) => void lines.push(`${key} wanted ${file}`),
    held: (pod, file, why) => void lines.push(`${pod} held ${file}: ${why}`),
    became: (pod, outcome, why) => void lines.push(`${pod} became ${outcome}${why === '' ? '' : `: ${why}`}`),
  }
}
