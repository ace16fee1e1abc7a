/** KEP-5532: the waiting reason of containers that begin again because another of their pod asked for it. */

import t from 'tap'

import type { ObservedContainer, V1ContainerStatus } from '../../../lib/pod/index.js'
import type { Wait } from '../../../lib/plan/index.js'
import { aContainer, aPod, created, dead, seen } from '../../support/pods.js'
import { statusOf } from '../../support/statuses.js'

const rule = { action: 'RestartAllContainers', operator: 'In', exitCodes: [42] } as const
const pod = aPod({
  initContainers: [aContainer('setup')],
  containers: [aContainer('other'), aContainer('trigger', { restartPolicy: 'Never', restartRules: [rule] })],
})

function statuses(all: readonly ObservedContainer[], waits: readonly Wait[] = []): Record<string, V1ContainerStatus> {
  const status = statusOf(pod, [seen(pod, 'POD'), ...all], { waits })
  const both = [...(status.initContainerStatuses ?? []), ...status.containerStatuses]
  return Object.fromEntries(both.map((one) => [one.name, one]))
}

await t.test(
  'what ended so that all begin again waits with RestartingAllContainers, and its end is its last state',
  async (t) => {
    const restarting = { state: { waiting: { reason: 'RestartingAllContainers' } }, ready: false }
    const killed = [dead(pod, 'setup', 0), dead(pod, 'other', 137), dead(pod, 'trigger', 42)]
    t.match(statuses(killed), {
      setup: { ...restarting, lastState: { terminated: { exitCode: 0 } } },
      other: { ...restarting, lastState: { terminated: { exitCode: 137 } } },
      trigger: { ...restarting, lastState: { terminated: { exitCode: 42 } } },
    })
    t.match(statuses([dead(pod, 'setup', 0), seen(pod, 'other'), dead(pod, 'trigger', 42)])['other'], {
      state: { running: {} },
    })
  },
)

await t.test('a back-off says more, and who has been made again no longer restarts', async (t) => {
  const wait: Wait = { reason: 'CrashLoopBackOff', container: 'trigger', message: 'back-off 10 s', untilTickMs: 9e9 }
  const ended = [dead(pod, 'setup', 0), dead(pod, 'other', 137), dead(pod, 'trigger', 42)]
  t.match(statuses(ended, [wait])['trigger'], { state: { waiting: { reason: 'CrashLoopBackOff' } } })
  const again = created(pod, 'setup', { attempt: 1, round: 1 })
  t.match(statuses([...ended, again]), {
    setup: { state: { waiting: { reason: 'ContainerCreating' } } },
    other: { state: { waiting: { reason: 'RestartingAllContainers' } } },
  })
  t.match(statuses([dead(pod, 'setup', 0), dead(pod, 'other', 137), seen(pod, 'trigger')])['other'], {
    state: { terminated: { exitCode: 137 } },
  })
})
