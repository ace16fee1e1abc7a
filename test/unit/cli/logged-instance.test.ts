/** Whose log is meant. */

import t from 'tap'

import { loggedInstance, type PodContainers } from '../../../lib/cli/pods/pod-containers.js'

function pod(...states: string[]): PodContainers {
  const instances = states.map((state, attempt) => ({ id: `${attempt}`, state, identity: { name: 'app', attempt } }))
  return {
    namespace: 'default',
    name: 'web',
    defaultContainer: 'app',
    names: ['app'],
    instances,
  } as unknown as PodContainers
}

const log = (one: PodContainers, isPrevious: boolean): string => loggedInstance(one, 'app', isPrevious).id

t.test('of one that runs: its own, and that of the one before', (t) => {
  t.equal(log(pod('exited', 'running'), false), '1')
  t.equal(log(pod('exited', 'running'), true), '0')
  t.equal(log(pod('exited', 'running', 'created'), false), '1', 'what never ran has none')
  t.end()
})

t.test('of one in a crash loop the one that ended last is the previous one, whether another is kept or not', (t) => {
  const [, only] = pod('exited', 'exited').instances
  const kept: PodContainers = { ...pod(), instances: only === undefined ? [] : [only] }
  t.equal(log(kept, true), '1')
  t.equal(log(kept, false), '1')
  t.equal(log(pod('exited', 'exited'), true), '1')
  t.end()
})

t.test('of one that ran once there is no previous one', (t) => {
  t.throws(() => log(pod('running'), true), { message: 'container "app" of pod "web" has no previous instance' })
  t.throws(() => log(pod('exited'), true), { message: 'container "app" of pod "web" has no previous instance' })
  t.throws(() => log(pod('created'), false), { message: 'container "app" of pod "web" has not run yet' })
  t.end()
})
