/** What the status page makes of what it hears, without a browser. */

import { join } from 'node:path'

import t from 'tap'

import { checkout } from '../../support/checkout.js'

interface PageState {
  readonly stateOf: (pod: unknown) => { readonly word: string; readonly kind: string; readonly why: string }
  readonly Known: new () => {
    readonly use: ReadonlyMap<string, { readonly cpu: unknown; readonly memory: unknown }>
    readonly measure: (summary: unknown) => void
  }
}

const { stateOf, Known } = (await import(join(checkout, 'lib/http/page/known.js'))) as PageState

const broken = 'a.yaml:6:28: spec.x: unknown field'

function pod(status: object, desire = 'run'): unknown {
  return {
    metadata: { name: 'a', namespace: 'default', annotations: { 'io.podkeep.desire': desire } },
    status: { conditions: [], containerStatuses: [], ...status },
  }
}

const held = (status: object): unknown => pod({ reason: 'ManifestHeld', message: broken, ...status }, 'hold')
const ready = { conditions: [{ type: 'Ready', status: 'True' }] }
const container = (state: object, lastState: object = {}): object => ({
  containerStatuses: [{ name: 'app', ready: false, restartCount: 0, image: 'i', state, lastState }],
})

await t.test('a pod that is held is what it is without its manifest’s fault, which is told beside it', async (t) => {
  t.strictSame(stateOf(held({ phase: 'Running', ...ready })), { word: 'Running, held', kind: 'good', why: broken })
  t.strictSame(stateOf(held({ phase: 'Succeeded' })), { word: 'Completed, held', kind: 'rest', why: broken })
  t.strictSame(stateOf(held({ phase: 'Running', ...container({ terminated: { exitCode: 0 } }) })), {
    ...{ word: 'Not ready, held', kind: 'busy', why: broken },
  })
  t.strictSame(stateOf(held({ phase: 'Failed', ...container({ terminated: { exitCode: 3, reason: 'Error' } }) })), {
    ...{ word: 'Failed, held', kind: 'bad', why: `Error · ${broken}` },
  })
  t.strictSame(stateOf(held({ phase: 'Pending', ...container({ waiting: { reason: 'ContainerCreating' } }) })), {
    ...{ word: 'ContainerCreating, held', kind: 'busy', why: broken },
  })
  const looping = container({ waiting: { reason: 'CrashLoopBackOff', message: 'back-off 10 s' } })
  t.strictSame(stateOf(held({ phase: 'Running', ...looping })), {
    ...{ word: 'CrashLoopBackOff, held', kind: 'bad', why: `app: back-off 10 s · ${broken}` },
  })
  const ended = { terminated: { exitCode: 127, reason: 'ContainerCannotRun', message: 'no such file\nor so' } }
  const cannot = container({ waiting: { reason: 'CrashLoopBackOff', message: 'back-off 10 s' } }, ended)
  t.equal(stateOf(pod({ phase: 'Running', ...cannot })).why, 'app: back-off 10 s · no such file')
})

await t.test('a pod of which something is wrong says what', async (t) => {
  t.strictSame(stateOf(pod({ phase: 'Running', ...ready })), { word: 'Running', kind: 'good', why: '' })
  t.strictSame(stateOf(pod({ phase: 'Running', reason: 'Paused', message: 'by hand', ...ready })), {
    ...{ word: 'Paused', kind: 'bad', why: 'by hand' },
  })
  t.strictSame(stateOf(pod({ phase: 'Failed', reason: 'DeadlineExceeded', message: 'too long' })), {
    ...{ word: 'DeadlineExceeded', kind: 'bad', why: 'too long' },
  })
  t.match(stateOf(pod({ phase: 'Running' }, 'remove')), { word: 'Terminating', kind: 'busy' })
})

await t.test('what is not known yet is no 0', async (t) => {
  const known = new Known()
  const podRef = { namespace: 'default', name: 'a' }
  known.measure({ pods: [{ podRef, cpu: { usageCoreNanoSeconds: 5 }, memory: { workingSetBytes: 7 } }] })
  known.measure({ pods: [{ podRef, cpu: { usageNanoCores: 0 } }] })
  t.strictSame(known.use.get('default/a'), { cpu: [null, 0], memory: [7, null] })
})
