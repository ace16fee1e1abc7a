/** Volumes made of ConfigMaps, Secrets and the pod itself on a real engine: what the process inside sees, also after an edit. */

import t from 'tap'

import { appOf } from './engine-view.js'
import { engineWithImage } from './engine-with-image.js'
import { execute } from './in-container.js'
import { forEver, image } from './manifests.js'
import { Node } from './podkeep-process.js'
import { until } from './until.js'

const { host, socketPath } = await engineWithImage()

const configMap = (color: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: app}\ndata: {color: ${color}, "app.conf": "color=${color}"}\n`
const secret = (password: string): string =>
  `apiVersion: v1\nkind: Secret\nmetadata: {name: db}\nstringData: {password: ${password}}\n`
const pod = `apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec:
  terminationGracePeriodSeconds: 5
  securityContext: {fsGroup: 4000}
  containers:
  - name: app
    image: "${image}"
    command: [sh, -c, ${JSON.stringify(forEver)}]
    volumeMounts:
    - {name: conf, mountPath: /conf}
    - {name: conf, mountPath: /etc/one.conf, subPath: app.conf}
    - {name: keys, mountPath: /keys}
    - {name: all, mountPath: /all}
  volumes:
  - {name: conf, configMap: {name: app}}
  - {name: keys, secret: {secretName: db, defaultMode: 0400}}
  - name: all
    projected:
      sources:
      - {configMap: {name: app, items: [{key: color, path: deep/er/color, mode: 0600}]}}
      - {downwardAPI: {items: [{path: labels, fieldRef: {fieldPath: metadata.labels}}]}}
`

await t.test(
  'files come from objects, follow their edits in the running container, and cannot be written',
  async (t) => {
    const node = new Node(t, 'content')
    node.put('map.yaml', configMap('red'))
    node.put('secret.yaml', secret('hunter2'))
    node.put('web.yaml', pod)
    const podkeep = await node.start(host, '--log-level', 'debug')
    await podkeep.running('web')
    const { id } = await appOf(socketPath, node.name, 'web')
    const inside = async (...command: string[]): Promise<string> =>
      (await execute(socketPath, id, ...command)).out.trim()

    t.equal(await inside('cat', '/conf/color', '/etc/one.conf', '/keys/password'), 'redcolor=redhunter2')
    t.equal(await inside('cat', '/all/deep/er/color', '/all/labels'), 'redapp="web"')
    t.equal(await inside('stat', '-L', '-c', '%a %g', '/keys/password'), '440 4000', 'fsGroup may read')
    t.equal(await inside('stat', '-f', '-c', '%T', '/keys'), 'tmpfs', 'no password on a disk')
    t.match(await inside('sh', '-c', 'echo x > /conf/color; echo $?'), /1$/, 'it is read-only')

    node.put('map.yaml', configMap('blue'))
    node.put('secret.yaml', secret('swordfish'))
    await until('the new files', async () =>
      (await inside('cat', '/conf/color', '/keys/password')) === 'blueswordfish' ? true : undefined,
    )
    t.equal(await inside('cat', '/etc/one.conf'), 'color=red', 'a subPath keeps what it was mounted with')
    t.equal((await appOf(socketPath, node.name, 'web')).id, id, 'the container runs on')
    t.notMatch(JSON.stringify(podkeep.log), /hunter2|swordfish/)

    await podkeep.kill('SIGKILL')
    node.put('map.yaml', configMap('green'))
    const again = await node.start(host)
    await until('what changed meanwhile', async () =>
      (await inside('cat', '/conf/color')) === 'green' ? true : undefined,
    )
    t.equal((await appOf(socketPath, node.name, 'web')).id, id)

    // Its mounts go with it.
    node.drop('web.yaml')
    await until('the pod is gone', async () => ((await again.pods()).length === 0 ? true : undefined))
  },
)
