/** What pods may do and who may write their manifests, as an operator meets it. */

import { chmodSync } from 'node:fs'

import t from 'tap'

import { appOf } from './engine-view.js'
import { engineWithImage } from './engine-with-image.js'
import { execute } from './in-container.js'
import { image } from './manifests.js'
import { Node } from './podkeep-process.js'
import { until } from './until.js'

const { host, socketPath } = await engineWithImage()

const podOf = (name: string, fields: object): string =>
  JSON.stringify({
    ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name } },
    spec: {
      terminationGracePeriodSeconds: 0,
      containers: [{ name: 'app', image, command: ['sleep', '100000'], ...fields }],
    },
  })

await t.test(
  'a pod beyond the standard is refused by level, control and field; a namespace may have another',
  async (t) => {
    const node = new Node(t, 'standard')
    const supervisor = await node.start(
      host,
      '--pod-security',
      'baseline',
      '--pod-security-namespaces',
      'system=privileged',
    )
    node.put('mighty.yaml', podOf('mighty', { securityContext: { capabilities: { add: ['SYS_TIME'] } } }))
    const refused = await supervisor.file('mighty.yaml', 'refused')
    t.match(refused.problems, [
      {
        field: 'spec.containers[0].securityContext.capabilities.add[0]',
        message: 'Pod Security "baseline", control Capabilities: "SYS_TIME" is forbidden',
      },
    ])
    const text = podOf('clock', { securityContext: { capabilities: { add: ['SYS_TIME'] } } })
    node.put('clock.yaml', text.replace('"name":"clock"', '"name":"clock","namespace":"system"'))
    await supervisor.running('clock')
  },
)

await t.test('an image of root waits where root is not allowed, and an edit starts it', async (t) => {
  const node = new Node(t, 'nonroot')
  const supervisor = await node.start(host)
  node.put('web.yaml', podOf('web', { securityContext: { runAsNonRoot: true } }))
  const waiting = await until('the pod waits', async () => {
    const [pod] = await supervisor.pods()
    return pod?.status.containerStatuses[0]?.state.waiting?.reason === 'CreateContainerConfigError' ? pod : undefined
  })
  t.match(
    waiting.status.containerStatuses[0]?.state.waiting?.message,
    /^container has runAsNonRoot and image will run as root/,
  )
  node.put('web.yaml', podOf('web', { securityContext: { runAsNonRoot: true, runAsUser: 1234 } }))
  await supervisor.running('web')
  const { id } = await appOf(socketPath, node.name, 'web')
  t.equal((await execute(socketPath, id, 'id', '-u')).out, '1234')
})

await t.test('a directory that others may write is refused, and what runs stays', async (t) => {
  const node = new Node(t, 'writable')
  const supervisor = await node.start(host)
  node.put('web.yaml', podOf('web', {}))
  await supervisor.running('web')
  const before = await appOf(socketPath, node.name, 'web')
  chmodSync(node.manifests, 0o777)
  const problem = await until(
    'the directory is refused',
    async () => (await supervisor.manifests()).problem ?? undefined,
  )
  t.equal(
    problem,
    `${node.manifests} may be written by everybody, and whoever writes manifests can become root (chmod o-w ${node.manifests}, or start podkeep with --allow-writable-manifests)`,
  )
  node.put('new.yaml', podOf('new', {}))
  t.strictSame(await appOf(socketPath, node.name, 'web'), before)
  chmodSync(node.manifests, 0o755)
  await supervisor.running('new')
  t.strictSame(await appOf(socketPath, node.name, 'web'), before)
})
