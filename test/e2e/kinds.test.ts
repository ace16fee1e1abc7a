/** Deployments, Services and CronJobs on a real engine and a real clock: who answers to a name, what scaling touches, what ran when. */

import t from 'tap'

import { appOf, containersOf, type Container } from './engine-view.js'
import { engineWithImage } from './engine-with-image.js'
import { execute, logOf } from './in-container.js'
import { image, podYaml } from './manifests.js'
import { Node } from './podkeep-process.js'
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
    const addresses = async (count: number): Promise<string[]> =>
      until(
        `${count} addresses of front`,
        async () => {
          const lines = (await inClient('cat', '/etc/hosts')).out.split('\n').map((line) => line.split(/\s+/))
          const found = lines.filter((words) => words.slice(1).includes('front')).map(([address]) => address!)
          return found.length === count ? found.sort() : undefined
        },
        () => podkeep.tail(),
      )

    const pages = await Promise.all(
      (await addresses(2)).map(async (one) => (await inClient('wget', '-q', '-O', '-', `http://${one}:8080/`)).out),
    )
    t.strictSame(pages.sort(), ['web-0', 'web-1'])
    const { code, out } = await inClient('wget', '-q', '-O', '-', 'http://front:8080/')
    t.equal(code, 0)
    t.ok(pages.includes(out), out)

    const first = await appOf(socketPath, node.name, 'web-0')
    node.put('web.yaml', deployment(1))
    await podkeep.gone('web-1')
    await addresses(1)
    t.strictSame(await inClient('wget', '-q', '-O', '-', 'http://front:8080/'), { code: 0, out: 'web-0' })
    t.strictSame(await appOf(socketPath, node.name, 'web-0'), first, 'the one that stays runs on')
    t.equal(await podkeep.kill('SIGTERM'), 0)
  },
)

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
