/** The main job on podman's Docker-compatible socket, from the first pod to a whole application with names, a disk and probes. */

import { join } from 'node:path'
import t from 'tap'

import { freePort } from '../support/free-port.js'
import { importBusybox } from '../support/images.js'
import { containersOf } from './engine-view.js'
import { engineWithImage } from './engine-with-image.js'
import { manifestsOf, examplesFolder, Tour } from './example-tour.js'
import { image } from './manifests.js'
import { Node, podkeep as program, type CommandResult } from './podkeep-process.js'
import { until } from './until.js'

const engine = await engineWithImage({ kind: 'podman' })
const { host, socketPath } = engine
await importBusybox(socketPath, 'podkeep.local/example:1')

const visitor = `apiVersion: v1
kind: Pod
metadata: {name: visitor}
spec:
  terminationGracePeriodSeconds: 5
  containers:
    - name: ask
      image: ${image}
      command: [sh, -c, 'trap "exit 0" TERM; while :; do wget -q -O - http://front:8080/; sleep 1 & wait $!; done']
`

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

await t.test('a whole application on podman, through every restart there is', async (t) => {
  const node = new Node(t, 'shop')
  const port = await freePort()
  let podkeep = await node.start(host)
  const tour = new Tour(node, podkeep, socketPath)
  const env = { DOCKER_HOST: host, PODKEEP_ROOT_DIR: node.root, PODKEEP_NODE_NAME: node.name }
  const type = (...words: string[]): Promise<CommandResult> => program(words, { env })
  node.put('shop.yaml', shop(port, 'first', '64Mi'))
  node.put('visitor.yaml', visitor)
  await tour.ready('shop-0')
  await tour.page(port, /^first$/m)
  await tour.logs('visitor', undefined, /first/)
  t.match(await type('exec', 'shop-0', '--', 'sh', '-c', 'id -G; cat /login/password; stat -c "%u %g %a" /data'), {
    code: 0,
    out: '1000 2000\nopen sesame\n0 2000 2775\n',
  })
  t.match(await type('logs', 'shop-0'), { code: 0, out: 'started 1\n' })

  const before = await tour.container('shop-0')
  node.put('shop.yaml', shop(port, 'second', '96Mi'))
  await tour.page(port, /^second$/m)
  const limit = ['sh', '-c', 'cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max 2>/dev/null']
  await tour.says('shop-0', limit, new RegExp(`^${96 * 2 ** 20}$`, 'm'))
  t.strictSame(await tour.container('shop-0'), before, 'its configuration and its limits changed where it runs')

  await podkeep.kill('SIGKILL')
  podkeep = await node.start(host)
  await podkeep.running('shop-0')
  const seen = podkeep.log.length
  await engine.restart()
  await until('podkeep has found podman again', () => podkeep.log.slice(seen).find(({ msg }) => msg === 'engine ready'))
  t.strictSame(
    await tour.container('shop-0'),
    before,
    'neither podkeep’s restart nor that of podman’s service touched it',
  )

  process.kill(before.pid, 'SIGKILL')
  await podkeep.running('shop-0', 1)
  await tour.page(port, /^second$/m)
  t.match(await type('logs', '--previous', 'shop-0'), { code: 0, out: 'started 1\n' })

  const sandboxes = async () =>
    (await containersOf(socketPath, node.name)).filter(
      ({ pod, kind, isRunning }) => pod === 'shop-0' && kind === 'sandbox' && isRunning,
    )
  const [dead] = await sandboxes()
  process.kill(dead?.pid ?? 0, 'SIGKILL')
  await until('there is one sandbox again, another one', async () => {
    const [one, ...more] = await sandboxes().catch(() => [])
    return one !== undefined && one.id !== dead?.id && more.length === 0 ? true : undefined
  })
  await tour.page(port, /^second$/m)
  t.match(
    (await type('exec', 'shop-0', '--', 'cat', '/data/starts')).out,
    /^x\nx\nx\n$/,
    'its claim was kept all the time',
  )

  for (const file of ['shop.yaml', 'visitor.yaml']) node.drop(file)
  await until('nothing is left', async () => {
    const left = await containersOf(socketPath, node.name).catch(() => null)
    return left?.length === 0 ? true : undefined
  })
  t.equal(await podkeep.kill('SIGTERM'), 0)
})

function shop(port: number, page: string, memory: string): string {
  return `apiVersion: v1
kind: ConfigMap
metadata: {name: site}
data: {index.html: ${page}}
---
apiVersion: v1
kind: Secret
metadata: {name: login}
stringData: {password: "open sesame\\n"}
---
apiVersion: v1
kind: Service
metadata: {name: front}
spec: {selector: {app: shop}, ports: [{port: 8080}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec:
      terminationGracePeriodSeconds: 5
      securityContext: {runAsUser: 1000, runAsGroup: 1000, fsGroup: 2000}
      containers:
        - name: web
          image: ${image}
          command: [sh, -c, 'trap "exit 0" TERM; echo x >> /data/starts; echo started $(wc -l < /data/starts); httpd -f -p 8080 -h /site & wait']
          ports: [{containerPort: 8080, hostPort: ${port}, hostIP: 127.0.0.1}]
          resources: {limits: {memory: ${memory}}}
          readinessProbe: {httpGet: {port: 8080, path: /index.html}, periodSeconds: 1}
          livenessProbe: {exec: {command: [test, -e, /data/starts]}, periodSeconds: 5, timeoutSeconds: 10}
          volumeMounts:
            - {name: site, mountPath: /site}
            - {name: login, mountPath: /login, readOnly: true}
            - {name: data, mountPath: /data}
      volumes:
        - {name: site, configMap: {name: site}}
        - {name: login, secret: {secretName: login}}
        - {name: data, persistentVolumeClaim: {claimName: shop}}
`
}
