/** A container that writes more than its ephemeral-storage limit, on a real engine. */

import t from 'tap'

import { appOf } from './engine-view.js'
import { engineWithImage } from './engine-with-image.js'
import { execute } from './in-container.js'
import { forEver, image } from './manifests.js'
import { Node } from './podkeep-process.js'
import { until } from './until.js'

const { host, socketPath } = await engineWithImage()

const manifest = (limit: string): string => `apiVersion: v1
kind: Pod
metadata: {name: writer}
spec:
  containers:
  - name: app
    image: "${image}"
    command: [sh, -c, ${JSON.stringify(forEver)}]
    resources: {requests: {ephemeral-storage: 1Mi}, limits: {ephemeral-storage: ${limit}}}
`

async function write(node: Node, megabytes: number): Promise<string> {
  const { id } = await appOf(socketPath, node.name, 'writer')
  const script = `head -c ${String(megabytes * 1_000_000)} /dev/zero > /written`
  await execute(socketPath, id, 'sh', '-c', script)
  return id
}

await t.test(
  'it is put out, and comes back without what it wrote; a raised limit counts without a restart',
  async (t) => {
    const node = new Node(t, 'ephemeral')
    node.put('writer.yaml', manifest('10Mi'))
    const podkeep = await node.start(host)
    await podkeep.running('writer')
    const id = await write(node, 20)
    const message = await until('it is put out', async () => {
      const [pod] = await podkeep.pods()
      const { phase, reason, message } = pod?.status as unknown as Record<string, string>
      return reason === 'Evicted' ? `${phase ?? ''}: ${message ?? ''}` : undefined
    })
    t.equal(message, 'Failed: Pod ephemeral local storage usage exceeds the total limit of containers 10Mi.')
    await until('it is back', async () => {
      const back = await appOf(socketPath, node.name, 'writer').catch(() => undefined)
      return back !== undefined && back.id !== id ? back : undefined
    })
    await podkeep.running('writer')
    const back = await appOf(socketPath, node.name, 'writer')
    t.equal(
      (
        await execute(socketPath, back.id, 'sh', '-c', 'ls /written 2>&1 | wc -l; test -e /written; echo $?')
      ).out.trim(),
      '1\n1',
    )
    node.put('writer.yaml', manifest('50Mi'))
    await write(node, 20)
    await new Promise((resolve) => setTimeout(resolve, 15_000))
    t.equal((await appOf(socketPath, node.name, 'writer')).id, back.id, 'it runs on')
    node.drop('writer.yaml')
    await until('the pod is gone', async () => ((await podkeep.pods()).length === 0 ? true : undefined))
  },
)
