/** An edit of a Deployment on a real engine: one pod after the other, and a broken one goes no further. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

import t from 'tap'

import { containersOf, type Container } from './engine-view.js'
import { engineWithImage } from './engine-with-image.js'
import { forEver, image } from './manifests.js'
import { Node, podkeep as command } from './podkeep-process.js'
import { until } from './until.js'

const { host, socketPath } = await engineWithImage()
t.setTimeout(600_000)

const deployment = (script: string): string => `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 3
  minReadySeconds: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 2
      containers:
      - name: app
        image: "${image}"
        command: [sh, -c, ${JSON.stringify(script)}]
        readinessProbe: {exec: {command: ["true"]}, periodSeconds: 1}
`
const version = (number: number): string => deployment(`: version ${String(number)}; ${forEver}`)

await t.test('an edit takes one pod at a time', async (t) => {
  const node = new Node(t, 'rollout')
  const apps = async (): Promise<Container[]> =>
    (await containersOf(socketPath, node.name)).filter(({ kind, isRunning }) => kind === 'container' && isRunning)
  const of = (all: readonly Container[], text: string): Container[] =>
    all.filter(({ command }) => command.join(' ').includes(text))
  node.put('web.yaml', version(1))
  const podkeep = await node.start(host)
  for (const name of ['web-0', 'web-1', 'web-2']) await podkeep.running(name)
  let fewest = 3
  const allOf = (text: string): Promise<true> =>
    until(`three of ${text}`, async () => {
      const all = await apps()
      fewest = Math.min(fewest, all.length)
      return of(all, text).length === 3 ? true : undefined
    })
  node.put('web.yaml', version(2))
  await allOf('version 2')
  t.equal(fewest, 2, 'never more than one was away')

  node.put('web.yaml', deployment('exit 3'))
  await until('the first is broken', async () =>
    (await podkeep.pods()).some(({ status }) => JSON.stringify(status).includes('CrashLoopBackOff')) ? true : undefined,
  )
  const kept = of(await apps(), 'version 2')
  t.equal(kept.length, 2)
  await podkeep.kill('SIGKILL')
  await node.start(host)
  node.put('web.yaml', version(3))
  fewest = 3
  await allOf('version 3')
  t.ok(fewest >= 2)
  node.drop('web.yaml')
  await until('all are gone', async () => ((await containersOf(socketPath, node.name)).length === 0 ? true : undefined))
})

await t.test(
  'a file that is written by hand counts when it is whole: half of it would ask for fewer pods',
  async (t) => {
    const node = new Node(t, 'byhand')
    const [object, workload, count] = [
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n',
      (number: number): string => `---\n${version(number).replace('  replicas: 3\n', '')}`,
      '  replicas: 3\n',
    ]
    node.put('web.yaml', object + workload(1) + count)
    const podkeep = await node.start(host)
    for (const name of ['web-0', 'web-1', 'web-2']) await podkeep.running(name)
    const apps = async (): Promise<Container[]> =>
      (await containersOf(socketPath, node.name)).filter(({ kind, isRunning }) => kind === 'container' && isRunning)
    const before = await apps()

    const cat = spawn('/bin/sh', ['-c', 'exec cat > "$1"', 'sh', join(node.manifests, 'web.yaml')], {
      stdio: ['pipe', 'inherit', 'inherit'],
    })
    const waits = `cat (process ${String(cat.pid)}) has it open for writing`
    for (const part of [object, workload(2)]) {
      cat.stdin.write(part)
      await until('it waits for its writer', async () =>
        (await podkeep.manifest('web.yaml'))?.warnings.some(({ message }) => message.includes(waits))
          ? true
          : undefined,
      )
      await delay(2_000)
      t.strictSame(await apps(), before, 'nobody is touched')
    }
    const server = `http://127.0.0.1:${String(podkeep.port)}`
    const { code, out } = await command(['get', 'manifests', '--server', server])
    t.equal(code, 0)
    t.match(out, /web\.yaml +ok +default\/web-0,default\/web-1,default\/web-2 +warning: it is being written/)
    t.ok(out.includes(waits), out)
    await podkeep.said('a manifest is being written, and counts once that is done')

    cat.stdin.end(count)
    await once(cat, 'close')
    let fewest = 3
    await until('all are made anew', async () => {
      const all = await apps()
      fewest = Math.min(fewest, all.length)
      return all.filter((one) => one.command.join(' ').includes('version 2')).length === 3 ? true : undefined
    })
    t.equal(fewest, 2, 'one after the other')
    t.strictSame((await podkeep.manifest('web.yaml'))?.warnings, [])
    node.drop('web.yaml')
    await until('all are gone', async () => ((await apps()).length === 0 ? true : undefined))
  },
)
