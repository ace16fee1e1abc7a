/** Volumes with limits, claims, what they are bound to, and files of an image on a real engine: what the process inside sees. */

import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import t from 'tap'

import { engineCall } from '../../bin/engine-call.mjs'
import type { V1ContainerStatus } from '../../lib/pod/index.js'
import { appOf } from './engine-view.js'
import { engineWithImage } from './engine-with-image.js'
import { execute } from './in-container.js'
import { forEver, image } from './manifests.js'
import { Node } from './podkeep-process.js'
import { until } from './until.js'

const { host, socketPath } = await engineWithImage()

const container = (mounts: string): string =>
  `{name: app, image: "${image}", command: [sh, -c, ${JSON.stringify(forEver)}], volumeMounts: [${mounts}]}`
const cache = `apiVersion: v1
kind: Pod
metadata: {name: cache}
spec:
  terminationGracePeriodSeconds: 60
  containers: [${container('{name: cache, mountPath: /cache}, {name: tools, mountPath: /tools}')}]
  volumes:
  - {name: cache, emptyDir: {sizeLimit: 2Mi}}
  - {name: tools, image: {reference: "${image}"}}
`
const database = (replicas: number): string => `apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  replicas: ${String(replicas)}
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec:
      terminationGracePeriodSeconds: 1
      containers: [${container('{name: data, mountPath: /data}')}]
  volumeClaimTemplates:
  - metadata: {name: data}
    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
`

const inside = async (node: Node, pod: string, ...command: string[]): Promise<string> =>
  (await execute(socketPath, (await appOf(socketPath, node.name, pod)).id, ...command)).out.trim()

await t.test(
  'a pod that fills its emptyDir is put out and comes back with an empty one; an image is read-only files',
  async (t) => {
    const node = new Node(t, 'limits')
    node.put('cache.yaml', cache)
    const podkeep = await node.start(host)
    await podkeep.running('cache')
    t.match(await inside(node, 'cache', 'ls', '/tools/bin/busybox'), '/tools/bin/busybox')
    t.match(await inside(node, 'cache', 'sh', '-c', 'echo x > /tools/new; echo $?'), /Read-only file system\n1$/)
    t.notMatch(
      await inside(node, 'cache', 'ls', '-A', '/tools'),
      /dockerenv|dev|proc|sys/,
      'nothing of the engine’s own',
    )
    const { id } = await appOf(socketPath, node.name, 'cache')
    await inside(node, 'cache', 'sh', '-c', 'head -c 3000000 /dev/zero > /cache/large')
    const message = await until('it is put out', async () => {
      const [pod] = await podkeep.pods()
      const { phase, reason, message } = pod?.status as unknown as Record<string, string>
      return reason === 'Evicted' ? `${phase ?? ''}: ${message ?? ''}` : undefined
    })
    t.equal(message, 'Failed: Usage of EmptyDir volume "cache" exceeds the limit "2Mi".')
    await until('it is back', async () => {
      const back = await appOf(socketPath, node.name, 'cache').catch(() => undefined)
      return back !== undefined && back.id !== id ? back : undefined
    })
    await podkeep.running('cache')
    t.equal(await inside(node, 'cache', 'ls', '-A', '/cache'), '')
    node.drop('cache.yaml')
    await until('the pod is gone', async () => ((await podkeep.pods()).length === 0 ? true : undefined))
  },
)

await t.test(
  'a share that cannot be mounted is waited for by who mounts it; without it, that one starts',
  async (t) => {
    const node = new Node(t, 'shares')
    const share = (mount: string, volumes: string): string => `apiVersion: v1
kind: Pod
metadata: {name: media}
spec:
  terminationGracePeriodSeconds: 1
  containers:
  - ${container(mount)}
  - {name: helper, image: "${image}", command: [sh, -c, ${JSON.stringify(forEver)}]}
  volumes: [${volumes}]
`
    node.put(
      'media.yaml',
      share('{name: films, mountPath: /films}', '{name: films, nfs: {server: 127.0.0.1, path: /films}}'),
    )
    const podkeep = await node.start(host)
    const statuses = async (): Promise<V1ContainerStatus[]> => {
      const [pod] = await podkeep.pods()
      return [...(pod?.status.containerStatuses ?? [])]
    }
    const message = await until('it waits', async () => {
      const [app, helper] = await statuses()
      const waiting = app?.state.waiting
      return waiting?.reason === 'FailedMount' && helper?.state.running !== undefined ? waiting.message : undefined
    })
    t.match(
      message,
      /^start container \w+: cannot mount \/films of the NFS server 127\.0\.0\.1: [^:]+ \(is the server up, does it export this path/,
    )
    const [waiting, helper] = await statuses()
    t.match([waiting?.restartCount, helper?.restartCount, helper?.ready], [0, 0, true])
    node.put('media.yaml', share('', ''))
    await until('both run', async () => {
      const [app] = await statuses()
      return app?.state.running
    })
    t.equal((await statuses())[1]?.containerID, helper?.containerID, 'the other one runs on')
  },
)

await t.test('each pod of a StatefulSet finds its own data again after it was gone', async (t) => {
  const node = new Node(t, 'claims')
  node.put('db.yaml', database(2))
  const podkeep = await node.start(host)
  for (const pod of ['db-0', 'db-1']) {
    await podkeep.running(pod)
    await inside(node, pod, 'sh', '-c', `echo ${pod} > /data/mine`)
  }
  node.drop('db.yaml')
  await until('the pods are gone', async () => ((await podkeep.pods()).length === 0 ? true : undefined))
  node.put('db.yaml', database(2))
  for (const pod of ['db-0', 'db-1']) {
    await podkeep.running(pod)
    t.equal(await inside(node, pod, 'cat', '/data/mine'), pod)
  }
  const { text } = await engineCall(host, 'GET', '/volumes')
  const names = (JSON.parse(text) as { Volumes: { Name: string }[] }).Volumes.map(({ Name }) => Name)
  for (const pod of ['db-0', 'db-1']) t.ok(names.includes(`podkeep_data-${pod}_default_${node.name}`), names.join(' '))
})

await t.test('an emptyDir in memory changes its size as it stands, and its medium with its containers', async (t) => {
  const node = new Node(t, 'mediums')
  const pod = (source: string): string => `apiVersion: v1
kind: Pod
metadata: {name: mem}
spec:
  terminationGracePeriodSeconds: 1
  containers: [${container('{name: e, mountPath: /e}')}]
  volumes: [{name: e, emptyDir: ${source}}]
`
  const mount = async (): Promise<string> =>
    inside(node, 'mem', 'sh', '-c', "grep ' /e ' /proc/self/mountinfo | sed -E 's/.* - (\\w+) .*/\\1 &/'")
  const becomes = async (what: RegExp): Promise<void> => {
    await until(String(what), async () => (what.test(await mount().catch(() => '')) ? true : undefined))
  }
  node.put('mem.yaml', pod('{medium: Memory, sizeLimit: 1Mi}'))
  const podkeep = await node.start(host)
  await podkeep.running('mem')
  t.match(await mount(), /^tmpfs .*size=1024k/)
  const { id } = await appOf(socketPath, node.name, 'mem')
  await inside(node, 'mem', 'sh', '-c', 'echo kept > /e/file')
  node.put('mem.yaml', pod('{medium: Memory, sizeLimit: 8Mi}'))
  await becomes(/size=8192k/)
  await inside(node, 'mem', 'sh', '-c', 'head -c 4194304 /dev/zero > /e/large')
  node.put('mem.yaml', pod('{medium: Memory, sizeLimit: 2Mi}'))
  const refused = await until('the refusal is told', () =>
    podkeep.log.map((line) => JSON.stringify(line)).find((line) => line.includes('more than the 2Mi')),
  )
  t.match(refused, 'it keeps its 8Mi until enough of that is removed')
  t.match(await mount(), /size=8192k/)
  await podkeep.kill('SIGKILL')
  await inside(node, 'mem', 'rm', '/e/large')
  const again = await node.start(host)
  await becomes(/size=2048k/)
  t.equal(await inside(node, 'mem', 'cat', '/e/file'), 'kept')
  t.equal((await appOf(socketPath, node.name, 'mem')).id, id, 'nobody was replaced for it')

  node.put('mem.yaml', pod('{}'))
  await becomes(/^(?!tmpfs )\w/)
  t.equal(await inside(node, 'mem', 'ls', '-A', '/e'), '')
  t.notMatch(readFileSync('/proc/self/mountinfo', 'utf8'), `${node.root}/pods/`, 'the old one is unmounted')
  await inside(node, 'mem', 'sh', '-c', 'echo old > /e/file')
  node.put('mem.yaml', pod('{medium: Memory}'))
  await becomes(/^tmpfs /)
  t.equal(await inside(node, 'mem', 'ls', '-A', '/e'), '')
  const [uid = ''] = readdirSync(join(node.root, 'pods'))
  await until('the old one is removed', () =>
    Promise.resolve(readdirSync(join(node.root, 'pods', uid)).includes('old-volumes') ? undefined : true),
  )
  node.drop('mem.yaml')
  await again.gone('mem')
})

await t.test('what a pod only reads of a claim keeps its owners and modes', async (t) => {
  const node = new Node(t, 'readers')
  const pod = (name: string, source: string): string => `apiVersion: v1
kind: Pod
metadata: {name: ${name}}
spec:
  terminationGracePeriodSeconds: 1
  ${source}
  containers: [${container('{name: keys, mountPath: /keys}')}]
`
  node.put('a.yaml', pod('writer', 'volumes: [{name: keys, persistentVolumeClaim: {claimName: keys}}]'))
  const podkeep = await node.start(host)
  await podkeep.running('writer')
  await inside(node, 'writer', 'sh', '-c', 'echo secret > /keys/id_rsa; chmod 600 /keys/id_rsa; chmod 700 /keys')
  const reader = `securityContext: {fsGroup: 4321}
  volumes: [{name: keys, persistentVolumeClaim: {claimName: keys, readOnly: true}}]`
  node.put('b.yaml', pod('reader', reader))
  await podkeep.running('reader')
  const modes = await inside(node, 'reader', 'stat', '-c', '%a %g', '/keys', '/keys/id_rsa')
  t.equal(modes.replaceAll('\n', ', '), '700 0, 600 0')
})

const volumeOf = (name: string, source: string, more = ''): string => `apiVersion: v1
kind: PersistentVolume
metadata: {name: ${name}}
spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], ${source}${more}}
`
const claimed = (name: string, more = ''): string => `apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: ${name}}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}${more}}
---
apiVersion: v1
kind: Pod
metadata: {name: ${name}}
spec:
  terminationGracePeriodSeconds: 1
  securityContext: {fsGroup: 4321}
  containers: [${container('{name: data, mountPath: /data}, {name: data, mountPath: /part, subPath: part}')}]
  volumes: [{name: data, persistentVolumeClaim: {claimName: ${name}}}]
`

await t.test(
  'a pod sees the directory of its PersistentVolume, writes there, and finds it again whatever breaks',
  async (t) => {
    const node = new Node(t, 'pvs')
    const [disk, ssd] = [join(node.shared, 'disk'), join(node.shared, 'ssd')]
    for (const folder of [disk, ssd]) mkdirSync(folder)
    writeFileSync(join(disk, 'old'), 'kept\n')
    writeFileSync(join(ssd, 'old'), 'fast\n')
    node.put('a.yaml', claimed('db', ', storageClassName: ""'))
    node.put('b.yaml', claimed('cache', ', storageClassName: ssd'))
    node.put('ssd.yaml', volumeOf('ssd', `local: {path: ${ssd}}`, ', storageClassName: ssd'))
    const podkeep = await node.start(host)
    await podkeep.running('cache')
    t.equal(await inside(node, 'cache', 'cat', '/data/old'), 'fast')
    t.same(
      [statSync(join(ssd, 'old')).gid, statSync(join(disk, 'old')).gid],
      [4321, 0],
      'local has the group of the pod',
    )
    const waiting = await until('the other waits for its volume', async () => {
      const pod = (await podkeep.pods()).find(({ metadata }) => metadata.name === 'db')
      return pod?.status.containerStatuses[0]?.state.waiting?.message
    })
    t.equal(
      waiting,
      'volume "data": the claim default/db is unbound, and waits for a PersistentVolume without a class, of at least 1Gi, with ReadWriteOnce (there is none)',
    )
    const volume = volumeOf('disk', `hostPath: {path: ${disk}}`)
    node.put('disk.yaml', volume)
    await podkeep.running('db')
    t.equal(await inside(node, 'db', 'cat', '/data/old'), 'kept')
    await inside(node, 'db', 'sh', '-c', 'echo 1 > /data/new; echo 2 > /part/deep')
    t.equal(readFileSync(join(disk, 'new'), 'utf8'), '1\n')
    t.equal(readFileSync(join(disk, 'part/deep'), 'utf8'), '2\n')
    t.equal(statSync(join(disk, 'old')).gid, 0, 'a hostPath keeps its owners')

    await podkeep.kill('SIGKILL')
    node.put('disk.yaml', volume.replace('spec:', 'spek:'))
    const again = await node.start(host)
    await again.running('db')
    const { id } = await appOf(socketPath, node.name, 'db')
    await engineCall(host, 'POST', `/containers/${id}/kill`)
    await again.running('db', 1)
    t.equal(await inside(node, 'db', 'cat', '/data/new'), '1')
    const { text } = await engineCall(host, 'GET', '/volumes')
    t.notMatch(text, new RegExp(`podkeep_(db|cache)_default_${node.name}`), 'the engine was asked for no volume')
    for (const file of ['a.yaml', 'b.yaml']) node.drop(file)
    await until('the pods are gone', async () => ((await again.pods()).length === 0 ? true : undefined))
    t.equal(readFileSync(join(disk, 'new'), 'utf8'), '1\n', 'podkeep deletes no data')
  },
)
