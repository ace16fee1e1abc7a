/** Manifests of kubeadm's very shape: all of its control plane is accepted as it stands, and its etcd runs, with certificates. */

import { mkdirSync, readFileSync } from 'node:fs'
import { request } from 'node:https'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import t from 'tap'

import { checkout } from '../support/checkout.js'
import { run } from '../../bin/command.mjs'
import { freePort } from '../support/free-port.js'
import { importProgram } from '../support/real-programs.js'
import { containersOf } from './engine-view.js'
import { engineWithImage } from './engine-with-image.js'
import { isTrue, Tour } from './example-tour.js'
import { get, Node, podkeep } from './podkeep-process.js'
import { until } from './until.js'

const manifests = join(checkout, 'test/fixtures/kubeadm')

await t.test('etcd, API server, controller manager and scheduler are accepted without a warning', async (t) => {
  t.match(await podkeep(['validate', manifests]), { code: 0, out: /^4 files, 4 pods, 0 problems\n$/ })
})

const engine = await engineWithImage()
const { host, socketPath } = engine
const withoutImage = await importProgram(socketPath, 'etcd', 'registry.k8s.io/etcd:3.5.15-0')
const noOpenssl = (await run('openssl', ['version'])).ok ? false : 'no openssl here'

/** As kubeadm's phase "certs": an authority, a certificate of server and peer each, and a client's. */
async function makeCertificates(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const openssl = async (...args: string[]): Promise<void> => {
    const { ok, stderr } = await run('openssl', args, { cwd: folder })
    if (!ok) throw new Error(`openssl ${args.join(' ')}: ${stderr}`)
  }
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-noenc', '-days', '2']
  await openssl('req', '-x509', ...key, '-subj', '/CN=etcd-ca', '-keyout', 'ca.key', '-out', 'ca.crt')
  const use = [
    '-addext',
    'extendedKeyUsage=serverAuth,clientAuth',
    '-addext',
    'subjectAltName=IP:127.0.0.1,DNS:localhost',
  ]
  for (const name of ['server', 'peer', 'client']) {
    const signed = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-subj', `/CN=${name}`, ...use]
    await openssl('req', '-x509', ...key, ...signed, '-keyout', `${name}.key`, '-out', `${name}.crt`)
  }
}

await t.test('etcd', { skip: withoutImage || noOpenssl }, async (t) => {
  const node = new Node(t, 'kubeadm')
  const certificates = join(node.shared, 'pki/etcd')
  await makeCertificates(certificates)
  const [client, peer, metrics] = [await freePort(), await freePort(), await freePort()]

  /** The fixture with ports, address and folders that are this test's alone. */
  const manifest = readFileSync(join(manifests, 'etcd.yaml'), 'utf8')
    .replaceAll(',https://192.0.2.10:2379', '')
    .replaceAll('192.0.2.10', '127.0.0.1')
    .replaceAll('2379', String(client))
    .replaceAll('2380', String(peer))
    .replaceAll('2381', String(metrics))
    .replaceAll('path: /etc/kubernetes/pki/etcd', `path: ${certificates}`)
    .replaceAll('path: /var/lib/etcd', `path: ${join(node.shared, 'data')}`)
  /** The probes ask over TLS, of a server whose certificate nobody here knows. */
  const overTls = manifest
    .replaceAll('scheme: HTTP', 'scheme: HTTPS')
    .replace('--listen-metrics-urls=http:', '--listen-metrics-urls=https:')
    .replace('    - --client-cert-auth=true\n', '')
    .replace('    - --trusted-ca-file=/etc/kubernetes/pki/etcd/ca.crt\n', '')
    // Two minutes without an answer are kubeadm's patience, and not this test's.
    .replace(/livenessProbe:[^]*?timeoutSeconds: 15\n/, (probe) =>
      probe
        .replace('failureThreshold: 8', 'failureThreshold: 2\n      terminationGracePeriodSeconds: 1')
        .replace('initialDelaySeconds: 10', 'initialDelaySeconds: 1')
        .replace('periodSeconds: 10', 'periodSeconds: 1')
        .replace('timeoutSeconds: 15', 'timeoutSeconds: 2'),
    )

  const ask = async (path: string, question: object, withCertificate = true): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const file = (name: string): Buffer => readFileSync(join(certificates, name))
      const own = withCertificate ? { cert: file('client.crt'), key: file('client.key') } : {}
      const place = { host: '127.0.0.1', port: client, path, method: 'POST', agent: false, ca: file('ca.crt'), ...own }
      const asked = request(place, (answer) => {
        json(answer).then(resolve, reject)
      })
      asked.on('error', reject)
      asked.end(JSON.stringify(question))
    })
  const base64 = (text: string): string => Buffer.from(text).toString('base64')
  const key = { key: base64('colour') }
  const value = { kvs: [{ value: base64('green') }] }

  const tour = new Tour(node, await node.start(host), socketPath)
  node.put('etcd.yaml', manifest)

  await t.test(
    'has started when its probe over http says so, without a sandbox, in the machine’s network',
    async (t) => {
      const { status } = await tour.ready('etcd')
      t.match(status.containerStatuses, [{ started: true, restartCount: 0 }])
      t.equal(status.podIP, status.hostIP)
      t.strictSame(
        (await containersOf(socketPath, node.name)).map(({ kind }) => kind),
        ['container'],
      )
    },
  )

  await t.test('answers clients with a certificate, and no others', async (t) => {
    t.match(await ask('/v3/kv/put', { ...key, value: base64('green') }), { header: { revision: '2' } })
    t.match(await ask('/v3/kv/range', key), value)
    await t.rejects(ask('/v3/kv/range', key, false))
  })

  await t.test('keeps its data through a crash, an engine’s restart and its manifest’s absence', async (t) => {
    process.kill((await tour.container('etcd')).pid, 'SIGKILL')
    await tour.pod('etcd', ({ status }) => status.containerStatuses[0]?.restartCount === 1 && isTrue(status, 'Ready'))
    t.match(await ask('/v3/kv/range', key), value)

    const before = await tour.container('etcd')
    await engine.restart()
    await until('another etcd', async () => ((await tour.container('etcd')).id === before.id ? undefined : true))
    await tour.ready('etcd')
    t.match(await ask('/v3/kv/range', key), value)

    await tour.leave(t, ['etcd.yaml'], () => true)
    node.put('etcd.yaml', overTls)
  })

  await t.test('has started when its probe over https says so, whoever signed its certificate', async (t) => {
    t.match((await tour.ready('etcd')).status.containerStatuses, [{ started: true, restartCount: 0 }])
    t.match(await ask('/v3/kv/range', key, false), value)
  })

  await t.test('its liveness probe talks https to it, and restarts it when it stops answering', async (t) => {
    await t.rejects(get({ port: metrics }, '/health'), 'whoever gets an answer there speaks TLS')
    const probed = async (result: string): Promise<number> => {
      const { body } = await get({ port: tour.podkeep.port }, '/metrics/probes')
      const labels = /^prober_probe_total\{(.*)\} (\d+)$/gm
      const all = [...body.matchAll(labels)].filter(([, text = '']) =>
        ['"Liveness"', '"etcd"', `"${result}"`].every((word) => text.includes(word)),
      )
      return all.reduce((sum, [, , count]) => sum + Number(count), 0)
    }
    await until('it was asked and well three times', async () => ((await probed('successful')) >= 3 ? true : undefined))
    t.equal(await probed('failed'), 0)
    const before = await tour.container('etcd')
    process.kill(before.pid, 'SIGSTOP')
    const { status } = await tour.pod(
      'etcd',
      (pod) => isTrue(pod.status, 'Ready') && pod.status.containerStatuses[0]?.restartCount === 1,
    )
    t.match(
      status.containerStatuses,
      [{ lastState: { terminated: { exitCode: 137 } } }],
      'what does not hear SIGTERM is killed',
    )
    t.not((await tour.container('etcd')).id, before.id)
    const { out } = await podkeep(['events', '--server', `http://127.0.0.1:${String(tour.podkeep.port)}`])
    const silence = `etcd: Liveness probe failed: GET /health?exclude=NOSPACE&serializable=true on port ${String(metrics)}: no answer within 2 s`
    t.ok(out.includes(silence), out)
    t.match(await ask('/v3/kv/range', key, false), value)
  })
  await tour.leave(t, ['etcd.yaml'], () => true)
  t.equal(await tour.podkeep.kill('SIGTERM'), 0)
})
