/** Limits and ports of the host, as they stand in manifests: what the built program makes of them on a real engine. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import { dirname, join } from 'node:path'
import t from 'tap'

import { freePort } from '../support/free-port.js'
import { containersOf } from './engine-view.js'
import { engineWithImage } from './engine-with-image.js'
import { forEver, image } from './manifests.js'
import { get, Node, type PodkeepProcess } from './podkeep-process.js'
import { until } from './until.js'

const root = '/sys/fs/cgroup'
const isV2 = existsSync(join(root, 'cgroup.controllers'))
const engine = await engineWithImage()

const pod = (name: string, { metadata = '', spec = '', container = '', script = forEver }): string => `apiVersion: v1
kind: Pod
metadata: {name: ${name}${metadata}}
spec:
  terminationGracePeriodSeconds: 2${spec}
  containers:
    - name: app
      image: ${image}
      command: [sh, -c, ${JSON.stringify(script)}]${container}
`
/** Why a pod waits, as /pods says it. */
const reasonOf = async (podkeep: PodkeepProcess, name: string): Promise<string> => {
  const status = (await podkeep.pods()).find((one) => one.metadata.name === name)?.status
  return `${status?.reason ?? ''}: ${status?.message ?? ''}`
}
const groupOf = async (node: Node, name: string): Promise<string> => {
  const all = await containersOf(engine.socketPath, node.name)
  const { pid } = all.find((one) => one.pod === name && one.name === 'app' && one.isRunning)!
  const lines = readFileSync(`/proc/${pid}/cgroup`, 'utf8').split('\n')
  return lines.find((line) => line.split(':')[1] === (isV2 ? '' : 'memory'))?.split(':')[2] ?? ''
}
const memoryLimit = (group: string): string =>
  readFileSync(join(root, isV2 ? '' : 'memory', group, isV2 ? 'memory.max' : 'memory.limit_in_bytes'), 'utf8').trim()
const groupsOfPods = (): string[] =>
  readdirSync(join(root, isV2 ? '' : 'memory', 'docker')).filter((name) => name.startsWith('podkeep.'))

await t.test('limits of a pod as a whole hold its containers, change as it runs, and go with it', async (t) => {
  const node = new Node(t, 'whole')
  const whole = (memory: string): string =>
    pod('web', { spec: `\n  resources: {limits: {memory: ${memory}, cpu: 500m}}` })
  node.put('web.yaml', whole('64Mi'))
  const podkeep = await node.start(engine.host)
  const { containerID } = await podkeep.container('web', ({ state }) => state.running !== undefined)
  const group = await groupOf(node, 'web')
  t.match(dirname(group), /^\/docker\/podkeep\./)
  t.same([memoryLimit(dirname(group)), memoryLimit(group)], [String(64 * 2 ** 20), String(64 * 2 ** 20)])
  node.put('web.yaml', whole('128Mi'))
  await until('the limits are changed', () => (memoryLimit(group) === String(128 * 2 ** 20) ? true : undefined))
  await until('the pod’s too', () => (memoryLimit(dirname(group)) === String(128 * 2 ** 20) ? true : undefined))
  t.equal((await podkeep.container('web', ({ state }) => state.running !== undefined)).containerID, containerID)
  const own = dirname(group).slice('/docker/'.length)
  t.ok(groupsOfPods().includes(own))
  node.drop('web.yaml')
  await until('the group is gone', () => (groupsOfPods().includes(own) ? undefined : true))
  await podkeep.kill('SIGTERM')
})

await t.test('of two pods that want one port of the host the second waits for the first', async (t) => {
  const node = new Node(t, 'ports')
  const free = createServer().listen(0, '127.0.0.1')
  await once(free, 'listening')
  const hostPort = (free.address() as AddressInfo).port
  free.close()
  const ports = `\n      ports: [{containerPort: 80, hostPort: ${hostPort}}]`
  node.put('a.yaml', pod('a', { container: ports }))
  const podkeep = await node.start(engine.host)
  await podkeep.container('a', ({ state }) => state.running !== undefined)
  node.put('b.yaml', pod('b', { container: ports }))
  const told = `HostPortConflict: port ${hostPort}/TCP of the host is taken by pod default/a`
  await until('it says why', async () => ((await reasonOf(podkeep, 'b')) === told ? true : undefined))
  node.drop('a.yaml')
  await podkeep.container('b', ({ state }) => state.running !== undefined)
  await podkeep.kill('SIGTERM')
})

await t.test('two pods that an edit makes swap their ports of the host answer at each other’s', async (t) => {
  const node = new Node(t, 'swap')
  const [one, other] = [await freePort(), await freePort()]
  const put = (name: string, hostPort: number): void => {
    const ports = `\n      ports: [{containerPort: 80, hostPort: ${hostPort}, hostIP: 127.0.0.1}]`
    const script = `mkdir -p /www; echo ${name} > /www/index.html; exec httpd -f -p 80 -h /www`
    node.put(`${name}.yaml`, pod(name, { container: ports, script }))
  }
  const answer = async (port: number): Promise<string> =>
    (await get({ port }, '/').catch(() => ({ body: '' }))).body.trim()
  const bothAnswer = (first: string, second: string): Promise<true> =>
    until(`${first} and ${second} answer`, async () =>
      (await answer(one)) === first && (await answer(other)) === second ? true : undefined,
    )
  put('a', one)
  put('b', other)
  const podkeep = await node.start(engine.host)
  await bothAnswer('a', 'b')
  put('a', other)
  put('b', one)
  await bothAnswer('b', 'a')
  const inVain = podkeep.log.filter((line) => /already (in use|allocated)/.test(JSON.stringify(line)))
  t.same(inVain, [], 'the engine was asked for nothing in vain')
  await podkeep.kill('SIGTERM')
})

await t.test('a port that another program has is said in plain words, and tried again', async (t) => {
  const node = new Node(t, 'foreign')
  const program = createServer().listen(0, '0.0.0.0')
  await once(program, 'listening')
  const hostPort = (program.address() as AddressInfo).port
  node.put('a.yaml', pod('a', { container: `\n      ports: [{containerPort: 80, hostPort: ${hostPort}}]` }))
  const podkeep = await node.start(engine.host)
  const words = `another program listens on 0.0.0.0:${hostPort}/tcp of the host (address already in use): "ss -lnp" tells which`
  await until('it says why', async () => ((await reasonOf(podkeep, 'a')).includes(words) ? true : undefined))
  program.close()
  await podkeep.container('a', ({ state }) => state.running !== undefined)
  await podkeep.kill('SIGTERM')
})
