/** A recorded event as Kubernetes' v1 Event, so that its clients can print it. Source: the published OpenAPI, core/v1 Event. */

import type { EventSubject, RecordedEvent } from '../pod/index.js'

const component = 'podkeep'

export interface V1Event {
  readonly metadata: Readonly<Record<string, unknown>>
  readonly involvedObject: Readonly<Record<string, unknown>>
  readonly reason: string
  readonly message: string
  readonly source: { readonly component: string; readonly host: string }
  readonly firstTimestamp: string
  readonly lastTimestamp: string
  readonly count: number
  readonly type: string
  readonly eventTime: null
  readonly reportingComponent: string
  readonly reportingInstance: string
}

export function v1Event(event: RecordedEvent, nodeName: string): V1Event {
  const { id, subject, reason, message, type, count } = event
  return {
    metadata: {
      name: id.slice(id.indexOf('/') + 1),
      namespace: namespaceOf(subject),
      // One event, however often it is counted: what a client keeps it by.
      uid: id,
      creationTimestamp: time(event.firstAtMs),
    },
    involvedObject: involvedObject(subject, event.fieldPath, nodeName),
    reason,
    message,
    source: { component, host: nodeName },
    firstTimestamp: time(event.firstAtMs),
    lastTimestamp: time(event.lastAtMs),
    count,
    type,
    eventTime: null,
    reportingComponent: component,
    reportingInstance: nodeName,
  }
}

export function namespaceOf(subject: EventSubject): string {
  return subject.kind === 'Pod' ? subject.key.slice(0, subject.key.indexOf('/')) : 'default'
}

function involvedObject(subject: EventSubject, fieldPath: string, nodeName: string): Record<string, unknown> {
  switch (subject.kind) {
    case 'Pod': {
      const name = subject.key.slice(subject.key.indexOf('/') + 1)
      return {
        kind: 'Pod',
        namespace: namespaceOf(subject),
        name,
        uid: subject.uid,
        apiVersion: 'v1',
        ...(fieldPath !== '' && { fieldPath }),
      }
    }
    case 'Node':
      return { kind: 'Node', name: nodeName, uid: nodeName, apiVersion: 'v1' }
    case 'Manifest':
      return { kind: 'Manifest', name: subject.file, apiVersion: 'podkeep.io/v1' }
  }
}

/** Kubernetes' timestamps have whole seconds. */
export function time(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19)}Z`
}
