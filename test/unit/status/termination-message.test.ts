/** Source: kubelet pkg/kubelet/status TestTerminationMessageLimit (normalizeStatus), restated. */

import t from 'tap'

import { podStatus } from '../../../lib/status/index.js'
import { viewPod } from '../../../lib/plan/index.js'
import type { DesiredPod, ObservedContainer, V1ContainerStatus } from '../../../lib/pod/index.js'
import { aContext, observed } from '../../support/plans.js'
import { aContainer, aPod, containers, dead, seen } from '../../support/pods.js'

function statusOf(pod: DesiredPod, all: readonly ObservedContainer[]): V1ContainerStatus | undefined {
  const seenNow = observed(pod, ...all)
  const view = viewPod(pod, seenNow, aContext(pod))
  const rest = { waits: [], hostIP: '192.0.2.1', engineAway: null, isUnseen: false, pulls: new Map() }
  return podStatus({ view, observed: seenNow, ...rest }).containerStatuses[0]
}

await t.test('the last words of a container are its message, now and as its last state', async (t) => {
  const pod = aPod({ restartPolicy: 'Never' })
  const end = dead(pod, 'app', 1, { message: 'no such database\n' })
  t.match(statusOf(pod, [end])?.state, { terminated: { reason: 'Error', message: 'no such database\n' } })
  const again = aPod()
  const status = statusOf(again, [seen(again, 'POD'), { ...end, attempt: 0 }, seen(again, 'app', { attempt: 1 })])
  t.match(status, { state: { running: {} }, lastState: { terminated: { message: 'no such database\n' } } })
})

await t.test('the engine’s words come before its own, and podkeep says none', async (t) => {
  const pod = aPod({ restartPolicy: 'Never' })
  const message = (fields: Partial<ObservedContainer>): string | undefined =>
    statusOf(pod, [dead(pod, 'app', 1, fields)])?.state.terminated?.message
  t.equal(message({ error: 'oh', message: 'bye' }), 'oh: bye')
  t.equal(message({ error: 'oh', message: '' }), 'oh')
  t.equal(message({ stopRequestedTickMs: 1, message: 'bye' }), 'bye')
  t.equal(message({ stopRequestedTickMs: 1 }), undefined)
  t.equal(message({ message: '' }), undefined)
})

await t.test('the containers of a pod share 12 KiB, init containers among them, by whole characters', async (t) => {
  const among = (inits: number, regular: number, message: string): number => {
    const names = Array.from({ length: regular - 1 }, (_, index) => `other-${index}`)
    const pod = aPod({
      restartPolicy: 'Never',
      initContainers: Array.from({ length: inits }, (_, index) => aContainer(`init-${index}`)),
      containers: [aContainer('app'), ...containers(...names)],
    })
    const shown = statusOf(pod, [dead(pod, 'app', 1, { message })])?.state.terminated?.message ?? ''
    t.ok(message.startsWith(shown))
    return Buffer.byteLength(shown)
  }
  const words = 'x'.repeat(4096)
  t.equal(among(0, 1, words), 4096)
  t.equal(among(0, 3, words), 4096)
  t.equal(among(0, 4, words), 3072)
  t.equal(among(5, 5, words), 1228)
  t.equal(among(5, 5, 'é'.repeat(2000)), 1228)
  t.equal(among(1, 6, 'é'.repeat(2000)), 1754, 'of 1755 bytes the last is half a character')
})
