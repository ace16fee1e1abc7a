/**
 * A pod's phase, by the kubelet's own tables (pkg/kubelet/kubelet_pods_test.go, TestPodPhaseWithRestart...), each case under the
 * name it has there; where podkeep does otherwise the case says so. Left out: cases that differ only in whether the API server
 * has deleted the pod.
 */

import t from 'tap'

import { containerId, type DesiredPod, type ObservedContainer, type RestartPolicy } from '../../../lib/pod/index.js'
import { aContainer, aPod, containers, created, dead, seen } from '../../support/pods.js'
import { aProbe } from '../../support/probes.js'
import { statusOf } from '../../support/statuses.js'
import { verdictsOf } from '../../support/tables.js'

type Seen = (pod: DesiredPod, name: string) => ObservedContainer[]

const never: Seen = () => []
const waiting: Seen = (pod, name) => [created(pod, name)]
const running: Seen = (pod, name) => [seen(pod, name)]
const succeeded: Seen = (pod, name) => [dead(pod, name, 0)]
const failed: Seen = (pod, name) => [dead(pod, name, 1)]
const crashLooping: Seen = (pod, name) => [dead(pod, name, 1, { crashes: 5 })]
const createdAgain: Seen = (pod, name) => [created(pod, name, { attempt: 1 }), dead(pod, name, 1)]

type PhaseCase = readonly [name: string, policy: RestartPolicy, a: Seen, b: Seen, phase: string]

const phases: readonly PhaseCase[] = [
  ['waiting', 'Always', never, never, 'Pending'],
  ['all running', 'Always', running, running, 'Running'],
  ['all stopped with restart always', 'Always', succeeded, failed, 'Running'],
  ['mixed state #1 with restart always', 'Always', running, succeeded, 'Running'],
  ['mixed state #2 with restart always', 'Always', running, never, 'Pending'],
  ['mixed state #3 with restart always', 'Always', running, waiting, 'Pending'],
  ['backoff crashloop container with restart always', 'Always', running, crashLooping, 'Running'],
  ['the new instance is made and the old one tells how it ended', 'Always', running, createdAgain, 'Running'],
  ['all running with restart never', 'Never', running, running, 'Running'],
  ['all succeeded with restart never', 'Never', succeeded, succeeded, 'Succeeded'],
  ['all failed with restart never', 'Never', failed, failed, 'Failed'],
  ['one succeeded, one failed with restart never', 'Never', succeeded, failed, 'Failed'],
  ['mixed state #1 with restart never', 'Never', running, failed, 'Running'],
  ['mixed state #2 with restart never', 'Never', running, never, 'Pending'],
  ['mixed state #3 with restart never', 'Never', running, waiting, 'Pending'],
  ['mixed state: one is done, the other waits', 'Never', succeeded, never, 'Pending'],
  ['all running with restart onfailure', 'OnFailure', running, running, 'Running'],
  ['all succeeded with restart onfailure', 'OnFailure', succeeded, succeeded, 'Succeeded'],
  ['all failed with restart onfailure', 'OnFailure', failed, failed, 'Running'],
  ['mixed state #1 with restart onfailure', 'OnFailure', running, failed, 'Running'],
  ['mixed state #2 with restart onfailure', 'OnFailure', running, never, 'Pending'],
  ['mixed state #3 with restart onfailure', 'OnFailure', running, waiting, 'Pending'],
  ['backoff crashloop container with restart onfailure', 'OnFailure', succeeded, crashLooping, 'Running'],
]

await t.test('TestPodPhaseWithRestartAlways, ...Never and ...OnFailure', async (t) => {
  for (const [name, restartPolicy, a, b, phase] of phases) {
    const pod = aPod({ restartPolicy, containers: containers('a', 'b') })
    t.equal(statusOf(pod, [seen(pod, 'POD'), ...a(pod, 'a'), ...b(pod, 'b')]).phase, phase, name)
  }
})

const initPhases: readonly PhaseCase[] = [
  ['empty init container status', 'Always', never, never, 'Pending'],
  ['init container waiting', 'Always', waiting, never, 'Pending'],
  ['init container running', 'Always', running, never, 'Pending'],
  ['init container terminated non-zero, to be restarted', 'Always', failed, never, 'Pending'],
  ['init container terminated non-zero, to be restarted', 'OnFailure', failed, never, 'Pending'],
  ['init container terminated non-zero', 'Never', failed, never, 'Failed'],
  ['init container succeeded, the other not made yet', 'Always', succeeded, never, 'Pending'],
  ['init container succeeded, the other runs', 'Always', succeeded, running, 'Running'],
  ['init container succeeded, the other did', 'Never', succeeded, succeeded, 'Succeeded'],
  ['init container succeeded, the other crashes', 'Always', succeeded, crashLooping, 'Running'],
  ['the regular one started: the init container does not count any more', 'Always', never, running, 'Running'],
]

await t.test('TestPodPhaseWithRestartAlwaysInitContainers and ...NeverInitContainers', async (t) => {
  for (const [name, restartPolicy, init, app, phase] of initPhases) {
    const pod = aPod({ restartPolicy, initContainers: containers('init') })
    t.equal(
      statusOf(pod, [seen(pod, 'POD'), ...init(pod, 'init'), ...app(pod, 'app')]).phase,
      phase,
      `${name}: ${restartPolicy}`,
    )
  }
})

/** Its startup probe tells a sidecar that is started from one that only runs. */
const withSidecar = (restartPolicy: RestartPolicy): DesiredPod =>
  aPod({
    restartPolicy,
    initContainers: [aContainer('x', { restartPolicy: 'Always', startupProbe: aProbe() })],
    containers: containers('a', 'b'),
  })

type SidecarCase = readonly [name: string, x: Seen, a: Seen, b: Seen, phase: string, isStarted?: boolean]

const beforeTheRest: readonly SidecarCase[] = [
  ['empty, waiting', never, never, never, 'Pending'],
  ['restartable init container running', running, never, never, 'Pending'],
  ['restartable init container running, and started', running, never, never, 'Pending', true],
  ['restartable init container stopped', failed, never, never, 'Pending'],
  ['restartable init container waiting, terminated zero', succeeded, never, never, 'Pending'],
  ['restartable init container waiting, terminated non-zero', crashLooping, never, never, 'Pending'],
  ['restartable init container waiting, not terminated', waiting, never, never, 'Pending'],
  ['restartable init container started, 1/2 regular container running', running, running, never, 'Pending', true],
]

const ofAlways: readonly SidecarCase[] = [
  ...beforeTheRest,
  ['restartable init container started, all regular containers running', running, running, running, 'Running', true],
  ['restartable init container running, all regular containers running', running, running, running, 'Running'],
  ['restartable init container stopped, all regular containers running', failed, running, running, 'Running'],
  ['backoff crashloop restartable init container, all regular ... running', crashLooping, running, running, 'Running'],
]

const ofNever: readonly SidecarCase[] = [
  ...beforeTheRest,
  ['restartable init container started, main containers succeeded', running, succeeded, succeeded, 'Running', true],
  ['restartable init container running, main containers succeeded', running, succeeded, succeeded, 'Running'],
  ['the same, and one has failed', running, succeeded, failed, 'Running'],
  ['all containers succeeded', succeeded, succeeded, succeeded, 'Succeeded'],
  ['restartable init container terminated non-zero, main ... succeeded', failed, succeeded, succeeded, 'Succeeded'],
  ['backoff crashloop ..., main containers succeeded', createdAgain, succeeded, succeeded, 'Succeeded'],
  ['backoff crashloop with non-zero ..., main containers succeeded', crashLooping, succeeded, succeeded, 'Succeeded'],
]

for (const [restartPolicy, cases] of [
  ['Always', ofAlways],
  ['Never', ofNever],
] as const) {
  await t.test(`TestPodPhaseWithRestart${restartPolicy}RestartableInitContainers`, (t) => {
    for (const [name, x, a, b, phase, isStarted = false] of cases) {
      const pod = withSidecar(restartPolicy)
      const verdicts = verdictsOf({ 'x-0': { startup: isStarted ? 'success' : 'unknown' } })
      const all = [seen(pod, 'POD'), ...x(pod, 'x'), ...a(pod, 'a'), ...b(pod, 'b')]
      t.equal(statusOf(pod, all, { context: { verdicts } }).phase, phase, name)
    }
    t.end()
  })
}

await t.test('TestPodPhaseWithRestartAlwaysAndPodHasRun', (t) => {
  const pod = aPod({
    initContainers: [aContainer('x'), aContainer('y', { restartPolicy: 'Always' })],
    containers: containers('a'),
  })
  const home = { attempt: 1, sandboxId: containerId('POD-1') }
  const phase = (...all: ObservedContainer[]): string => statusOf(pod, [seen(pod, 'POD'), ...all]).phase
  t.equal(
    phase(seen(pod, 'x'), seen(pod, 'y'), seen(pod, 'a')),
    'Running',
    'regular init containers, restartable init container and regular container are all running (differs: what runs is not pending)',
  )
  t.equal(
    statusOf(pod, [
      ...[seen(pod, 'POD', { attempt: 1 }), seen(pod, 'x', home)],
      ...[dead(pod, 'POD', 137), dead(pod, 'y', 137), dead(pod, 'a', 137)],
    ]).phase,
    'Pending',
    'regular containers is stopped, restartable init container and regular int container are both running (here: the sidecar’s turn has not come again)',
  )
  t.equal(
    phase(dead(pod, 'x', 0), seen(pod, 'y'), dead(pod, 'a', 1)),
    'Running',
    'regular init container is succeeded, restartable init container is running, regular containers is stopped',
  )
  t.equal(
    phase(dead(pod, 'x', 0), seen(pod, 'y'), seen(pod, 'a')),
    'Running',
    'regular init container is succeeded, restartable init container and regular containers are both running',
  )
  t.end()
})

await t.test('a policy or rule of the container’s own decides whether what ended counts as over', (t) => {
  const rule = { action: 'Restart', operator: 'In', exitCodes: [42] } as const
  const phase = (exitCode: number): string => {
    const pod = aPod({ containers: [aContainer('app', { restartPolicy: 'Never', restartRules: [rule] })] })
    return statusOf(pod, [seen(pod, 'POD'), dead(pod, 'app', exitCode)]).phase
  }
  t.strictSame([phase(42), phase(1), phase(0)], ['Running', 'Failed', 'Succeeded'])
  t.end()
})

await t.test('what has failed has failed, though a sidecar has still to end', (t) => {
  const late = aPod({ ...withSidecar('Always'), activeDeadlineMs: 1 })
  t.equal(statusOf(late, [seen(late, 'POD'), seen(late, 'x'), seen(late, 'a'), seen(late, 'b')]).phase, 'Failed')
  const [x] = withSidecar('Never').initContainers
  const staged = aPod({ restartPolicy: 'Never', initContainers: [x!, aContainer('init')] })
  t.equal(statusOf(staged, [seen(staged, 'POD'), seen(staged, 'x'), dead(staged, 'init', 1)]).phase, 'Failed')
  t.end()
})
