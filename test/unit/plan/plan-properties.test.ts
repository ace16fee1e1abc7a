/** What holds of every plan, whatever the pod, whatever is seen of it: the numbered promises of lib/plan/plan-pod.ts. */

import { deepEqual, equal, ok } from 'node:assert/strict'

import fc from 'fast-check'
import t from 'tap'

import { actionKey, planPod, type Action, type Desire, type Plan } from '../../../lib/plan/index.js'
import {
  containerId,
  needsSandbox,
  podUid,
  usualSecurity,
  type ContainerIdentity,
  type ContainerSecurity,
  type DesiredPod,
  type ImagePullPolicy,
  type ObservedContainer,
  type RestartPolicy,
} from '../../../lib/pod/index.js'
import { carryOut, finishInits, type Situation } from '../../support/pod-machine.js'
import { aContainer, aPod, aPort, minute, nowTickMs, nowWallMs, second, seen, uid } from '../../support/pods.js'
import { aContext, observed } from '../../support/plans.js'

const often = { numRuns: 400 }

const pods: fc.Arbitrary<DesiredPod> = fc
  .record({
    restartPolicy: fc.constantFrom<RestartPolicy>('Always', 'OnFailure', 'Never'),
    hostNetwork: fc.boolean(),
    inits: fc.integer({ min: 0, max: 2 }),
    regulars: fc.integer({ min: 1, max: 2 }),
    imagePullPolicy: fc.constantFrom<ImagePullPolicy>('Always', 'IfNotPresent', 'Never'),
    hostPort: fc.constantFrom(null, 8080),
    hasVolume: fc.boolean(),
    graceMs: fc.constantFrom(0, 5000),
    demand: fc.constantFrom<Partial<ContainerSecurity>>(
      ...[{}, { runAsNonRoot: true }, { runAsGroup: 5, seccomp: { kind: 'Localhost', name: 'a' } as const }],
    ),
  })
  .map(({ inits, regulars, imagePullPolicy, hostPort, hasVolume, demand, ...fields }) => {
    const mounts = hasVolume ? [{ volume: 'data', mountPath: '/data', readOnly: false }] : []
    const one = (name: string): DesiredPod['containers'][number] =>
      aContainer(name, {
        ...{ imagePullPolicy, mounts, ports: name === 'c0' ? [aPort({ hostPort })] : [] },
        security: { ...usualSecurity, ...demand },
      })
    return aPod({
      ...fields,
      volumes: hasVolume ? [{ kind: 'emptyDir', name: 'data', medium: '', sizeLimitBytes: null }] : [],
      initContainers: Array.from({ length: inits }, (_, index) => one(`i${index}`)),
      containers: Array.from({ length: regulars }, (_, index) => one(`c${index}`)),
    })
  })

/** Up to eight containers in any state, of the pod or of an earlier one of its name, made from its spec or from another. */
function sightings(pod: DesiredPod): fc.Arbitrary<ObservedContainer[]> {
  const names = ['POD', ...[...pod.initContainers, ...pod.containers].map((one) => one.name), 'gone']
  const asked = fc.constantFrom(null, nowTickMs - minute, nowTickMs)
  const one = fc.record({
    name: fc.constantFrom(...names),
    attempt: fc.integer({ min: 0, max: 2 }),
    state: fc.constantFrom<ObservedContainer['state']>('created', 'running', 'exited'),
    exitCode: fc.constantFrom(0, 1),
    crashes: fc.integer({ min: 0, max: 3 }),
    isEdited: fc.boolean(),
    isOfOldPod: fc.integer({ min: 0, max: 5 }).map((one) => one === 0),
    sandbox: fc.constantFrom('POD-0', 'POD-1', null),
    stopRequestedTickMs: asked,
    killRequestedTickMs: asked,
    remembered: fc.integer({ min: 0, max: 5 }).map((one) => one === 0),
  })
  return fc.uniqueArray(one, { maxLength: 8, selector: ({ name, attempt }) => `${name}-${attempt}` }).map((list) =>
    list.map(({ isEdited, isOfOldPod, sandbox, remembered, exitCode, ...fields }, index) => {
      const isOnly = (name: string): boolean => list.filter((other) => other.name === name).length === 1
      const hasStarted = fields.state !== 'created'
      const hasEnded = fields.state === 'exited'
      return seen(pod, fields.name, {
        ...fields,
        createdAtMs: nowWallMs - minute + index,
        startedAtMs: hasStarted ? nowWallMs - minute : null,
        finishedAtMs: hasEnded ? nowWallMs - second : null,
        finishedTickMs: hasEnded ? nowTickMs - second : null,
        exitCode: hasEnded ? exitCode : null,
        ...(isEdited && { hash: 'other' }),
        ...(isOfOldPod && { podUid: podUid('uid-old') }),
        sandboxId: fields.name === 'POD' || sandbox === null ? null : containerId(sandbox),
        // The state folder is asked only where the engine has nothing of that name.
        remembered: remembered && hasEnded && fields.name !== 'POD' && isOnly(fields.name),
      })
    }),
  )
}

interface Scene {
  readonly pod: DesiredPod
  readonly seen: readonly ObservedContainer[]
  readonly isDoomed: boolean
  readonly isImageKnown: boolean
  readonly areVolumesReady: boolean
}

const scenes: fc.Arbitrary<Scene> = pods.chain((pod) =>
  fc.record({
    pod: fc.constant(pod),
    seen: sightings(pod),
    isDoomed: fc.integer({ min: 0, max: 4 }).map((one) => one === 0),
    isImageKnown: fc.boolean(),
    areVolumesReady: fc.boolean(),
  }),
)

const desires: readonly ((pod: DesiredPod) => Desire)[] = [
  (pod) => ({ kind: 'run', pod }),
  (pod) => ({ kind: 'hold', pod, isRemembered: false, cause: 'file', why: 'broken' }),
  () => ({ kind: 'remove', pod: null }),
  () => ({ kind: 'stop', pod: null }),
]

function situationOf({ pod, seen: containers, ...scene }: Scene): Situation {
  return {
    observed: observed(pod, ...containers),
    context: aContext(pod, {
      ...(scene.isDoomed && { doomedUids: new Set([uid]) }),
      ...(!scene.isImageKnown && { images: new Map() }),
      ...(!scene.areVolumesReady && { volumePaths: new Map() }),
      volumeUids: new Set([uid, ...containers.map((one) => one.podUid)]),
    }),
  }
}

const planOf = (desire: Desire, { observed, context }: Situation): Plan => planPod(desire, observed, context)

/** What must hold where an action is planned; the numbers are those of plan-pod.ts. */
type Promises = Record<string, boolean>

const runs = (one: ObservedContainer | undefined): boolean => one?.state === 'running' && !one.remembered
const isMember = (one: ObservedContainer): boolean => one.kind !== 'sandbox'

function promisesOf(action: Action, { pod, seen: all }: Scene): Promises {
  if (action.kind === 'CreateSandbox') return { 'P5 after what stood in the old one': !all.filter(isMember).some(runs) }
  if (action.kind === 'CreateContainer') return promisesOfCreate(action.spec.identity, pod, all)
  const subject = 'id' in action ? all.find((one) => one.id === action.id && !one.remembered) : undefined
  if (action.kind === 'StartContainer') {
    const home = all.find((one) => one.id === subject?.sandboxId)
    return {
      'what was never started': subject?.state === 'created',
      'P2 in a running sandbox': subject?.kind === 'sandbox' || !needsSandbox(pod) || runs(home),
    }
  }
  if (action.kind === 'KillContainer') {
    const waited = [subject?.stopRequestedTickMs, subject?.killRequestedTickMs].includes(nowTickMs - minute)
    return {
      'what runs': runs(subject) && subject?.kind !== 'sandbox',
      'P3 after its grace': action.signal !== 'SIGKILL' || pod.graceMs === 0 || waited,
    }
  }
  if (action.kind === 'RemoveContainer') {
    const joined = all.filter((one) => one.sandboxId === action.id && one.podUid === subject?.podUid)
    const isSandbox = subject?.kind === 'sandbox'
    return {
      'what is there': subject !== undefined,
      'what has ended': isSandbox || !runs(subject),
      'P5 a sandbox after what stands in it': !isSandbox || !runs(subject) || !joined.some(runs),
    }
  }
  return {}
}

function promisesOfCreate(
  { name, attempt, kind, sandboxId, podUid }: ContainerIdentity,
  pod: DesiredPod,
  all: readonly ObservedContainer[],
): Promises {
  const others = all.filter((one) => isMember(one) && one.name === name)
  const here = all.filter((one) => isMember(one) && one.sandboxId === sandboxId)
  const last = pod.initContainers.at(-1)?.name
  const isPast = here.some((one) => one.name === last && one.state === 'exited' && one.exitCode === 0)
  const hasBegun = here.some((one) => one.kind === 'container' && one.startedAtMs !== null)
  return {
    'P1 no instance beside another': !others.some(runs),
    'under a number of its own': others.every((one) => one.podUid !== podUid || one.attempt < attempt),
    'P2 after every init container': kind === 'init' || last === undefined || isPast || hasBegun,
  }
}

await t.test('no plan breaks a promise of plan-pod.ts, whatever is seen', async () => {
  fc.assert(
    fc.property(scenes, fc.constantFrom(...desires), (scene, desireOf) => {
      const { actions } = planOf(desireOf(scene.pod), situationOf(scene))
      for (const action of actions) {
        for (const [promise, holds] of Object.entries(promisesOf(action, scene)))
          ok(holds, `${action.kind}: ${promise}`)
      }
    }),
    { numRuns: 2000 },
  )
})

await t.test('a plan does not depend on the order in which containers are listed', async () => {
  const sorted = (plan: Plan): string[] => [...plan.actions, ...plan.waits].map((one) => JSON.stringify(one)).sort()
  const listings = scenes.chain((scene) =>
    fc.record({
      scene: fc.constant(scene),
      shuffled: fc.shuffledSubarray([...scene.seen], { minLength: scene.seen.length }),
    }),
  )
  fc.assert(
    fc.property(listings, fc.constantFrom(...desires), ({ scene, shuffled }, desireOf) => {
      const desire = desireOf(scene.pod)
      deepEqual(
        sorted(planOf(desire, situationOf({ ...scene, seen: shuffled }))),
        sorted(planOf(desire, situationOf(scene))),
      )
    }),
    { numRuns: 200 },
  )
})

await t.test('what is under way is never planned again, and hold without a pod plans nothing', async () => {
  fc.assert(
    fc.property(scenes, fc.constantFrom(...desires), (scene, desireOf) => {
      const { observed, context } = situationOf(scene)
      const first = planPod(desireOf(scene.pod), observed, context)
      const inFlight = new Set(first.actions.map(actionKey))
      const second = planPod(desireOf(scene.pod), observed, { ...context, inFlight })
      return second.actions.every((action) => !inFlight.has(actionKey(action)))
    }),
    often,
  )
  fc.assert(
    fc.property(
      scenes,
      (scene) =>
        planOf({ kind: 'hold', pod: null, isRemembered: false, cause: 'file', why: '' }, situationOf(scene)).actions
          .length === 0,
    ),
    often,
  )
})

/** Plans and carries out until nothing is planned and nothing is waited for; every init container succeeds when it runs. */
function settle(desire: Desire, start: Situation): { situation: Situation; plan: Plan } {
  let situation = start
  for (let round = 0; round < 80; round += 1) {
    const plan = planOf(desire, situation)
    for (const action of plan.actions) situation = carryOut(situation, action)
    const hasInit = situation.observed.containers.some((one) => one.kind === 'init' && one.state === 'running')
    if (hasInit) situation = finishInits(situation)
    const untilTickMs = Math.min(...plan.waits.flatMap((one) => one.untilTickMs ?? []))
    const isWaiting = untilTickMs !== Infinity
    if (plan.actions.length === 0 && !hasInit && !isWaiting) return { situation, plan }
    if (plan.actions.length === 0 && isWaiting) {
      const { context } = situation
      situation = {
        ...situation,
        context: { ...context, nowTickMs: untilTickMs },
      }
    }
  }
  throw new Error('it never comes to rest')
}

await t.test(
  'from whatever is seen, doing what is planned ends in a pod that is as it should be and plans nothing',
  async () => {
    fc.assert(
      fc.property(scenes, (scene) => {
        const { pod } = scene
        const { situation, plan } = settle({ kind: 'run', pod }, situationOf(scene))
        deepEqual(plan, { actions: [], waits: [] })
        const { containers } = situation.observed
        const running = containers.filter((one) => one.state === 'running').map((one) => one.name)
        equal(new Set(running).size, running.length, 'one of each')
        ok(
          containers.every((one) => one.kind === 'init' || one.state !== 'created'),
          'nothing half made',
        )
        equal(
          new Set(containers.filter((one) => !one.remembered).map((one) => one.podUid)).size <= 1,
          true,
          'of one pod',
        )
        if (pod.restartPolicy !== 'Always') return
        const wanted = [...(needsSandbox(pod) ? ['POD'] : []), ...pod.containers.map((one) => one.name)]
        deepEqual(running.sort(), wanted.sort())
      }),
      often,
    )
  },
)

await t.test('from whatever is seen, a removal ends with nothing left', async () => {
  fc.assert(
    fc.property(scenes, (scene) => {
      const { situation } = settle({ kind: 'remove', pod: null }, situationOf(scene))
      deepEqual(
        situation.observed.containers.filter((one) => !one.remembered),
        [],
      )
      equal(situation.context.volumeUids.size, 0)
      equal(situation.context.record, null)
    }),
    often,
  )
})
