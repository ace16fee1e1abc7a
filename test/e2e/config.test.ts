/** ConfigMaps and Secrets on a real engine: what the process inside sees, what an edit replaces, and where no password ever comes. */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'

import { appOf } from './engine-view.js'
import { engineWithImage } from './engine-with-image.js'
import { execute } from './in-container.js'
import { forEver, image } from './manifests.js'
import { get, Node, type PodkeepProcess } from './podkeep-process.js'
import { until } from './until.js'

const { host, socketPath } = await engineWithImage()

const passwords = ['hunter2-of-old', 'swordfish-the-new']
const configMap = (color: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: app}\ndata: {color: ${color}, unread: "1"}\n`
const secret = (password: string): string =>
  `apiVersion: v1\nkind: Secret\nmetadata: {name: db}\nstringData: {password: ${password}}\n`
const pod = (name: string, env: string): string =>
  `apiVersion: v1
kind: Pod
metadata: {name: ${name}}
spec:
  terminationGracePeriodSeconds: 5
  containers:
  - {name: app, image: "${image}", command: [sh, -c, ${JSON.stringify(forEver)}], ${env}}
`

async function environmentOf(node: Node, name: string): Promise<string> {
  const { id } = await appOf(socketPath, node.name, name)
  return (await execute(socketPath, id, 'env')).out
}

/** Once the container is another one than before. */
async function replaced(node: Node, podkeep: PodkeepProcess, name: string, before: string): Promise<void> {
  await until(
    `another container of ${name}`,
    async () => {
      const app = await appOf(socketPath, node.name, name).catch(() => null)
      return app !== null && app.id !== before ? app : undefined
    },
    () => podkeep.tail(),
  )
  await podkeep.running(name, 1)
}

function filesBelow(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
}

await t.test(
  'variables come from ConfigMaps and Secrets, follow their edits, and no password is told to anybody',
  async (t) => {
    const node = new Node(t, 'config')
    node.put('map.yaml', configMap('red'))
    node.put('map-reader.yaml', pod('map-reader', 'envFrom: [{prefix: MY_, configMapRef: {name: app}}]'))
    const password = 'env: [{name: PASSWORD, valueFrom: {secretKeyRef: {name: db, key: password}}}]'
    node.put('secret-reader.yaml', pod('secret-reader', password))
    const podkeep = await node.start(host, '--log-level', 'debug')
    await podkeep.running('map-reader')
    const { state } = await podkeep.container('secret-reader', (one) => one.state.waiting?.message !== undefined)
    t.strictSame(state.waiting, {
      reason: 'CreateContainerConfigError',
      message: 'env PASSWORD: Secret default/db is in no manifest here',
    })
    node.put('secret.yaml', secret(passwords[0]!))
    await podkeep.running('secret-reader')
    t.match(await environmentOf(node, 'map-reader'), /^MY_color=red$/m)
    t.match(await environmentOf(node, 'secret-reader'), /^PASSWORD=hunter2-of-old$/m)

    const [mapReader, secretReader] = await Promise.all(
      ['map-reader', 'secret-reader'].map((name) => appOf(socketPath, node.name, name)),
    )
    node.put('secret.yaml', secret(passwords[1]!))
    await replaced(node, podkeep, 'secret-reader', secretReader!.id)
    t.match(await environmentOf(node, 'secret-reader'), /^PASSWORD=swordfish-the-new$/m)
    t.equal((await appOf(socketPath, node.name, 'map-reader')).id, mapReader!.id, 'the other one runs on')

    const { body: labels } = await get({ socketPath }, '/containers/json?all=1')
    const answers = await Promise.all(
      ['/pods', '/manifests', '/readyz?verbose'].map(async (path) => (await get({ port: podkeep.port }, path)).body),
    )
    const told = [...filesBelow(node.root), JSON.stringify(podkeep.log), podkeep.stderr, labels, ...answers]
    t.match(labels, /io\.podkeep\.config/)
    for (const text of passwords.flatMap((one) => [one, Buffer.from(one).toString('base64')]))
      for (const place of told) t.notOk(place.includes(text), `${text} in ${place.slice(0, 60)}`)
    t.equal(await podkeep.kill('SIGTERM'), 0)
  },
)
