/** An engine that is stopped while its containers take their time: podkeep starts nothing that the engine would end, and knows what it ended. */

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

/** Of no Job. */
const alone = `apiVersion: v1
kind: Pod
metadata: {name: alone}
spec:
  restartPolicy: Never
  terminationGracePeriodSeconds: 2
  containers:
  - {name: app, image: "${image}", command: [sleep, "4000"]}
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

const job = (name: string, restartPolicy: string, script: string): string => `apiVersion: batch/v1
kind: Job
metadata: {name: ${name}}
spec:
  backoffLimit: 0
  template:
    spec:
      restartPolicy: ${restartPolicy}
      terminationGracePeriodSeconds: 2
      containers:
      - name: app
        image: "${image}"
        command: [sh, -c, ${JSON.stringify(script)}]
`

await t.test('a Job that the engine cuts off goes on, one that had failed does not run again', async (t) => {
  const node = new Node(t, 'jobs')
  const policies = ['Never', 'OnFailure']
  for (const policy of policies) {
    node.put(`cut-${policy}.yaml`, job(`cut-${policy.toLowerCase()}`, policy, 'sleep 4000'))
    node.put(`failed-${policy}.yaml`, job(`failed-${policy.toLowerCase()}`, policy, 'exit 3'))
  }
  node.put('alone.yaml', alone)
  const names = (what: string): string[] => policies.map((policy) => `${what}-${policy.toLowerCase()}`)
  const podkeep = await node.start(engine.host)
  for (const name of [...names('cut'), 'alone']) await podkeep.running(name)
  const failed = (name: string) => podkeep.container(name, ({ state }) => state.terminated?.exitCode === 3)
  const first = new Map<string, string | undefined>()
  for (const name of names('failed')) first.set(name, (await failed(name)).containerID)
  await engine.restart()
  for (const name of names('cut')) await podkeep.running(name, 1)
  for (const name of names('failed')) {
    const { restartCount, containerID } = await failed(name)
    t.match({ restartCount, containerID }, { restartCount: 0, containerID: first.get(name)! }, name)
    const pod = (await podkeep.pods()).find(({ metadata }) => metadata.name === name)
    t.match(pod?.status, { phase: 'Failed', reason: 'BackoffLimitExceeded' })
  }
  const { restartCount } = await podkeep.container('alone', ({ state }) => state.terminated !== undefined)
  t.equal(restartCount, 0, 'a pod of Never stays ended')
  t.equal(await podkeep.kill('SIGTERM'), 0)
})
