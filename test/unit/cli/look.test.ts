/** `get`, `describe` and `events`, from a status server. */

import { Command } from 'commander'
import t from 'tap'

import { plainWords } from '../../../lib/cli/typed-words.js'
import { configKey, podKey } from '../../../lib/pod/index.js'
import type { ManifestStatus } from '../../../lib/ports/index.js'
import { aBoard, aHistory, anEvent } from '../../support/board.js'
import { commandLine, watching } from '../../support/command-line.js'
import { eventually } from '../../support/eventually.js'
import { podEntry } from '../../support/pod-entries.js'
import { aStatusServer } from '../../support/status-server.js'

const web = podKey('default', 'web')
const problem = {
  file: 'web.yaml',
  line: 8,
  column: 7,
  field: 'spec.x',
  message: 'unknown field',
  suggestion: 'did you mean "y"?',
  source: '      x: 1',
  pod: web,
}

function file(name: string, fields: Partial<ManifestStatus> = {}): ManifestStatus {
  return { file: name, state: 'ok', reason: null, objects: [], pods: [], problems: [], warnings: [], ...fields }
}

const files: ManifestStatus[] = [file('db.yaml', { pods: [podKey('default', 'db')] })]
const board = aBoard({ entries: [], manifests: { directory: '/m', problem: null, files } })
const history = aHistory()
const { server } = await aStatusServer(t, { board, history })
const env = { PODKEEP_SERVER: `http://127.0.0.1:${server.port}` }
const type = commandLine(env)

await t.test('node: a row, wide, a list for programs, and one by its name', async (t) => {
  t.match(await type('get', 'node'), {
    code: 0,
    out: /^NAME +STATUS +ROLES +AGE +VERSION\nbox +Ready +<none> +\w+ +podkeep\/1\.2\.3\n$/,
  })
  t.match(
    (await type('get', 'no', '-o', 'wide', '--no-headers')).out,
    / 192\.0\.2\.1 +<none> +Debian +6\.1\.0 +docker:/,
  )
  t.match((await type('get', 'nodes', '--show-labels')).out, /LABELS\n.*kubernetes\.io\/hostname=box,/)
  t.equal((await type('get', 'node', '-o', 'jsonpath={.items[*].metadata.name}')).out, 'box')
  t.match(JSON.parse((await type('get', 'node/box', '-o', 'json')).out), { kind: 'Node', metadata: { name: 'box' } })
  t.equal((await type('get', 'node', '-o', 'name')).out, 'node/box\n')
  t.match((await type('get', 'node', 'box', '-o', 'yaml')).out, /^kind: Node\n/)
  t.match(await type('get', 'node', 'other'), {
    code: 1,
    err: 'podkeep: node "other" not found\n  hint: there is one only: podkeep get node box\n',
  })
  board.now = { ready: false, checks: [{ name: 'engine', waitingFor: 'the engine' }] }
  t.match((await type('get', 'node')).out, /NotReady/)
  board.now = { ready: true, checks: [] }
})

await t.test('describe node: what there is, and who asked for how much', async (t) => {
  const resources = { requests: { cpu: '500m', memory: '1Gi' }, limits: { memory: '2Gi' } }
  board.entries = [
    podEntry('default/web', { spec: { containers: [{ name: 'app', image: 'web:1', resources }] } }),
    podEntry('default/over', { status: { phase: 'Succeeded' } }),
  ]
  const { code, out } = await type('describe', 'node')
  t.equal(code, 0)
  t.match(out, /^Name: +box\n/)
  t.match(out, /\nConditions:\n {2}MemoryPressure: +False \(KubeletHasSufficientMemory\)/)
  t.match(out, /\nAllocatable:\n {2}cpu: +2\n/)
  const asked = 'cpu requests 500m (25%), limits 0m (0%); memory requests 1024Mi (12%), limits 2048Mi (25%)'
  t.ok(out.includes(`\nNon-terminated Pods:\n  default/web:  ${asked}\n`), out)
  t.match(out, `Allocated resources:  ${asked}\n`)
})

await t.test('manifests: only those that are named, and the exit code says that one is broken', async (t) => {
  t.match(await type('get', 'manifests'), { code: 0, out: /^FILE +STATE +PODS +PROBLEM\ndb\.yaml +ok +default\/db\n$/ })
  files.push(
    file('web.yaml', {
      state: 'held',
      pods: [web],
      objects: [configKey('ConfigMap', 'default', 'c')],
      problems: [problem],
    }),
  )
  t.match(await type('get', 'manifests'), {
    code: 1,
    out: /\nweb\.yaml +held +default\/web +8:7: spec\.x: unknown field/,
  })
  t.match(await type('get', 'manifests', 'db.yaml', '--no-headers'), { code: 0, out: 'db.yaml   ok   default/db\n' })
  t.match(await type('get', 'manifest/web.yaml', '-o', 'name'), { code: 1, out: 'manifest/web.yaml\n' })
  t.match(JSON.parse((await type('get', 'manifests', 'web.yaml', '-o', 'json')).out), { file: 'web.yaml' })
  t.match(await type('get', 'manifests', 'none'), {
    code: 1,
    err: 'podkeep: there is no file "none" in /m\n  hint: "podkeep get manifests" lists them all\n',
  })
})

await t.test('describe manifest: its pods, and each problem at its line', async (t) => {
  history.recorded = [
    anEvent(web, { id: 'a', reason: 'FailedValidation', type: 'Warning', message: 'held', fieldPath: '' }),
    anEvent(web, { id: 'b' }),
  ]
  const { code, out } = await type('describe', 'manifest', 'web.yaml')
  t.equal(code, 0)
  t.match(out, /^File: +\/m\/web\.yaml\nState: +held: it is broken, and what it last said well stays in force\n/)
  t.match(out, /\nPods:\n {2}default\/web: +Running, 1\/1 ready\n/)
  t.match(out, /\nConfigMaps and Secrets:\n {2}ConfigMap default\/c\n/)
  t.ok(out.includes('8 |       x: 1\n'), out)
  t.match(out, /\n {2} {5} \| {7}\^\n/)
  t.match(out, /Events:\n.*Warning {3}FailedValidation {3}held\n$/)
  t.match(await type('describe', 'secret', 'x'), {
    code: 2,
    err: 'podkeep: there is no "secret" to describe\n  hint: podkeep describe pod NAME, podkeep describe manifest FILE, or podkeep describe node\n',
  })
})

await t.test('flags are taken as kubectl takes them: -o=yaml, --watch=false, and before the verb', async (t) => {
  board.entries = [podEntry('default/web', { metadata: { labels: { app: 'web' } } }), podEntry('shop/till')]
  const names = async (...words: string[]): Promise<string> => {
    const { code, out, err } = await type(...words)
    t.strictSame([code, err], [0, ''], words.join(' '))
    return out
  }
  const [web, till] = ['pod/web\n', 'pod/till\n']
  t.equal(await names('get', 'pods', '-n=shop', '-o=name'), till)
  t.equal(await names('get', 'pods', '-nshop', '-oname'), till)
  t.equal(await names('get', 'pods', '-l=app=web', '-o=jsonpath={.items[*].metadata.name}'), 'web')
  t.equal(await names('-n', 'shop', 'get', 'pods', '-o', 'name'), till)
  t.equal(await names('--namespace=shop', 'get', 'pods', '-o', 'name'), till)
  t.equal(await names('-n=default', '--server', env.PODKEEP_SERVER, 'get', 'pods', '-o', 'name'), web)
  t.equal(await names('get', 'pods', '--all-namespaces=true', '--watch=false', '-o', 'name'), `${web}${till}`)
  t.equal(await names('get', 'pods', '-w', '-A=t', '--watch=0', '-o', 'name'), `${web}${till}`, 'the last one counts')
  t.notMatch(await names('get', 'pods', '--no-headers=true'), /NAMESPACE/)
  t.match(await names('get', 'pods', '--no-headers', '--no-headers=false'), /NAMESPACE/)
  t.match(await type('get', 'pods', '--watch=maybe'), {
    code: 2,
    err: 'podkeep: --watch: "maybe" is neither true nor false\n  hint: write --watch, or leave it out\n',
  })
  t.match(await type('get', 'pods', '--whatch=true'), { code: 2 })
  t.match(await type('-n', 'shop', 'gte'), { code: 2 })
  const complete = async (...words: string[]): Promise<string> => (await type('complete', '--', ...words)).out
  t.equal(await complete('-n', 's'), 'shop\n')
  t.match(await complete('-n', 'shop', 'ge'), /^get\t/)
  t.equal(await complete('-n=shop', 'get', 'm'), 'manifests\n')
})

await t.test('what follows -- is another program’s, and what a flag has taken is its value', (t) => {
  const program = new Command()
  program
    .command('exec')
    .option('-n, --namespace <n>')
    .option('-i, --stdin')
    .option('-t, --tty')
    .option('-o, --out [how]')
  const plain = (...words: string[]): string[] => plainWords(program, words)
  t.strictSame(plain('exec', '-n=a', 'web', '--', 'ls', '-n=a', '--tty=false'), [
    ...['exec', '--namespace=a', 'web', '--', 'ls', '-n=a', '--tty=false'],
  ])
  t.strictSame(plain('exec', '-n', '-i=true', '-it', '--stdin=false'), ['exec', '-n', '-i=true', '-t'])
  t.strictSame(plain('exec', '-itn=a', '-x=1', '-', '-o', 'web'), [
    ...['exec', '-i', '-t', '--namespace=a', '-x=1', '-', '-o', 'web'],
  ])
  t.strictSame(plain('nothing', '-n=a'), ['nothing', '-n=a'])
  t.strictSame(plain('-n', 'shop', 'nothing'), ['nothing'])
  t.end()
})

await t.test('what cannot be got says what can', async (t) => {
  t.match(await type('get', 'services'), {
    code: 2,
    err: 'podkeep: there is no "services" to get\n  hint: there are pods, manifests, events and node; "podkeep get manifests" shows in which file something stands\n',
  })
})

await t.test('describe pod: variables and volumes as kubectl describes them', async (t) => {
  const from = (kind: string, more: object) => ({ valueFrom: { [kind]: more } })
  board.entries = [
    podEntry('default/web', {
      spec: {
        containers: [
          {
            name: 'app',
            image: 'web:1',
            resources: { limits: { cpu: '2' } },
            env: [
              { name: 'PLAIN', value: 'x' },
              { name: 'MODE', ...from('configMapKeyRef', { name: 'settings', key: 'mode' }) },
              { name: 'PASS', ...from('secretKeyRef', { name: 'login', key: 'pass', optional: true }) },
              { name: 'IP', ...from('fieldRef', { apiVersion: 'v1', fieldPath: 'status.podIP' }) },
              { name: 'CPUS', ...from('resourceFieldRef', { resource: 'limits.cpu' }) },
              { name: 'FILE', ...from('fileKeyRef', { volumeName: 'v', path: 'env', key: 'k' }) },
            ],
            envFrom: [
              { configMapRef: { name: 'settings' }, prefix: 'S_' },
              { secretRef: { name: 'login', optional: true } },
            ],
          },
        ],
        volumes: [
          { name: 'conf', configMap: { name: 'settings', items: [{ key: 'mode', path: 'm' }] } },
          { name: 'login', secret: { secretName: 'login', optional: true } },
          { name: 'tmp', emptyDir: {} },
          { name: 'host', hostPath: { path: '/srv', type: 'Directory' } },
          { name: 'all', projected: { sources: [{ secret: { name: 'login' } }] } },
        ],
      },
    }),
  ]
  const { out } = await type('describe', 'pod', 'web')
  const environment = [
    '    Environment Variables from:',
    "      settings  ConfigMap with prefix 'S_'  Optional: false",
    '      login  Secret  Optional: true',
    '    Environment:',
    '      PLAIN:  x',
    "      MODE:   <set to the key 'mode' of config map 'settings'>  Optional: false",
    "      PASS:   <set to the key 'pass' in secret 'login'>  Optional: true",
    '      IP:     (v1:status.podIP)',
    '      CPUS:   2 (limits.cpu)',
    "      FILE:   <set to the key 'k' of the file 'env' in volume 'v'>  Optional: false",
  ]
  t.ok(out.includes(`${environment.join('\n')}\n`), out)
  const volumes = [
    'Volumes:',
    '  conf:',
    '    Type:      ConfigMap (a volume populated by a ConfigMap)',
    '    Name:      settings',
    '    Items:',
    '      mode -> m',
    '    Optional:  false',
    '  login:',
    '    Type:        Secret (a volume populated by a Secret)',
    '    SecretName:  login',
    '    Optional:    true',
  ]
  t.ok(out.includes(`${volumes.join('\n')}\n`), out)
  t.match(
    out,
    /host:\n {4}Type: +HostPath \(bare host directory volume\)\n {4}Path: +\/srv\n {4}HostPathType: +Directory\n/,
  )
  t.match(out, /all:\n {4}Type: +Projected [^]*SecretName: +login\n/)
})

await t.test('--watch shows what changes, as podkeep’s stream tells it, and ends when nobody reads', async (t) => {
  board.entries = [podEntry('default/web')]
  const [pods, events, manifests] = [
    watching(env, 'get', 'pods', '--watch'),
    watching(env, 'events', '-w', '--for', 'pod/web', '--no-headers'),
    watching(env, 'get', 'manifests', '-w', '--no-headers'),
  ]
  await eventually(() => /^NAMESPACE.*\ndefault +web +1\/1 +Running.*\n$/.test(pods.out()))
  await eventually(() => /FailedValidation[^]*Started container app\n$/.test(events.out()))
  await eventually(() => /^db\.yaml.*\nweb\.yaml +held.*\n$/.test(manifests.out()))
  board.entries = [podEntry('default/web', { status: { phase: 'Pending', reason: 'Evicted', containerStatuses: [] } })]
  board.change({ kind: 'pod', key: web })
  history.happen(anEvent(web, { id: 'c', reason: 'Killing', message: 'Stopping container app' }))
  history.happen(anEvent(podKey('default', 'db'), { id: 'd', message: 'of another' }))
  files.splice(0, 2, file('web.yaml', { pods: [web] }))
  board.change({ kind: 'manifests' })
  await eventually(() => /Running[^\n]*\ndefault +web +0\/1 +Evicted[^\n]*\n$/.test(pods.out()))
  await eventually(() => /Killing +pod\/web +app: Stopping container app\n$/.test(events.out()))
  await eventually(() => /\nweb\.yaml +ok +default\/web\ndb\.yaml +gone\n$/.test(manifests.out()))
  t.notMatch(events.out(), /of another/)
  t.strictSame(await Promise.all([pods.leave(), events.leave(), manifests.leave()]), [0, 0, 0])
})
