/**
 * Programs that were made for kubelets, unmodified: Prometheus scraping while pods come and go, promtool, kubectl. And what none of
 * them may ever be told: a Secret's value, or anything that it could be guessed from.
 */

import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'

import { programPath } from '../../bin/debian-packages.mjs'
import { freePort } from '../support/free-port.js'
import { engineWithImage } from './engine-with-image.js'
import { image } from './manifests.js'
import { Node } from './podkeep-process.js'
import { until } from './until.js'

const engine = await engineWithImage()
const node = new Node(t, 'clients')
const metricPaths = ['/metrics', '/metrics/resource', '/metrics/cadvisor', '/metrics/probes', '/metrics/slis']
const values = ['first-value-8f31c2d7', 'second-value-77ab90e1']

function putSecret(value: string): void {
  node.put(
    'secret.yaml',
    `{apiVersion: v1, kind: Secret, metadata: {name: login}, stringData: {password: ${value}, file: "line of ${value}"}}`,
  )
}

function putBusy(round: number): void {
  node.put(
    'busy.yaml',
    `{apiVersion: v1, kind: Pod, metadata: {name: busy}, spec: {terminationGracePeriodSeconds: 0, containers: [
      {name: app, image: "${image}", command: [sh, -c, "echo ${round}; while :; do sleep 0.2; done"]}]}}`,
  )
}

putSecret(values[0]!)
putBusy(0)
node.put(
  'web.yaml',
  `apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec:
  terminationGracePeriodSeconds: 0
  containers:
    - name: app
      image: ${image}
      command: [sh, -c, 'test -n "$PASSWORD"; dd if=/dev/zero of=/data/x bs=1024 count=512 2>/dev/null; echo up; while :; do sleep 0.2; done']
      env: [{name: PASSWORD, valueFrom: {secretKeyRef: {name: login, key: password}}}]
      readinessProbe: {exec: {command: ['true']}, periodSeconds: 1}
      volumeMounts: [{name: login, mountPath: /login}, {name: data, mountPath: /data}]
  volumes: [{name: login, secret: {secretName: login}}, {name: data, emptyDir: {}}]
`,
)
node.put(
  'crashing.yaml',
  `{apiVersion: v1, kind: Pod, metadata: {name: crashing, annotations: {podkeep.io/back-off-base: 1s, podkeep.io/back-off-max: 1s}}, spec: {containers: [
    {name: app, image: "${image}", command: [sh, -c, "exit 3"]}]}}`,
)
const podkeep = await node.start(engine.host)
const url = `http://127.0.0.1:${podkeep.port}`
const read = async (path: string): Promise<string> => (await fetch(url + path)).text()
await podkeep.running('web')

/** Edits one pod again and again while something is looked at. */
async function whilePodsComeAndGo(look: () => Promise<void>): Promise<void> {
  const state = { isOver: false }
  const churn = (async () => {
    for (let round = 1; !state.isOver; round += 1) {
      putBusy(round)
      await sleep(1500)
    }
  })()
  try {
    await look()
  } finally {
    state.isOver = true
    await churn
  }
}

const named = (name: string, program: string, debianPackage: string): string =>
  programPath(program) === null ? `${name} (skipped: Debian's package ${debianPackage} is not installed)` : name
const skipWithout = (program: string) => ({ skip: programPath(program) === null })

await t.test(
  named('promtool finds nothing on any page of metrics while pods come and go', 'promtool', 'prometheus'),
  skipWithout('promtool'),
  async (t) => {
    await whilePodsComeAndGo(async () => {
      for (let round = 0; round < 4; round += 1) {
        for (const path of metricPaths) {
          const input = await read(path)
          const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input, encoding: 'utf8' })
          t.match({ status, said: stdout + stderr }, { status: 0, said: /^$/ }, `${path}, round ${round}`)
        }
        await sleep(700)
      }
    })
  },
)

interface Target {
  readonly health: string
  readonly lastError: string
  readonly scrapeUrl: string
}

await t.test(
  named('a real Prometheus scrapes every page, and answers what dashboards ask', 'prometheus', 'prometheus'),
  skipWithout('prometheus'),
  async (t) => {
    const port = await freePort()
    const config = join(node.directory, 'prometheus.yaml')
    const jobs = metricPaths.map(
      (path) =>
        `  - {job_name: "kubelet${path}", metrics_path: ${path}, honor_labels: true, static_configs: [{targets: ["127.0.0.1:${podkeep.port}"]}]}`,
    )
    writeFileSync(config, `global: {scrape_interval: 2s, scrape_timeout: 2s}\nscrape_configs:\n${jobs.join('\n')}\n`)
    const flags = [`--config.file=${config}`, `--storage.tsdb.path=${join(node.directory, 'tsdb')}`]
    const prometheus = spawn('prometheus', [...flags, `--web.listen-address=127.0.0.1:${port}`], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    t.teardown(() => prometheus.kill('SIGKILL'))
    let said = ''
    prometheus.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
    const ask = async <Answer>(path: string): Promise<Answer> => {
      const answer = await fetch(`http://127.0.0.1:${port}/api/v1/${path}`)
      return ((await answer.json()) as { data: Answer }).data
    }
    const query = async (text: string): Promise<{ metric: Record<string, string>; value: [number, string] }[]> =>
      (
        await ask<{ result: { metric: Record<string, string>; value: [number, string] }[] }>(
          `query?query=${encodeURIComponent(text)}`,
        )
      ).result
    await until(
      'Prometheus answers',
      () => ask<object>('targets').catch(() => undefined),
      () => said,
    )
    await whilePodsComeAndGo(async () => {
      await until(
        'each page was scraped eight times',
        async () => {
          const counts = await query('count_over_time(up[5m])')
          return counts.length === metricPaths.length && counts.every(({ value }) => Number(value[1]) >= 8)
            ? true
            : undefined
        },
        () => said,
        120_000,
      )
      const { activeTargets } = await ask<{ activeTargets: Target[] }>('targets')
      // A machine that is busy with other things may be late; what cannot be read would never be well.
      const reasons = activeTargets.filter(({ lastError }) => !/deadline exceeded|timeout/i.test(lastError))
      t.strictSame(
        reasons.map(({ lastError }) => lastError).filter((error) => error !== ''),
        [],
      )
      t.equal(activeTargets.length, metricPaths.length)
    })
    t.notMatch(said, /level=(warn|error) .*(scrape|append|ingest|out of order|duplicate)/i, said)
    await until('every target was up lately', async () => {
      const ups = await query('max_over_time(up[20s])')
      return ups.length === metricPaths.length && ups.every(({ value }) => value[1] === '1') ? true : undefined
    })
    const asked = [
      'sum by (pod) (rate(container_cpu_usage_seconds_total{container!="", pod="web"}[30s]))',
      'container_memory_working_set_bytes{pod="web", container="app", id!=""}',
      'container_fs_usage_bytes{pod="web"}',
      'histogram_quantile(0.99, sum by (le) (kubelet_pod_start_duration_seconds_bucket))',
      'sum(kubelet_http_requests_total{path="metrics/cadvisor"})',
      'prober_probe_total{pod="web", probe_type="Readiness", result="successful"}',
      'increase(podkeep_container_restarts{pod="crashing"}[5m])',
    ]
    for (const text of asked) t.ok((await query(text)).length > 0, text)
    prometheus.kill('SIGTERM')
  },
)

await t.test(named('kubectl get --raw', 'kubectl', 'kubernetes-client'), skipWithout('kubectl'), (t) => {
  const raw = (path: string) =>
    spawnSync('kubectl', ['--server', url, 'get', '--raw', path], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], HOME: node.directory },
    })
  t.equal(raw('/healthz').stdout, 'ok')
  const pods = JSON.parse(raw('/pods').stdout) as { kind: string; items: { metadata: { name: string } }[] }
  t.equal(pods.kind, 'PodList')
  t.ok(pods.items.some(({ metadata }) => metadata.name === 'web'))
  t.match(JSON.parse(raw('/stats/summary').stdout), { node: { nodeName: node.name } })
  t.match(raw('/metrics/resource').stdout, /^container_cpu_usage_seconds_total\{/m)
  t.match(raw('/containerLogs/default/web/app').stdout, /^up\n/)
  t.match(raw('/nowhere').stderr, /NotFound/)
  t.end()
})

await t.test('what a pod has on the disk is told of its volumes, its files and its logs', async (t) => {
  interface Summary {
    readonly pods: readonly {
      readonly podRef: { readonly name: string }
      readonly volume?: readonly { readonly name: string; readonly usedBytes: number }[]
      readonly containers: readonly { readonly rootfs?: object; readonly logs?: { readonly usedBytes: number } }[]
    }[]
  }
  const web = await until(
    'its volumes were measured',
    async () => {
      const { pods } = JSON.parse(await read('/stats/summary')) as Summary
      const found = pods.find(({ podRef }) => podRef.name === 'web')
      return (found?.volume?.find(({ name }) => name === 'data')?.usedBytes ?? 0) >= 512 * 1024 ? found : undefined
    },
    () => '',
    150_000,
  )
  t.strictSame(web.volume?.map(({ name }) => name).sort(), ['data', 'login'])
  t.ok((web.containers[0]?.logs?.usedBytes ?? 0) > 0)
  t.ok(web.containers[0]?.rootfs)
})

await t.test('a Secret’s value is nowhere, nor what it could be guessed from', async (t) => {
  putSecret(values[1]!)
  await podkeep.container('web', (one) => one.state.running !== undefined && one.containerID !== undefined)
  // Wrong in a way that makes its own text the problem.
  node.put(
    'broken.yaml',
    `{apiVersion: v1, kind: Secret, metadata: {name: broken}, data: {password: "${values[0]!}!"}}`,
  )
  node.put(
    'torn.yaml',
    `apiVersion: v1\nkind: Secret\nmetadata: {name: torn}\nstringData: {password: ${values[1]!}: [}\n`,
  )
  await podkeep.file('broken.yaml', 'refused')
  await podkeep.file('torn.yaml', 'refused')
  await until('the edit is told', async () =>
    (await read('/revisions')).includes('web') && (await podkeep.pods()).length > 0 ? true : undefined,
  )
  await sleep(3000)
  const { paths } = JSON.parse(await read('/openapi.json')) as { paths: Record<string, object> }
  const asked = [
    ...Object.keys(paths),
    ...metricPaths,
    '/',
    '/manifests?',
    '/configz',
    '/node',
    '/spec/',
    '/runningpods/',
  ].map((path) =>
    path
      .replace('{namespace}', 'default')
      .replace('{pod}', 'web')
      .replace('{container}', 'app')
      .replace('{ns}', 'default'),
  )
  t.ok(asked.length > 15, 'all that there is to ask')
  const forbidden = values.flatMap(waysToTell)
  const texts = new Map<string, string>([['the log', podkeep.log.map((line) => JSON.stringify(line)).join('\n')]])
  for (const path of new Set(asked)) texts.set(path, await bounded(url + path))
  for (const [where, text] of texts) {
    t.ok(text.length > 0, `${where} says something`)
    t.strictSame(
      forbidden.filter((word) => text.includes(word)),
      [],
      where,
    )
  }
})

await t.test('with their manifests the pods and what they mounted go', async (t) => {
  for (const file of ['web.yaml', 'busy.yaml', 'crashing.yaml']) node.drop(file)
  for (const pod of ['web', 'busy', 'crashing']) await podkeep.gone(pod)
  t.strictSame(await podkeep.pods(), [])
})

/** The value as it is, coded, and every hash of it (and of what a careless program would hash) that fits on a page. */
function waysToTell(value: string): string[] {
  const inputs = [
    value,
    `line of ${value}`,
    `${value}\n`,
    JSON.stringify({ password: value, file: `line of ${value}` }),
  ]
  const hashes = inputs.flatMap((input) =>
    ['md5', 'sha1', 'sha256', 'sha512'].flatMap((name) => {
      const digest = createHash(name).update(input).digest()
      return [digest.toString('hex').slice(0, 16), digest.toString('base64').slice(0, 16)]
    }),
  )
  const coded = inputs
    .slice(0, 2)
    .flatMap((input) => [Buffer.from(input).toString('base64').replace(/=+$/, ''), Buffer.from(input).toString('hex')])
  return [value, ...coded, ...hashes]
}

/** A stream is listened to for a moment. */
async function bounded(address: string): Promise<string> {
  const leaving = new AbortController()
  const patience = setTimeout(() => leaving.abort(), 3000)
  let text = ''
  try {
    const { body } = await fetch(address, { signal: leaving.signal })
    for await (const chunk of body ?? []) text += Buffer.from(chunk).toString()
  } catch (error) {
    if (!leaving.signal.aborted) throw error
  }
  clearTimeout(patience)
  return text
}
