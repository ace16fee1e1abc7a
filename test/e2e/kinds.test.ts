/** Deployments, Services and CronJobs on a real engine and a real clock: who answers to a name, what scaling touches, what ran when. */

import t from 'tap'

import { appOf, containersOf, type Container } from './engine-view.js'
import { engineWithImage } from './engine-with-image.js'
import { execute, logOf } from './in-container.js'
import { forEver, image, podYaml } from './manifests.js'
import { Node, type Pod, type PodkeepProcess } from './podkeep-process.js'
import { until } from './until.js'

const { host, socketPath } = await engineWithImage()

/** Every replica serves its own name. */
const serve = 'mkdir -p /www; hostname > /www/index.html; exec httpd -f -p 8080 -h /www'
const deployment = (replicas: number): string =>
  `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
        - name: app
          image: ${image}
          command: [sh, -c, ${JSON.stringify(serve)}]
          readinessProbe: {httpGet: {port: 8080, path: /}, periodSeconds: 1}
`
const service = `apiVersion: v1
kind: Service
metadata: {name: front}
spec: {selector: {app: web}, ports: [{port: 8080}]}
`
const cronJob = `apiVersion: batch/v1
kind: CronJob
metadata: {name: tick}
spec:
  schedule: "* * * * *"
  timeZone: Etc/UTC
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers: [{name: app, image: "${image}", command: [sh, -c, "echo ran at $(date +%s)"]}]
`

/** Where `front` leads in a pod, once it leads to as many. */
function addressesIn({ id }: Container, count: number): Promise<string[]> {
  return until(`${count} addresses of front`, async () => {
    const { out } = await execute(socketPath, id, 'cat', '/etc/hosts')
    const lines = out.split('\n').map((line) => line.split(/\s+/))
    const found = lines.filter((words) => words.slice(1).includes('front')).map(([address]) => address!)
    return found.length === count ? found.sort() : undefined
  })
}

await t.test(
  'a Service’s name leads to the replicas of a Deployment, and to those alone that scaling leaves',
  async (t) => {
    const node = new Node(t, 'workloads')
    node.put('web.yaml', deployment(2))
    node.put('front.yaml', service)
    node.put('client.yaml', podYaml({ name: 'client' }))
    const podkeep = await node.start(host)
    await Promise.all(['web-0', 'web-1', 'client'].map((name) => podkeep.running(name)))
    const client = await appOf(socketPath, node.name, 'client')
    const inClient = (...command: string[]) => execute(socketPath, client.id, ...command)
    const pages = await Promise.all(
      (await addressesIn(client, 2)).map(
        async (one) => (await inClient('wget', '-q', '-O', '-', `http://${one}:8080/`)).out,
      ),
    )
    t.strictSame(pages.sort(), ['web-0', 'web-1'])
    const { code, out } = await inClient('wget', '-q', '-O', '-', 'http://front:8080/')
    t.equal(code, 0)
    t.ok(pages.includes(out), out)

    const first = await appOf(socketPath, node.name, 'web-0')
    node.put('web.yaml', deployment(1))
    await podkeep.gone('web-1')
    await addressesIn(client, 1)
    t.strictSame(await inClient('wget', '-q', '-O', '-', 'http://front:8080/'), { code: 0, out: 'web-0' })
    t.strictSame(await appOf(socketPath, node.name, 'web-0'), first, 'the one that stays runs on')
    t.equal(await podkeep.kill('SIGTERM'), 0)
  },
)

await t.test('a Service whose file is broken when podkeep starts leads to its pods, as they come and go', async (t) => {
  const node = new Node(t, 'broken-service')
  node.put('web.yaml', deployment(2))
  node.put('front.yaml', service)
  node.put('client.yaml', podYaml({ name: 'client' }))
  const first = await node.start(host)
  await Promise.all(['web-0', 'web-1', 'client'].map((name) => first.running(name)))
  const client = await appOf(socketPath, node.name, 'client')
  const before = await addressesIn(client, 2)
  node.put('front.yaml', service.replace('selector', 'selecter'))
  await first.file('front.yaml', 'held')
  t.equal(await first.kill('SIGKILL'), 'SIGKILL')
  const second = await node.start(host, '--stop-pods')
  await second.ready()
  await Promise.all(['web-0', 'web-1', 'client'].map((name) => second.running(name)))
  t.strictSame(await addressesIn(client, 2), before)
  node.put('web.yaml', deployment(1))
  await second.gone('web-1')
  t.strictSame((await addressesIn(client, 1)).length, 1, 'it is kept up, not only left as it was')
  const answer = await execute(socketPath, client.id, 'wget', '-q', '-O', '-', 'http://front:8080/')
  t.strictSame(answer, { code: 0, out: 'web-0' })
  t.equal(await second.kill('SIGTERM'), 0)
})

await t.test('a CronJob runs at its minute, once, also for a podkeep that was killed since', async (t) => {
  const node = new Node(t, 'cron')
  const begunAtS = Date.now() / 1000
  node.put('tick.yaml', cronJob)
  const podkeep = await node.start(host)
  const run = await until(
    'the first run',
    async () => (await podkeep.pods()).map(({ metadata }) => metadata.name).find((name) => /^tick-\d+$/.test(name)),
    () => podkeep.tail(),
    90_000,
  )
  const dueAtS = Number(run.slice('tick-'.length)) * 60
  t.ok(dueAtS > begunAtS, 'no run for a minute before the CronJob was there')
  const { state } = await podkeep.container(run, (one) => one.state.terminated !== undefined)
  t.match(state.terminated, { exitCode: 0, reason: 'Completed' })

  const ofRun = async (): Promise<Container[]> =>
    (await containersOf(socketPath, node.name)).filter((one) => one.pod === run && one.kind === 'container')
  const ran = await ofRun()
  t.equal(ran.length, 1)
  const ranAtS = Number(/ran at (\d+)/.exec(await logOf(socketPath, ran[0]!.id))?.[1])
  t.ok(ranAtS >= dueAtS && ranAtS < dueAtS + 60, `due at ${dueAtS}, ran at ${ranAtS}`)

  await podkeep.kill('SIGKILL')
  const second = await node.start(host)
  await second.ready()
  await second.container(run, (one) => one.state.terminated !== undefined)
  t.strictSame(await ofRun(), ran, 'and never again')
  t.equal(await second.kill('SIGTERM'), 0)
})

const startsOf = ({ status }: Pod): string => status.containerStatuses[0]?.state.running?.startedAt ?? ''
const podOf = async (podkeep: PodkeepProcess, name: string, isSo: (pod: Pod) => boolean): Promise<Pod> =>
  until(
    `${name} is so`,
    async () => (await podkeep.pods()).find((pod) => pod.metadata.name === name && isSo(pod)),
    () => podkeep.tail(),
  )
const isReady = ({ status }: Pod): boolean =>
  status.conditions.some((one) => one.type === 'Ready' && one.status === 'True')

await t.test('a StatefulSet starts a pod when the one before is ready, and a DaemonSet is one pod', async (t) => {
  const node = new Node(t, 'ordered')
  const script = JSON.stringify(`sleep 2; touch /ready; ${forEver}`)
  const set = (kind: string, name: string, more: string): string => `apiVersion: apps/v1
kind: ${kind}
metadata: {name: ${name}}
spec:
  ${more}
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
        - name: app
          image: ${image}
          command: [sh, -c, ${script}]
          readinessProbe: {exec: {command: [test, -e, /ready]}, periodSeconds: 1}
`
  node.put('db.yaml', set('StatefulSet', 'db', 'replicas: 3'))
  node.put('agent.yaml', set('DaemonSet', 'agent', 'minReadySeconds: 1'))
  const podkeep = await node.start(host, '--stop-pods')
  const pods: Pod[] = []
  for (const name of ['db-0', 'db-1', 'db-2', 'agent']) pods.push(await podOf(podkeep, name, isReady))
  for (const at of [1, 2]) {
    const readySince =
      pods[at - 1]?.status.conditions.find(({ type }) => type === 'Ready')?.lastTransitionTime ?? 'never'
    t.ok(
      startsOf(pods[at]!) >= readySince,
      `db-${at} began at ${startsOf(pods[at]!)}, the one before was ready at ${readySince}`,
    )
  }
  t.strictSame((await podkeep.pods()).map(({ metadata }) => metadata.name).sort(), ['agent', 'db-0', 'db-1', 'db-2'])
  t.equal(await podkeep.kill('SIGTERM'), 0)
})

const job = (name: string, fields: string, script: string): string => `apiVersion: batch/v1
kind: Job
metadata: {name: ${name}}
spec:
  ${fields}
  template:
    metadata: {annotations: {podkeep.io/back-off-base: 1s}}
    spec:
      restartPolicy: Never
      containers: [{name: app, image: "${image}", command: [sh, -c, ${JSON.stringify(script)}]}]
`

await t.test(
  'a Job runs as often as it should, gives up when it failed too often, and goes when its time is over',
  async (t) => {
    const node = new Node(t, 'jobs')
    node.put(
      'three.yaml',
      job(
        'three',
        'completions: 3\n  parallelism: 1\n  completionMode: Indexed',
        'echo index $JOB_COMPLETION_INDEX; sleep 1',
      ),
    )
    node.put('failing.yaml', job('failing', 'backoffLimit: 2', 'exit 3'))
    node.put('fleeting.yaml', job('fleeting', 'ttlSecondsAfterFinished: 2', 'exit 0'))
    const podkeep = await node.start(host)

    const failed = await podOf(podkeep, 'failing', ({ status }) => status.phase === 'Failed')
    t.match(failed.status, {
      reason: 'BackoffLimitExceeded',
      containerStatuses: [{ restartCount: 2, state: { terminated: { exitCode: 3 } } }],
    })

    const three: Pod[] = []
    for (const name of ['three-0', 'three-1', 'three-2'])
      three.push(await podOf(podkeep, name, ({ status }) => status.phase === 'Succeeded'))
    const times = three.map(({ status }) => status.containerStatuses[0]?.state.terminated)
    for (const at of [1, 2])
      t.ok((times[at]?.startedAt ?? '') >= (times[at - 1]?.finishedAt ?? 'never'), 'one after the other')
    const all = (await containersOf(socketPath, node.name)).filter(({ kind }) => kind === 'container')
    const logs = await Promise.all(
      all.filter(({ pod }) => pod.startsWith('three-')).map(({ id }) => logOf(socketPath, id)),
    )
    t.strictSame(logs.map((text) => /index \d/.exec(text)?.[0]).sort(), ['index 0', 'index 1', 'index 2'])

    const ofFleeting = async (): Promise<Container[]> =>
      (await containersOf(socketPath, node.name)).filter(({ pod }) => pod === 'fleeting')
    await until('it has gone', async () => ((await ofFleeting()).length === 0 ? true : undefined))
    t.equal(await podkeep.kill('SIGKILL'), 'SIGKILL')
    const second = await node.start(host)
    await second.ready()
    await podOf(second, 'failing', ({ status }) => status.phase === 'Failed')
    t.strictSame(await ofFleeting(), [], 'and does not run again')
    t.strictSame(
      (await containersOf(socketPath, node.name)).filter(({ kind }) => kind === 'container'),
      all.filter(({ pod }) => pod !== 'fleeting'),
      'nor do the others',
    )
    t.equal(await second.kill('SIGTERM'), 0)
  },
)
