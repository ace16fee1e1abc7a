/** An engine that is stopped while its containers take their time: podkeep starts nothing that the engine would end. */

import t from 'tap'

import { freePort } from '../support/free-port.js'
import { engineWithImage } from './engine-with-image.js'
import { forEver, image } from './manifests.js'
import { Node } from './podkeep-process.js'

const engine = await engineWithImage()

const pod = (name: string, script: string, hostPort: number): string => `apiVersion: v1
kind: Pod
metadata: {name: ${name}}
spec:
  terminationGracePeriodSeconds: 5
  containers:
  - name: app
    image: "${image}"
    command: [sh, -c, ${JSON.stringify(script)}]
    ports: [{containerPort: 80, hostPort: ${String(hostPort)}, hostIP: 127.0.0.1}]
`

await t.test('each container is started once when the engine is back, with its port', async (t) => {
  const node = new Node(t, 'stopped')
  const scripts = { quick: forEver, other: forEver, third: forEver, slow: 'trap "" TERM; while :; do sleep 0.1; done' }
  for (const [name, script] of Object.entries(scripts)) node.put(`${name}.yaml`, pod(name, script, await freePort()))
  const podkeep = await node.start(engine.host, '--stop-pods')
  for (const name of Object.keys(scripts)) await podkeep.running(name)
  await engine.restart()
  for (const name of Object.keys(scripts)) {
    const { restartCount } = await podkeep.running(name, 1)
    t.equal(restartCount, 1, name)
  }
  t.notMatch(JSON.stringify(podkeep.log), /already allocated/)
  t.equal(await podkeep.kill('SIGTERM'), 0)
})
