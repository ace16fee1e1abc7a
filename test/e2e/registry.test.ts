/** Registries at their worst: what runs stays, what waits says why, and what was put right counts without a restart. */

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'

import { startFaultyRegistry, type Fault } from '../support/faulty-registry.js'
import { addLayer, removeImage, startRegistry } from '../support/images.js'
import { appOf } from './engine-view.js'
import { engineWithImage } from './engine-with-image.js'
import { image, podYaml } from './manifests.js'
import { Node, type Pod, type PodkeepProcess } from './podkeep-process.js'
import { until } from './until.js'

const { host, socketPath } = await engineWithImage({ downloadAttempts: 1 })
const local = 'podkeep.test/layered:1'
await addLayer(socketPath, image, local)
const upstream = await startRegistry()
t.teardown(() => upstream.close())
const digest = await upstream.push(socketPath, local, 'team/app:1')
const privateRegistry = await startRegistry({ auth: true })
t.teardown(() => privateRegistry.close())
await privateRegistry.push(socketPath, local, 'team/app:1')
for (const name of [local, `${upstream.host}/team/app:1`, `${privateRegistry.host}/team/app:1`]) {
  await removeImage(socketPath, name)
}

async function podOf(podkeep: PodkeepProcess, name: string, isSo: (pod: Pod) => boolean): Promise<Pod> {
  return until(
    `pod ${name}`,
    async () => (await podkeep.pods()).find((pod) => pod.metadata.name === name && isSo(pod)),
    () => podkeep.tail(),
  )
}

await t.test('an edit leaves the old container running while its image cannot be had, and says why', async (t) => {
  const registry = await startFaultyRegistry(upstream)
  t.teardown(() => registry.close())
  const edited = `${registry.host}/team/app:1`
  const node = new Node(t, 'faulty')
  node.put('web.yaml', podYaml({ name: 'web' }))
  const podkeep = await node.start(host)
  await podkeep.running('web')
  const before = await appOf(socketPath, node.name, 'web')

  const faults: [Fault, string, RegExp][] = [
    ['throttled', 'ErrImagePull', /app: pull .*toomanyrequests.*\(the registry allows fewer pulls/],
    ['denied', 'ErrImagePull', /app: pull .*denied; podkeep knows no login for .*docker login/],
    ['down', 'RegistryUnavailable', /app: pull .*503.*\(is the registry up/],
    ['cut', 'RegistryUnavailable', /app: pull .*EOF/],
    ['damaged', 'ErrImagePull', /app: pull .*verification failed.*\(what came is not/],
  ]
  for (const [index, [fault, reason, message]] of faults.entries()) {
    registry.become(fault)
    // Another grace is another manifest, and whatever failed is tried again at once.
    node.put('web.yaml', podYaml({ name: 'web', image: edited, graceSeconds: 10 + index }))
    const { status } = await podOf(podkeep, 'web', (pod) => message.test(pod.status.message ?? ''))
    t.equal(status.reason, reason, fault)
    t.match(status.containerStatuses[0], { ready: true, state: { running: {} } })
    t.strictSame(await appOf(socketPath, node.name, 'web'), before, fault)
  }
  registry.become('down')
  await podOf(podkeep, 'web', ({ status }) => (status.message ?? '').includes('back-off pulling image: pull'))

  registry.become('stalled')
  node.put('web.yaml', podYaml({ name: 'web', image: edited, graceSeconds: 20 }))
  await podOf(podkeep, 'web', ({ status }) => /^app: pulling image .*: \d+ % of 3\.0 MB$/.test(status.message ?? ''))
  node.put('other.yaml', podYaml({ name: 'other', image: edited }))
  const waiting = await podkeep.container('other', (one) => (one.state.waiting?.message ?? '').includes('% of'))
  t.equal(waiting.state.waiting?.reason, 'ContainerCreating')
  t.strictSame(await appOf(socketPath, node.name, 'web'), before)

  registry.become('well')
  const byDigest = `${registry.host}/team/app@${digest}`
  node.put('web.yaml', podYaml({ name: 'web', image: byDigest }))
  const now = await podkeep.container('web', (one) => one.image === byDigest && one.state.running !== undefined)
  t.equal(now.imageID, byDigest)
  t.not((await appOf(socketPath, node.name, 'web')).id, before.id)
})

await t.test('a private image comes as soon as someone has logged in', async (t) => {
  const node = new Node(t, 'private')
  const podkeep = await node.start(host)
  node.put('app.yaml', podYaml({ name: 'app', image: `${privateRegistry.host}/team/app:1` }))
  const refused = await podkeep.container('app', (one) => one.state.waiting?.reason === 'ErrImagePull')
  t.match(refused.state.waiting?.message, /podkeep knows no login for .*"docker login"/)
  const { username, password } = privateRegistry.login!
  const auth = Buffer.from(`${username}:${password}`).toString('base64')
  mkdirSync(join(node.directory, '.docker'))
  writeFileSync(
    join(node.directory, '.docker', 'config.json'),
    JSON.stringify({ auths: { [privateRegistry.host]: { auth } } }),
  )
  const { imageID } = await podkeep.running('app')
  t.match(imageID, new RegExp(`^${privateRegistry.host}/team/app@sha256:`))
  t.notMatch(JSON.stringify(podkeep.log) + podkeep.stderr, new RegExp(`${password}|${auth}`))
})
