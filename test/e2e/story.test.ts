/** The main job, told in the order in which a newcomer tries it. */

import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'

import { importBusybox } from '../support/images.js'
import { appOf, containersOf } from './engine-view.js'
import { engineWithImage } from './engine-with-image.js'
import { image, podYaml } from './manifests.js'
import { Node, podkeep } from './podkeep-process.js'
import { until } from './until.js'

const { host, socketPath } = await engineWithImage()

await t.test('drop in, kill, break, mend, edit, remove', async (t) => {
  const node = new Node(t, 'story')
  const supervisor = await node.start(host)
  const get = (...words: string[]) => podkeep(['get', ...words, '--root-dir', node.root])

  await t.test('a manifest dropped in runs, and a second one beside it', async (t) => {
    t.match(await get('pods'), { code: 0, out: '', err: /No pods found/ })
    node.put('web.yaml', podYaml({ name: 'web' }))
    const web = await supervisor.running('web')
    t.match(web, { name: 'app', ready: true, restartCount: 0, image })
    node.put('db.yaml', podYaml({ name: 'db' }))
    await supervisor.running('db')
    const [one] = (await supervisor.pods()).filter((pod) => pod.metadata.name === 'web')
    t.match(one, { status: { phase: 'Running', podIP: /^\d+\.\d+\.\d+\.\d+$/ } })
    await supervisor.ready()
    const shown = await get('pods')
    t.match(shown.out, /^NAMESPACE +NAME +READY +STATUS +RESTARTS +AGE\n/)
    t.match(shown.out, /^default +web +1\/1 +Running +0 /m)
    t.match(shown.out, /^default +db +1\/1 +Running +0 /m)
    t.match(JSON.parse((await get('pods', '-o', 'json')).out), { kind: 'PodList', items: { length: 2 } })
  })

  await t.test('a killed process is back, counted once, and its sandbox and neighbour stay', async (t) => {
    const before = await containersOf(socketPath, node.name)
    const app = await appOf(socketPath, node.name, 'web')
    process.kill(app.pid, 'SIGKILL')
    const web = await supervisor.running('web', 1)
    t.match(web.lastState, { terminated: { exitCode: 137, reason: 'Error' } })
    const after = await containersOf(socketPath, node.name)
    const others = before.filter((one) => one.id !== app.id)
    t.strictSame(
      after.filter((one) => others.some(({ id }) => id === one.id)),
      others,
    )
  })

  await t.test('a typo is named with line and column, and the pod keeps running', async (t) => {
    const before = await appOf(socketPath, node.name, 'web')
    node.put('web.yaml', podYaml({ name: 'web' }).replace('command:', 'comand:'))
    const held = await supervisor.file('web.yaml', 'held')
    t.match(held.problems, [
      { line: 11, column: 7, field: 'spec.containers[0].comand', suggestion: /command/, pod: 'default/web' },
    ])
    t.match((await get('manifests')).out, /^web\.yaml +held +default\/web +11:7: spec\.containers\[0\]\.comand: /m)
    t.match((await get('pods')).out, /^default +web +1\/1 +Running,Held +1 /m)
    t.strictSame(await appOf(socketPath, node.name, 'web'), before)
  })

  await t.test('mended, it is the same container still', async (t) => {
    const before = await appOf(socketPath, node.name, 'web')
    node.put('web.yaml', podYaml({ name: 'web' }))
    await supervisor.file('web.yaml', 'ok')
    await supervisor.said('manifest is good again')
    t.strictSame(await appOf(socketPath, node.name, 'web'), before)
  })

  await t.test('an edit of image and command replaces the container and nothing else', async (t) => {
    await importBusybox(socketPath, `${image}-next`)
    const before = await containersOf(socketPath, node.name)
    const app = await appOf(socketPath, node.name, 'web')
    const script = 'trap "exit 0" TERM; echo new; while :; do sleep 0.2; done'
    node.put('web.yaml', podYaml({ name: 'web', image: `${image}-next`, script }))
    const now = await until('the new container runs', async () => {
      const found = await appOf(socketPath, node.name, 'web').catch(() => undefined)
      return found !== undefined && found.id !== app.id ? found : undefined
    })
    t.equal(now.image, `${image}-next`)
    t.strictSame(now.command, ['sh', '-c', script])
    const sandboxes = before.filter((one) => one.kind === 'sandbox')
    const after = await containersOf(socketPath, node.name)
    t.strictSame(
      after.filter((one) => one.kind === 'sandbox'),
      sandboxes,
    )
  })

  await t.test('an edit to an image that is not to be had leaves the old container running', async (t) => {
    const before = await appOf(socketPath, node.name, 'db')
    node.put('db.yaml', podYaml({ name: 'db', image: '127.0.0.1:1/none/such:1' }))
    await until('the log says that the image cannot be had', () =>
      supervisor.log.find((line) => line['pod'] === 'default/db' && JSON.stringify(line).includes('127.0.0.1:1')),
    )
    t.strictSame(await appOf(socketPath, node.name, 'db'), before)
    node.put('db.yaml', podYaml({ name: 'db' }))
    await supervisor.running('db')
    t.strictSame(await appOf(socketPath, node.name, 'db'), before)
  })

  await t.test('a removed manifest ends its pod, and nothing of it is left', async (t) => {
    const pods = await supervisor.pods()
    const web = pods.find((pod) => pod.metadata.name === 'web')!
    node.drop('web.yaml')
    await supervisor.gone('web')
    const left = await containersOf(socketPath, node.name)
    t.strictSame(
      left.filter((one) => one.pod === 'web'),
      [],
    )
    t.notOk(existsSync(join(node.root, 'pods', web.metadata.uid)))
    t.equal((await supervisor.running('db')).ready, true)
  })

  await t.test('a process that does not listen to SIGTERM is killed after its grace', async (t) => {
    node.put(
      'deaf.yaml',
      podYaml({ name: 'deaf', script: 'trap "" TERM; while :; do sleep 0.1; done', graceSeconds: 1 }),
    )
    await supervisor.running('deaf')
    const startedMs = performance.now()
    node.drop('deaf.yaml')
    await supervisor.gone('deaf')
    t.ok(performance.now() - startedMs >= 1000, 'not before')
  })

  node.drop('db.yaml')
  await supervisor.gone('db')
  t.strictSame(await containersOf(socketPath, node.name), [])
  t.strictSame(existsSync(join(node.root, 'pods')) ? readdirSync(join(node.root, 'pods')) : [], [])
  t.equal(await supervisor.kill('SIGTERM'), 0)
  t.equal(supervisor.stderr, '')
})

await t.test('an image that is not to be had is waited for, and disturbs nobody', async (t) => {
  const node = new Node(t, 'image')
  node.put('a.yaml', podYaml({ name: 'a', image: '127.0.0.1:1/none/such:1' }))
  node.put('b.yaml', podYaml({ name: 'b' }))
  node.put('c.yaml', podYaml({ name: 'c', image: 'UPPER:1' }))
  const supervisor = await node.start(host, '--stop-pods')
  await supervisor.running('b')
  const waiting = await supervisor.container('a', ({ state }) =>
    /^(ErrImagePull|ImagePullBackOff)$/.test(state.waiting?.reason ?? ''),
  )
  t.match(waiting.state.waiting?.message, /127\.0\.0\.1:1/)
  t.match(await supervisor.file('c.yaml', 'refused'), { problems: [{ field: 'spec.containers[0].image' }] })
  t.equal(await supervisor.kill('SIGTERM'), 0)
})
