/** Pods as a status board holds them, for whoever shows them. */

import { podKey, type V1ContainerStatus, type V1Pod, type V1PodStatus } from '../../lib/pod/index.js'
import type { PodStatusEntry } from '../../lib/ports/index.js'

export function runningContainer(name: string, fields: Partial<V1ContainerStatus> = {}): V1ContainerStatus {
  return {
    name,
    state: { running: { startedAt: '2026-01-02T03:04:05Z' } },
    lastState: {},
    ready: true,
    started: true,
    restartCount: 0,
    image: 'web:1',
    imageID: '',
    containerID: `docker://${Buffer.from(name).toString('hex').padEnd(64, '0').slice(0, 64)}`,
    ...fields,
  }
}

/** It runs, with one container `app` where nothing else is said. */
export function podEntry(
  path: string,
  {
    spec = { containers: [{ name: 'app', image: 'web:1' }] },
    metadata = {},
    status = {},
    ...rest
  }: {
    readonly spec?: V1Pod['spec']
    readonly metadata?: Partial<V1Pod['metadata']>
    readonly status?: Partial<V1PodStatus>
  } & Partial<Pick<PodStatusEntry, 'uid' | 'desire' | 'file'>> = {},
): PodStatusEntry {
  const [namespace = '', name = ''] = path.split('/')
  return {
    key: podKey(namespace, name),
    manifest: { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace, ...metadata }, spec },
    uid: `uid-${name}`,
    status: {
      phase: 'Running',
      conditions: [],
      startTime: '2026-01-02T03:04:05Z',
      qosClass: 'BestEffort',
      containerStatuses: [runningContainer('app')],
      ...status,
    },
    desire: 'run',
    file: `${name}.yaml`,
    ...rest,
  }
}
