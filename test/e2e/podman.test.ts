/** The main job on podman's Docker-compatible socket: a pod starts, is back when it dies, follows an edit, and goes. */

import { join } from 'node:path'
import t from 'tap'

import { importBusybox } from '../support/images.js'
import { containersOf } from './engine-view.js'
import { engineWithImage } from './engine-with-image.js'
import { manifestsOf, examplesFolder, Tour } from './example-tour.js'
import { Node } from './podkeep-process.js'
import { until } from './until.js'

const { host, socketPath } = await engineWithImage({ kind: 'podman' })
await importBusybox(socketPath, 'podkeep.local/example:1')

await t.test('hello on podman', async (t) => {
  const node = new Node(t, 'podman')
  const { files, ports } = await manifestsOf(join(examplesFolder, '../manifests'))
  const [port = 0] = ports
  const tour = new Tour(node, await node.start(host), socketPath)
  tour.put(files)
  await tour.page(port, /^Hello from pod hello, /)

  process.kill((await tour.container('hello')).pid, 'SIGKILL')
  await tour.podkeep.running('hello', 1)
  await tour.page(port, /^Hello from pod hello, /)

  /** podman does not tell of a container that it is removing just now. */
  const containers = () =>
    until('all containers are told of', () => containersOf(socketPath, node.name).catch(() => undefined))
  const before = await containers()
  node.put('hello.yaml', (files.get('hello.yaml') ?? '').replace('Hello from', 'Good bye from'))
  await tour.page(port, /^Good bye from pod hello, /)
  const after = await containers()
  const sandbox = before.find(({ kind }) => kind === 'sandbox')
  t.strictSame(
    after.find(({ kind }) => kind === 'sandbox'),
    sandbox,
    'the sandbox stays',
  )

  await tour.podkeep.kill('SIGKILL')
  const again = new Tour(node, await node.start(host), socketPath)
  await again.podkeep.running('hello', 2)
  t.strictSame(await containers(), after, 'taken over untouched')

  node.drop('hello.yaml')
  await until('nothing is left', async () => ((await containers()).length === 0 ? true : undefined))
  t.equal(await again.podkeep.kill('SIGTERM'), 0)
})
